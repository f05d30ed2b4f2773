// Which credentials a run uses, and that no page or answer shows them.
import { randomBytes } from "node:crypto";
import { describe, expect, test } from "vitest";
import { ask, credential, otherKey, provider, seen, share } from "./api";
import { accessible, everything, openGraph, ready, run, shot, useBrowser, visit } from "./browser";

useBrowser();

const canary = () => `sk-canary-${randomBytes(16).toString("hex")}`;

// encodings are the ways in which a secret could stand in something else.
function encodings(secret: string): string[] {
  const raw = Buffer.from(secret);
  return [
    secret,
    raw.toString("base64").replace(/=+$/, ""),
    raw.toString("base64url"),
    raw.toString("hex"),
    encodeURIComponent(secret),
    [...secret].reverse().join(""),
  ];
}

async function traces(page: import("playwright-core").Page): Promise<string> {
  return page.evaluate(async () => {
    const parts = [
      document.documentElement.outerHTML,
      JSON.stringify({ ...localStorage }),
      JSON.stringify({ ...sessionStorage }),
      document.cookie,
      location.href,
    ];
    for (const { name } of await indexedDB.databases()) parts.push(name ?? "");
    for (const name of await caches.keys()) parts.push(name);
    for (const el of document.querySelectorAll<HTMLElement>("*"))
      if (el.shadowRoot) parts.push(el.shadowRoot.innerHTML);
    parts.push(JSON.stringify(performance.getEntries().map((e) => e.name)), JSON.stringify(history.state));
    return parts.join("\n");
  });
}

describe("hidden credentials", () => {
  test.each(["echo", "leak", "refuse"])("of the owner are in no byte that the browser gets (%s)", async (behaviour) => {
    const secret = canary();
    const id = await credential(secret);
    const link = await share(
      ask(behaviour, `$credentials.${id}`),
      { credentialAccess: "CREDENTIAL_ACCESS_OWNER" },
      "Ask",
    );
    let all: () => Promise<string[]> = async () => [];
    const page = await visit(`/s/${link.token}`, {
      before: async (p) => {
        all = everything(p);
      },
    });
    await ready(page);
    await page.getByRole("button", { name: /^Free for you|^Runs are free/ }).click();
    await expect.poll(() => page.getByRole("dialog", { name: "Who pays" }).innerText()).toContain("hidden credentials");
    await page.keyboard.press("Escape");
    await openGraph(page);
    expect(await page.locator("input[type=password][data-credential]").count()).toBe(0);
    await page.locator('[data-id="steps.llm"]').click();
    await page.getByText("a credential, not shown").waitFor();
    await page.getByRole("button", { name: "Definition as JSON" }).click();
    await page.getByRole("textbox", { name: "The definition as JSON" }).waitFor();
    await run(page);
    expect((await seen()).keys).toContain(secret); // it was used
    await shot(page, `hidden-${behaviour}`);
    const got = [...(await all()), await traces(page)].join("\n");
    expect(got).toContain("/v1/shared/"); // something was looked at
    for (const form of encodings(secret)) expect(got).not.toContain(form);
  });
});

describe("a visitor's own credential", () => {
  test("says where it goes, is sent once, and is gone after the run", async () => {
    const secret = canary();
    const link = await share(ask("echo", "$credentials"), {}, "Ask");
    let all: () => Promise<string[]> = async () => [];
    const page = await visit(`/s/${link.token}`, {
      before: async (p) => {
        all = everything(p);
      },
    });
    await ready(page);
    const field = page.getByLabel("OpenAI-compatible API key");
    await expect.poll(() => page.locator("[data-part=form]").innerText()).toContain(new URL(provider).host);
    await expect.poll(() => page.locator("[data-part=form]").innerText()).toContain("not a known provider's address");
    await page.getByRole("button", { name: "Run", exact: true }).click(); // without it
    await page.getByText("Add your OpenAI-compatible API key.").waitFor();
    await expect.poll(() => field.getAttribute("aria-invalid")).toBe("true");
    await expect.poll(() => field.evaluate((e) => e === document.activeElement)).toBe(true);
    await accessible(page);
    await shot(page, "credential-missing");
    await field.fill(secret);
    await shot(page, "credential-filled");
    const sent = page.waitForRequest((r) => r.url().includes(":runStream"));
    await run(page);
    const request = await sent;
    const body = request.postDataJSON() as { inputs: Record<string, string>; destinations: Record<string, string> };
    expect(body.inputs.llm_api_key).toBe(secret);
    expect(body.destinations.llm_api_key).toBe(provider);
    expect(request.url()).not.toContain(secret);
    await page.locator("[data-part=new-result] [data-part=results]").waitFor();
    expect(await field.inputValue()).toBe("");
    expect((await seen()).keys).toContain(secret);
    const got = [...(await all()), await traces(page)].join("\n");
    for (const form of encodings(secret)) expect(got).not.toContain(form);
    await shot(page, "credential-after");
  });

  test("stays in its field when the run fails, and in nothing else", async () => {
    const secret = canary();
    const link = await share(ask("refuse", "$credentials"), {}, "Ask");
    const page = await visit(`/s/${link.token}`);
    await ready(page);
    await page.getByLabel("OpenAI-compatible API key").fill(secret);
    await run(page);
    await expect.poll(() => page.getByLabel("OpenAI-compatible API key").inputValue()).toBe(secret);
    expect(await traces(page)).not.toContain(secret);
  });
});

describe("a Keyhole key of one's own", () => {
  test("pays for the run, and stays in memory", async () => {
    const visitor = await otherKey();
    const link = await share({ ...ask("echo", "$credentials") }, {}, "Ask");
    const page = await visit(`/s/${link.token}`);
    await ready(page);
    await page.getByRole("button", { name: "Use your own Keyhole key" }).click();
    const field = page.getByLabel("Your Keyhole key");
    await field.fill("kh_nonsense");
    await field.press("Enter");
    await page.getByText("Unknown key").waitFor();
    await shot(page, "key-refused");
    await field.fill(visitor.key);
    const asked = page.waitForRequest(
      (r) => r.url().includes("/v1/shared/") && r.headers().authorization === `Bearer ${visitor.key}`,
    );
    await field.press("Enter");
    await asked;
    await expect.poll(() => page.locator("[data-part=terms]").innerText()).toContain("your own key");
    expect(await traces(page)).not.toContain(visitor.key);
    await page.reload();
    await ready(page);
    expect(await page.locator("[data-part=terms]").innerText()).not.toContain("your own key");
  });
});
