// What each role sees in the console: only what the server lets it do.
import { expect, test } from "vitest";
import { base, call, greet, otherKey, provider } from "./api";
import { accessible, useBrowser, visit } from "./browser";
import { heading, signIn } from "./owner";
import { looks } from "./screens";

useBrowser();

const value = () => `sk-role-${crypto.randomUUID()}`;

// joined is a page of somebody who joined a new workspace with a role.
async function joined(role: string) {
  const { key, workspace } = await otherKey();
  const at = `/v1/workspaces/${workspace}`;
  await call("POST", `${at}/workflows?workflowId=greet`, { definition: greet() }, key);
  const mine = { provider: "openai_compatible", value: value(), hosts: [provider] };
  await call("POST", `${at}/credentials?credentialId=mine`, mine, key);
  const made = await call<{ path: string }>("POST", `${at}/invitations`, { role, email: "eva@example.com" }, key);
  const link = new URL(made.path, base);
  const page = await visit(link.pathname + link.hash);
  await page.getByLabel("Your name").fill("Eva");
  await page.getByRole("button", { name: "Join the workspace" }).click();
  await page.getByRole("button", { name: "I have kept the key" }).click();
  await heading(page, "Workflows");
  return { page, workspace, key };
}

test("an editor reads credentials and models, and gets no button that the server refuses", async () => {
  const { page, workspace } = await joined("PERSON_ROLE_EDITOR");
  await page.getByRole("link", { name: "Credentials" }).click();
  await page.getByText("Only owners add and change credentials.").waitFor();
  await page.getByRole("link", { name: "mine" }).waitFor();
  expect(await page.getByRole("button", { name: "Add a credential" }).count()).toBe(0);
  await accessible(page);
  await page.getByRole("link", { name: "mine" }).click();
  await page.getByText("Only owners test and change a credential.").waitFor();
  await page.getByRole("link", { name: "Open the page of mine" }).click();
  await page.getByRole("heading", { name: "Does it work?" }).waitFor();
  expect(await page.getByRole("main").getByRole("button").count()).toBe(0);
  await expect.poll(() => page.getByRole("alert").count()).toBe(0);
  await looks(page, "role-editor-credential");
  await page.getByRole("link", { name: "Models" }).click();
  await page.getByText("Only owners add and change models.").waitFor();
  expect(await page.getByRole("button", { name: "Choose a file" }).count()).toBe(0);
  await page.goto(`${base}/app/${workspace}/keys`);
  await heading(page, "For owners");
  await page.goto(`${base}/app/${workspace}/workflows/greet`);
  await expect.poll(() => page.getByRole("button", { name: "Share Workflow" }).isEnabled()).toBe(true);
});

test("a viewer reads workflows, runs and usage", async () => {
  const { page, workspace } = await joined("PERSON_ROLE_VIEWER");
  const rail = page.getByRole("navigation", { name: "Console" });
  const entries = ["Workflows", "Runs", "Usage", "Models", "Sessions"];
  const names = async () => (await rail.getByRole("link").allInnerTexts()).map((t) => t.split("\n")[0]); // without counts
  await expect.poll(names).toEqual(entries);
  await rail.getByRole("link", { name: "Usage" }).click();
  await page.getByText("Nothing was used in these days").waitFor();
  await expect.poll(() => page.getByRole("alert").count()).toBe(0);
  await looks(page, "role-viewer-usage");
  await page.goto(`${base}/app/${workspace}/credentials`);
  await heading(page, "For owners and editors");
  await page.goto(`${base}/app/${workspace}/workflows/greet`);
  await page.getByText("Editors and owners share it.").waitFor();
  expect(await page.getByRole("button", { name: "Share Workflow" }).count()).toBe(0);
});

test("an editor sees and ends only their own sessions", async () => {
  const { page, workspace, key } = await joined("PERSON_ROLE_EDITOR");
  const owners = await call<{ name: string }>("POST", "/v1/sessions", { title: "Owners laptop" }, key);
  await page.getByRole("navigation", { name: "Console" }).getByRole("link", { name: "Sessions" }).click();
  await page.getByText("Your browsers and command lines").waitFor();
  await page.getByText("This one").waitFor();
  expect(await page.getByText("Owners laptop").count()).toBe(0);
  expect(await page.getByRole("region", { name: "Sessions" }).getByRole("link").count()).toBe(0); // no page of a key
  await looks(page, "role-editor-sessions");
  const status = (method: string, path: string) =>
    page.evaluate(async ([m, p]) => (await fetch(p!, { method: m })).status, [method, path]);
  expect(await status("DELETE", `/v1/${owners.name}`)).toBe(404);
  const sessions = `/v1/workspaces/${workspace}/sessions`;
  const { sessions: all } = await call<{ sessions: { name: string }[] }>("GET", sessions, undefined, key);
  expect(all.length).toBe(2); // the owner sees both
});

test("runs are filtered by state on the server", async () => {
  const { key, workspace } = await otherKey();
  await call("POST", `/v1/workspaces/${workspace}/workflows?workflowId=greet`, { definition: greet() }, key);
  await call("POST", `/v1/workspaces/${workspace}/workflows/greet:run`, { inputs: {} }, key);
  const page = await signIn(`/app/${workspace}/runs`, {}, key);
  const rows = page.getByRole("region", { name: "Runs" }).locator("tbody tr");
  await expect.poll(() => rows.getByText("Succeeded").count()).toBe(1);
  const state = page.getByRole("combobox", { name: "State" });
  await state.selectOption({ label: "Failed" });
  await page.getByText("No run is in this state.").waitFor();
  expect(page.url()).toContain("state=RUN_STATE_FAILED");
  await looks(page, "runs-none");
  await state.selectOption({ label: "Succeeded" });
  await expect.poll(() => rows.getByText("Succeeded").count()).toBe(1);
});
