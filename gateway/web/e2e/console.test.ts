// The console, as an owner uses it: signing in, workflows, the Share dialog.
import { randomBytes } from "node:crypto";
import type { Page } from "playwright-core";
import { describe, expect, test } from "vitest";
import { ask, base, call, credential, demo, greet, otherKey, ownerKey, share } from "./api";
import { accessible, run, ready, shot, useBrowser, visit } from "./browser";
import { heading } from "./owner";
import { illustrate, looks, screens } from "./screens";

useBrowser();

const keyField = (page: Page) => page.getByLabel("Keyhole key");

async function signIn(page: Page, key = ownerKey): Promise<void> {
  await keyField(page).fill(key);
  await page.getByRole("button", { name: "Sign in with a key" }).click();
}

async function open(path: string, options: Parameters<typeof visit>[1] = {}): Promise<Page> {
  const page = await visit(path, options);
  await signIn(page);
  return page;
}

describe("signing in", () => {
  test("with a key: the list of workflows, and no key in the page, the address or any storage", async () => {
    const texts: string[] = [];
    const listen = async (p: Page) =>
      void p.on(
        "response",
        (r) =>
          void r.text().then(
            (t) => texts.push(t),
            () => undefined,
          ),
      );
    const page = await visit("/", { before: listen });
    await heading(page, /Share AI workflows by link/);
    await accessible(page);
    await shot(page, "console-signed-out");
    await signIn(page);
    await heading(page, "Workflows");
    await page.waitForURL("**/app/demo/workflows");
    const kept = await page.evaluate(() => ({
      dom: document.documentElement.outerHTML,
      storage: JSON.stringify([{ ...localStorage }, { ...sessionStorage }]),
      cookie: document.cookie,
    }));
    expect(JSON.stringify(kept)).not.toContain(ownerKey);
    expect(kept.cookie).toBe("");
    const cookies = await page.context().cookies();
    const session = cookies.find((c) => c.name === "__Host-keyhole")!;
    expect(session).toMatchObject({ httpOnly: true, secure: true, sameSite: "Lax", path: "/" });
    expect(texts.length).toBeGreaterThan(3);
    expect(texts.some((t) => t.includes(session.value) || t.includes(ownerKey))).toBe(false);
    await page.getByRole("button", { name: /key / }).click();
    await page.getByText("Session ends, unless it is used").waitFor();
    await accessible(page, ["region"]);
    await shot(page, "console-session");
    await page.getByRole("button", { name: "Sign out" }).click();
    await heading(page, /Share AI workflows by link/);
    const dead = await fetch(`${base}/v1/whoami`, { headers: { cookie: `__Host-keyhole=${session.value}` } });
    expect(await dead.text()).not.toContain('"member"');
    await keyField(page).waitFor();
  });

  test("a wrong key is refused at its field, and the field is empty", async () => {
    const page = await visit("/app/demo/workflows");
    await signIn(page, "kh_wrong");
    await page.getByText("This key is not known here").waitFor();
    expect(await keyField(page).inputValue()).toBe("");
    await expect.poll(() => keyField(page).getAttribute("aria-invalid")).toBe("true");
    await accessible(page);
  });

  test("with a link: its code leaves the address immediately, it asks first, and works once", async () => {
    const { path } = await call<{ path: string }>("POST", "/v1/signInLinks", {});
    const page = await visit(path);
    const button = page.getByRole("button", { name: "Sign in with this link" });
    await button.waitFor();
    expect(page.url()).not.toContain("code");
    expect(await page.evaluate(() => document.documentElement.outerHTML)).not.toContain(path.split("code=")[1]!);
    await accessible(page);
    await shot(page, "console-link");
    await button.click();
    await heading(page, "Workflows");
    const again = await visit(path);
    await again.getByRole("button", { name: "Sign in with this link" }).click();
    await again.getByText("This link does not sign in any more.").waitFor();
  });

  test("leads to the address that was asked for, and to no other workspace", async () => {
    const id = (await share(greet(), {}, "Deep")).name.split("/")[3]!;
    const page = await open(`/app/demo/workflows/${id}`);
    await heading(page, "Deep");
    const { workspace } = await otherKey();
    await page.goto(`${base}/app/${workspace}/workflows`);
    await heading(page, "Another workspace");
  });
});

describe("workflows", () => {
  test("are searched, sorted and paged on the server, as cards or as a table", async () => {
    const { name } = await share(greet(), {}, "Zebra crossing counter");
    await call("POST", `/v1/${name.split("/").slice(0, 4).join("/")}:run`, { inputs: {} });
    const page = await open("/");
    await page.getByLabel("Search workflows").fill("zebra");
    await page.getByText("Zebra crossing counter").waitFor();
    const card = page.getByRole("listitem").filter({ hasText: "Zebra crossing counter" });
    await card.getByRole("img", { name: "1 run in 7 days, 1 run of them today" }).waitFor();
    await card.getByText("1 link", { exact: true }).waitFor();
    await page.getByRole("button", { name: "Share Zebra crossing counter" }).focus(); // a card has its actions by keyboard
    await page.getByRole("combobox", { name: "Sort by" }).selectOption("Most runs");
    await page.waitForURL("**sort=runs**");
    await page.getByRole("button", { name: "Table" }).click();
    await page.getByRole("region", { name: "Workflows" }).getByText("Version 1").waitFor();
    await accessible(page);
    await page.reload();
    await page.getByRole("region", { name: "Workflows" }).getByText("Version 1").waitFor(); // the choice stays
    await page.getByRole("button", { name: "Cards" }).click();
    await expect.poll(() => page.getByRole("list", { name: "Workflows" }).getByRole("listitem").count()).toBe(1);
    expect(page.url()).toContain("q=zebra");
    await page.getByLabel("Search workflows").fill("no such thing");
    await page.getByText("No workflow matches").waitFor();
    await accessible(page);
  });

  test("an empty workspace says what to do", async () => {
    const { key } = await otherKey();
    const page = await visit("/");
    await signIn(page, key);
    await page.getByRole("heading", { name: "Start from a template" }).waitFor();
    await accessible(page);
    await shot(page, "console-empty");
  });

  for (const { name, options } of screens)
    test(`look right at ${name}`, async () => {
      const page = await open("/", options);
      await heading(page, "Workflows");
      await page.getByRole("listitem").first().waitFor();
      await looks(page, `console-workflows-${name}`);
      await page.goto(`${base}/app/demo/workflows/read-text`);
      await page.locator("[data-part=how-it-works]").waitFor();
      await page.getByRole("tab", { name: "History" }).click();
      await page.getByRole("heading", { name: "Runs Open in Runs" }).waitFor();
      await page.getByRole("region", { name: "Versions of this workflow" }).waitFor();
      await looks(page, `console-workflow-${name}`);
      await page.getByRole("button", { name: "Share Workflow" }).click();
      await page.getByRole("button", { name: "Copy Share Link" }).waitFor();
      await looks(page, `console-share-${name}`);
      if (name === "1440-light") await illustrate(page, "share-dialog.png");
      await page.goto(`${base}/app/demo/runs`);
      await heading(page, "Runs");
      await looks(page, `console-runs-${name}`);
    });
});

describe("Share Workflow", () => {
  async function dialogOf(title: string, definition: unknown): Promise<{ page: Page; id: string }> {
    const id = (await share(definition, {}, title)).name.split("/")[3]!;
    const page = await open(`/app/demo/workflows/${id}`);
    await heading(page, title);
    await page.getByRole("button", { name: "Share Workflow" }).click();
    await page.getByRole("button", { name: "Copy Share Link" }).waitFor();
    return { page, id };
  }

  test("the first link: create, copy, and a stranger runs it", async () => {
    await call("POST", "/v1/workspaces/demo/workflows?workflowId=first-link", {
      title: "First link",
      definition: greet(),
    });
    const page = await open("/app/demo/workflows/first-link");
    await page.getByRole("button", { name: "Share Workflow" }).click();
    await page.getByText("By default, a shared Workflow does not run under your API Keys").waitFor();
    await accessible(page);
    await page.getByRole("button", { name: "Create a link" }).click();
    await page.getByRole("button", { name: "Copy Share Link" }).click();
    await page.getByText("Copied").waitFor();
    const link = await page.evaluate(() => navigator.clipboard.readText());
    expect(link).toMatch(/\/s\/[A-Za-z0-9_-]+$/);
    const stranger = await visit(link);
    await ready(stranger);
    await run(stranger);
    await expect.poll(() => stranger.locator("[data-part=results]").innerText()).toContain("hello world");
    await page.goto(`${base}/app/demo/runs?workflow=first-link`);
    await page.getByRole("cell", { name: "Succeeded" }).first().waitFor();
  });

  test("without a private model and without a slot, both settings are off and say why", async () => {
    const { page } = await dialogOf("Plain", greet());
    for (const name of ["Anyone with the link runs on my key", "Use my hidden credentials"]) {
      await expect.poll(() => page.getByRole("radio", { name }).isDisabled()).toBe(true);
    }
    await page.getByText("only available when a private Model is detected").waitFor();
    await page.getByText("only available when a step that needs credentials is detected").waitFor();
  });

  test("hidden credentials: the seed's warning, a pick for the slot, limits, one more question", async () => {
    const value = `sk-canary-${randomBytes(16).toString("hex")}`;
    const id = await credential(value);
    const spare = await credential(`sk-canary-${randomBytes(16).toString("hex")}`);
    const { page, id: workflow } = await dialogOf("Asks a model", ask("echo", `$credentials.${id}`));
    const radio = page.getByRole("radio", { name: "Use my hidden credentials" });
    await radio.check();
    await page.getByText("will affect your specific credential usage limits (e.g. OpenAI API Keys)").waitFor();
    await page.getByText("Your credentials values will always be private").waitFor();
    const confirm = page.getByRole("checkbox");
    if (await confirm.count()) await confirm.check();
    const slot = page.getByRole("combobox", { name: "Credential of llm" });
    await slot.getByRole("option", { name: `${id}, as in the workflow` }).waitFor({ state: "attached" });
    await slot.selectOption({ label: spare });
    await page.getByLabel("Calls a day").fill("7");
    await accessible(page);
    await shot(page, "console-share-credentials");
    await page.getByRole("button", { name: "Save changes" }).click();
    await page.getByText(/^Anyone with the link .* At worst a day: 7 calls with your credentials/).waitFor();
    await page.getByRole("button", { name: "Open it" }).click();
    await page.getByRole("dialog", { name: "Open this link?" }).waitFor({ state: "detached" });
    const { shares } = await call<{
      shares: {
        credentialAccess: string;
        limits: { credentialCalls: string };
        detected: { slots: { credential: string }[] };
      }[];
    }>("GET", `/v1/workspaces/demo/workflows/${workflow}/shares`);
    expect(shares[0]!.credentialAccess).toBe("CREDENTIAL_ACCESS_OWNER");
    expect(shares[0]!.detected.slots[0]!.credential).toBe(`workspaces/demo/credentials/${spare}`);
    expect(Number(shares[0]!.limits.credentialCalls)).toBe(7);
    expect(await page.content()).not.toContain(value);
  });

  test("pause, resume, a new address, revoke", async () => {
    const { page } = await dialogOf("Comes and goes", greet());
    const link = () => page.getByRole("textbox", { name: "Share link" }).inputValue();
    const dialog = page.getByRole("dialog", { name: "Share Workflow" });
    await page.getByRole("button", { name: "Pause link" }).click();
    await dialog.getByText("Paused").waitFor();
    await page.getByRole("button", { name: "Resume link" }).click();
    await dialog.getByText("Active").waitFor();
    await page.getByRole("button", { name: "New link" }).click();
    const links = dialog.getByRole("list", { name: "Links of this workflow" });
    await expect.poll(() => links.getByText("0 runs today").count()).toBe(2);
    await links
      .getByRole("button", { name: /^Actions of/ })
      .first()
      .click();
    await page.getByRole("menuitem", { name: "Pause" }).click();
    await links.getByText("Paused").waitFor();
    await accessible(page);
    await shot(page, "console-share-links");
    await links
      .getByRole("button", { name: /^Actions of/ })
      .last()
      .click();
    await page.getByRole("menuitem", { name: "Revoke" }).click();
    await page.getByRole("button", { name: "Revoke the link" }).click();
    await links.waitFor({ state: "detached" });
    await page.getByRole("button", { name: "Resume link" }).click();
    await dialog.getByText("Active").waitFor();
    const before = await link();
    await page.getByRole("button", { name: "New address" }).click();
    await page.getByRole("button", { name: "Change the address" }).click();
    await expect.poll(link).not.toBe(before);
    const token = before.split("/").pop()!;
    await expect.poll(async () => (await fetch(`${base}/v1/shared/${token}`)).status).toBe(404);
    await page.getByRole("button", { name: "Revoke" }).click();
    await accessible(page);
    await page.getByRole("button", { name: "Revoke the link" }).click();
    await page.getByRole("button", { name: "Create a link" }).waitFor();
  });

  test("a hostile title is text", async () => {
    const title = `<img src=x onerror=alert(1)>"'`;
    const { page } = await dialogOf(title, greet());
    expect(await page.locator("img[src=x]").count()).toBe(0);
  });
});

describe("the share page", () => {
  test("leads to the console", async () => {
    const page = await visit(`/s/${demo}`);
    await ready(page);
    await page.getByRole("link", { name: "Sign in" }).click();
    await keyField(page).waitFor();
  });
});
