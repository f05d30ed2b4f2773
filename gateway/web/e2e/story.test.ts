// The story of the product in a browser, on a server that nobody has used: an owner shares, a
// visitor runs and forks, the owner opens access, sees the use, and ends it.
import { randomBytes } from "node:crypto";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ask, provider, seen } from "./api";
import { ready, run, runButton, shot, useBrowser, visit } from "./browser";
import { nowhere } from "./owner";
import { startServer, type Server } from "./server";

useBrowser();

let server: Server;
beforeAll(async () => {
  server = await startServer("--egress-allow", "127.0.0.1/32");
});
afterAll(() => server?.stop());

const within = { timeout: 20_000 };
const heading = (page: Page, name: string | RegExp) => page.getByRole("heading", { level: 1, name }).waitFor();
const dialog = (page: Page) => page.getByRole("dialog", { name: "Share Workflow" });

// get asks the API of this server as the demo's owner.
async function get<T>(path: string): Promise<T> {
  const answer = await fetch(server.base + path, { headers: { authorization: `Bearer ${server.ownerKey}` } });
  return (await answer.json()) as T;
}

async function copyLink(owner: Page): Promise<string> {
  await dialog(owner).getByRole("button", { name: "Copy Share Link" }).click();
  await dialog(owner).getByText("Copied").waitFor();
  return owner.evaluate(() => navigator.clipboard.readText());
}

async function save(owner: Page) {
  await dialog(owner).getByRole("button", { name: "Save changes" }).click();
  const asked = owner.getByRole("dialog", { name: "Open this link?" });
  await asked.getByRole("button", { name: "Open it" }).click();
  await asked.waitFor({ state: "detached" });
  await dialog(owner).getByRole("button", { name: "Save changes" }).waitFor({ state: "detached" });
}

async function signIn(): Promise<Page> {
  const owner = await visit(server.signInLink);
  await owner.getByRole("button", { name: "Sign in with this link" }).click();
  await heading(owner, "Workflows");
  await shot(owner, "story-workflows");
  return owner;
}

// runAndFork is a stranger who likes the workflow.
async function runAndFork(link: string): Promise<void> {
  const visitor = await visit(link);
  await ready(visitor);
  await visitor.getByAltText("Input: Sample picture").waitFor();
  await run(visitor);
  await expect.poll(() => visitor.getByRole("group", { name: "Values" }).innerText()).toContain("NASA");
  await visitor.getByRole("button", { name: "Fork" }).click();
  await visitor.getByRole("link", { name: "create a workspace" }).click();
  await visitor.getByLabel("Your name").fill("Vera");
  await visitor.getByLabel("Workspace", { exact: true }).fill("veras-place");
  await visitor.getByRole("button", { name: "Create the workspace" }).click();
  await visitor.getByRole("button", { name: "I have kept the key" }).click();
  await visitor.waitForURL(`${link}*`);
  const fork = visitor.getByRole("dialog");
  await fork.getByText("veras-place").waitFor();
  await fork.getByRole("button", { name: "Fork", exact: true }).click();
  await fork.getByText("It still needs").waitFor();
  await fork.getByText("demo/pp-ocr/1").waitFor(); // the private model stays with its owner
  await shot(visitor, "story-forked");
  await visitor.getByRole("link", { name: "Open in editor" }).click();
  await visitor.waitForURL("**/app/veras-place/workflows/*/edit");
  await visitor.locator("[data-part=editor] [data-id='steps.ocr']").waitFor();
  await shot(visitor, "story-fork-in-editor");
}

// opensRunAccess makes a second link. It runs for nobody before the owner pays.
async function opensRunAccess(owner: Page): Promise<void> {
  await dialog(owner).getByRole("button", { name: "New link" }).click();
  const mine = dialog(owner).getByRole("radio", { name: "Anyone with the link runs on my key" });
  await expect.poll(() => mine.isChecked()).toBe(false);
  await dialog(owner).getByText("Private model found:").waitFor();
  const link = await copyLink(owner);
  const visitor = await visit(link);
  await ready(visitor);
  await visitor.getByText("It cannot run now.").waitFor();
  await expect.poll(() => runButton(visitor).isDisabled()).toBe(true);
  await mine.check();
  await dialog(owner).getByText("Any previews run under the shareable link will affect your Workflow usage.").waitFor();
  await dialog(owner).getByLabel("Key that pays").waitFor();
  await dialog(owner).getByText("today, of all links").waitFor();
  await dialog(owner).getByLabel("Runs a day, this link").fill("5");
  await shot(owner, "story-run-access");
  await save(owner);
  await visitor.getByText("It cannot run now.").waitFor({ state: "detached", ...within }); // nobody reloads it
  await expect.poll(() => runButton(visitor).isDisabled()).toBe(false);
}

const secret = `sk-story-${randomBytes(20).toString("hex")}`;

async function addsCredential(owner: Page): Promise<void> {
  await owner.getByRole("link", { name: "Credentials" }).click();
  await owner.getByRole("button", { name: "Add a credential" }).first().click();
  const form = owner.getByRole("dialog");
  await form.getByLabel("Provider").selectOption("openai_compatible");
  await form.getByLabel("Sent only to").fill(provider);
  await form.getByLabel("Value").fill(secret);
  await form.getByRole("textbox", { name: "Id" }).fill("my-provider");
  await form.getByRole("button", { name: "Add" }).click();
  await owner.waitForURL("**/credentials/my-provider");
}

// asksProvider makes a workflow with a slot in the editor, publishes it and makes its link.
async function asksProvider(owner: Page): Promise<void> {
  await owner.getByRole("link", { name: "Workflows" }).first().click();
  await owner.getByRole("button", { name: "New workflow" }).click();
  const form = owner.getByRole("dialog");
  await form.getByLabel("Title").fill("Ask a provider");
  await form
    .getByLabel("Definition")
    .last()
    .fill(JSON.stringify(ask("echo", "$credentials.my-provider")));
  await form.getByRole("button", { name: "Create and edit" }).click();
  await owner.locator("[data-part=editor] [data-id='steps.llm']").waitFor();
  await owner.getByRole("button", { name: "Publish version 1" }).click();
  await owner.getByText("Version 1 live").waitFor();
  await owner.getByRole("button", { name: "Share Workflow" }).click();
  await dialog(owner).getByRole("button", { name: "Create a link" }).click();
  await dialog(owner).getByRole("button", { name: "Copy Share Link" }).waitFor();
}

async function opensCredentials(owner: Page): Promise<void> {
  await dialog(owner).getByText("1 step needs one").waitFor();
  await dialog(owner).getByRole("radio", { name: "Use my hidden credentials" }).check();
  await dialog(owner).getByText("will affect your specific credential usage limits (e.g. OpenAI API Keys)").waitFor();
  await dialog(owner).getByLabel("Calls a day").fill("5");
  await shot(owner, "story-credentials");
  await save(owner);
  await dialog(owner).getByText("0 of 5 calls with my-provider").waitFor();
}

const button = (owner: Page, name: string) => dialog(owner).getByRole("button", { name }).click();

// endsLink pauses, resumes, rotates and revokes; an open page says so, and nobody touches it.
async function endsLink(owner: Page, visitor: Page): Promise<void> {
  const gone = () => visitor.getByRole("heading", { level: 1, name: "Link not found" }).waitFor(within);
  const paused = visitor.getByRole("note").getByText("This link is paused");
  await button(owner, "Pause link");
  await paused.waitFor(within);
  await expect.poll(() => runButton(visitor).isDisabled()).toBe(true);
  await shot(visitor, "story-paused");
  await button(owner, "Resume link");
  await paused.waitFor({ state: "detached", ...within });
  await button(owner, "New address");
  const asked = owner.getByRole("dialog", { name: "Give this link a new address?" });
  await asked.getByRole("button", { name: "Change the address" }).click();
  await gone();
  await asked.waitFor({ state: "detached" });
  await visitor.goto(await copyLink(owner));
  await ready(visitor);
  await button(owner, "Revoke");
  await owner.getByRole("button", { name: "Revoke the link" }).click();
  await gone();
}

describe("the story", () => {
  test("share, run, fork, open access, see the use, pause, rotate, revoke", async () => {
    const owner = await signIn();
    await owner.getByRole("link", { name: "Read the text in a picture" }).click();
    await owner.getByRole("button", { name: "Share Workflow" }).click();
    await runAndFork(await copyLink(owner));
    await opensRunAccess(owner);
    await owner.keyboard.press("Escape");

    const { key } = await get<{ key: string }>("/v1/whoami");
    const mine = key.split("/").at(-1)!;
    await owner.getByRole("link", { name: "Runs", exact: true }).click();
    const row = owner.getByRole("region", { name: "Runs" }).locator("tbody tr");
    await expect.poll(() => row.first().innerText()).toMatch(new RegExp(`Succeeded[^]*read-text[^]*demo[^]*${mine}`));
    await shot(owner, "story-runs");
    await owner.getByRole("link", { name: "Usage", exact: true }).click();
    await owner.getByRole("button", { name: "Key", exact: true }).click();
    const usage = owner.getByRole("region", { name: "Usage by key" }).locator("tbody tr");
    await expect.poll(() => usage.first().innerText()).toMatch(new RegExp(`${mine}\\s+2\\s`)); // one is the example of the demo
    await shot(owner, "story-usage");

    await addsCredential(owner);
    await asksProvider(owner);
    await opensCredentials(owner);
    const visitor = await visit(await copyLink(owner));
    await ready(visitor);
    await expect.poll(() => visitor.locator("input[type=password]").count()).toBe(0);
    await run(visitor);
    await expect.poll(() => visitor.locator("[data-part=results]").innerText()).toContain("What is it?");
    expect((await seen()).keys.filter((k) => k === secret)).toHaveLength(1);
    await nowhere(visitor, secret);
    await nowhere(owner, secret);
    await endsLink(owner, visitor);
  }, 240_000);
});
