// Each way in which a link may not work has a page or a message that helps.
import { describe, expect, test } from "vitest";
import { ask, base, call, demo, greet, seen, share } from "./api";
import { accessible, ready, run, runButton, shot, useBrowser, visit } from "./browser";

useBrowser();

const problem = "[data-part=problem]";

describe("links that do not work", () => {
  test("unknown", async () => {
    const page = await visit("/s/no-such-link");
    await page.locator(problem).waitFor();
    await expect.poll(() => page.locator(problem).innerText()).toMatch(/Link not found[\s\S]*(withdrawn|revoked)/i);
    await accessible(page);
    await shot(page, "state-unknown");
  });

  test("paused, and resumed while the page is open", async () => {
    const link = await share(greet());
    await call("POST", `/v1/${link.name}:pause`, {});
    const page = await visit(`/s/${link.token}`);
    await page.getByText("paused").first().waitFor();
    await accessible(page);
    await shot(page, "state-paused");
    await call("POST", `/v1/${link.name}:resume`, {});
    await expect
      .poll(async () => {
        const again = page.getByRole("button", { name: "Try again" });
        if (await again.isVisible()) await again.click();
        return page.getByRole("heading", { level: 1 }).innerText();
      })
      .toBe("A workflow");
  });

  test("expired", async () => {
    const link = await share(greet(), { expireTime: new Date(Date.now() + 1500).toISOString() });
    await expect.poll(async () => (await fetch(`${base}/v1/shared/${link.token}`)).status).not.toBe(200);
    const page = await visit(`/s/${link.token}`);
    await page.getByText("expired").first().waitFor();
    await shot(page, "state-expired");
  });

  // Nobody clicks: the page listens to the link.
  test.each([
    ["paused", "POST", ":pause", /paused/i],
    ["rotated", "POST", ":rotate", /Link not found/],
    ["revoked", "DELETE", "", /Link not found/],
  ])("%s while the page is open: the page says so", async (state, method, verb, words) => {
    const link = await share(greet());
    const page = await visit(`/s/${link.token}`);
    await ready(page);
    await page.waitForTimeout(600); // it listens
    await call(method, `/v1/${link.name}${verb}`, method === "POST" ? {} : undefined);
    await page.getByText(words).first().waitFor();
    await shot(page, `state-open-${state}`);
  });

  // After a change the page waits two seconds before it listens again.
  test("revoked while the page does not listen: the page says so", async () => {
    const link = await share(greet());
    const page = await visit(`/s/${link.token}`);
    await ready(page);
    await page.waitForTimeout(600); // it listens
    await call("POST", `/v1/${link.name}:pause`, {});
    await page
      .getByText(/paused/i)
      .first()
      .waitFor();
    await page.waitForTimeout(800); // it has looked twice, and does not listen
    await call("DELETE", `/v1/${link.name}`);
    await page
      .getByText(/Link not found/)
      .first()
      .waitFor();
  });

  test("a private model without run access", async () => {
    const { definition } = await call<{ definition: unknown }>("GET", "/v1/workspaces/demo/workflows/read-text");
    const link = await share(definition, {}, "Read privately");
    const page = await visit(`/s/${link.token}`);
    await ready(page);
    await expect.poll(() => page.getByRole("note").innerText()).toMatch(/cannot run now[\s\S]*model/i);
    await expect.poll(() => runButton(page).isDisabled()).toBe(true);
    await accessible(page);
    await shot(page, "state-private");
  });

  test("an exhausted budget", async () => {
    const { definition } = await call<{ definition: unknown }>("GET", "/v1/workspaces/demo/workflows/read-text");
    const link = await share(
      definition,
      { runAccess: "RUN_ACCESS_OWNER", limits: { runs: "1", period: "PERIOD_DAY" }, samples: await samples() },
      "Once a day",
    );
    const page = await visit(`/s/${link.token}`);
    await ready(page);
    await page.getByAltText("Input: Sample picture").waitFor();
    // A page that hears of no change still offers the run that this page takes.
    const other = await visit(`/s/${link.token}`, {
      before: async (p) => void (await p.route("**/changes", (r) => r.abort())),
    });
    await ready(other);
    await run(page);
    await page.locator("[data-part=results]").waitFor();
    await run(other);
    await other.locator("[data-part=failure]").waitFor();
    await expect.poll(() => other.locator("[data-part=failure]").innerText()).toMatch(/allowance is used up/i);
    await expect.poll(() => runButton(page).isDisabled()).toBe(true); // the page has learned that nothing is left
    await shot(page, "state-exhausted-run");
    await page.reload();
    await ready(page);
    await expect.poll(() => page.getByRole("note").innerText()).toContain("used up");
    await accessible(page);
    await shot(page, "state-exhausted");
  });
});

async function samples(): Promise<unknown> {
  return (await call<{ samples: unknown }>("GET", `/v1/shared/${demo}`)).samples;
}

describe("a server in trouble", () => {
  test("down", async () => {
    const page = await visit(`/s/${demo}`, {
      before: async (p) => void (await p.route("**/v1/shared/**", (r) => r.abort("connectionrefused"))),
    });
    await page.locator(problem).waitFor({ timeout: 20_000 });
    await expect.poll(() => page.locator(problem).innerText()).toContain("cannot be reached");
    await shot(page, "state-down");
    await page.unroute("**/v1/shared/**");
    await page.getByRole("button", { name: "Try again" }).click();
    await ready(page);
  });

  test("slow", async () => {
    let go = () => {};
    const wait = new Promise<void>((r) => {
      go = r;
    });
    const page = await visit(`/s/${demo}`, {
      before: async (p) =>
        void (await p.route("**/v1/shared/**", async (r) => {
          await wait;
          await r.continue();
        })),
    });
    await page.locator("#first").getByText("slow to answer").waitFor();
    await shot(page, "state-slow");
    go();
    await ready(page);
  });

  test("a proxy's page in place of an answer is not shown", async () => {
    const page = await visit(`/s/${demo}`, {
      before: async (p) =>
        void (await p.route("**/v1/shared/**", (r) =>
          r.fulfill({ status: 502, contentType: "text/html", body: "<h1>Bad gateway of proxy-7.internal</h1>" }),
        )),
    });
    await page.locator(problem).waitFor({ timeout: 20_000 });
    expect(await page.locator("body").innerText()).not.toContain("proxy-7");
  });

  test("a connection that breaks during a run", async () => {
    const page = await visit(`/s/${demo}`, {
      before: async (p) =>
        void (await p.route("**/*:runStream", (r) =>
          r.fulfill({
            contentType: "application/x-ndjson",
            body: '{"result":{"started":"r"}}\n{"result":{"step":{"step":"ocr","state":"started"}}}\n',
          }),
        )),
    });
    await ready(page);
    await page.getByAltText("Input: Sample picture").waitFor();
    await run(page);
    await expect.poll(() => page.locator("[data-part=failure]").innerText()).toContain("connection was lost");
    await shot(page, "state-cut");
  });
});

describe("a run", () => {
  test("that fails says which step, why, and what to do", async () => {
    const page = await visit(`/s/${demo}`);
    await ready(page);
    await page.getByRole("button", { name: "Image URL" }).click();
    await page.getByRole("textbox", { name: "Image URL" }).fill("http://10.0.0.1/photo.jpg"); // a network that is nobody's to ask
    await page.getByRole("button", { name: "Use", exact: true }).click();
    await run(page);
    const failure = await page.locator("[data-part=failure]").innerText();
    expect(failure.length).toBeGreaterThan(60);
    expect(failure).not.toContain("Something went wrong");
    await accessible(page);
    await shot(page, "run-failed");
  });

  test("shows its steps, and can be cancelled", async () => {
    const link = await share(ask("slow", "$credentials"), {}, "Slow");
    const page = await visit(`/s/${link.token}`);
    await ready(page);
    await page.getByLabel("OpenAI-compatible API key").fill("sk-of-the-visitor-0123456789");
    const before = await seen();
    await runButton(page).click();
    await page.locator("[data-part=progress] [data-state=started]").first().waitFor();
    await page.locator("[data-part=how-it-works] [data-edge][data-state=started]").waitFor();
    await accessible(page);
    await shot(page, "run-progress");
    await expect.poll(async () => (await seen()).keys.length).toBeGreaterThan(before.keys.length);
    await page.locator("[data-part=form]").getByRole("button", { name: "Stop" }).click();
    await page.getByRole("heading", { name: "Stopped" }).waitFor();
    await expect.poll(async () => (await seen()).gone).toBeGreaterThan(before.gone); // the work ended, too
    await shot(page, "run-cancelled");
  });
});
