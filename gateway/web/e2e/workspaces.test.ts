// What an operator sees in the console: workspaces and their keys, and nothing that is theirs.
import { expect, test } from "vitest";
import { base, call, greet, operatorKey, otherKey } from "./api";
import { useBrowser } from "./browser";
import { heading, nowhere, signIn } from "./owner";
import { looks, screens } from "./screens";

useBrowser();

test("an operator creates a workspace and its first key, titles it and limits the key", async () => {
  const id = `made-${process.pid}`;
  const page = await signIn("/app", {}, operatorKey);
  await heading(page, "Workspaces");
  const rail = page.getByRole("navigation", { name: "Console" });
  const entries = ["Workspaces", "Usage", "Models", "Keys", "Audit", "Reports", "Sessions"];
  const named = async () => (await rail.getByRole("link").allInnerTexts()).map((text) => text.replace(/\s*\d+$/, "")); // without counts
  await expect.poll(named).toEqual(entries);
  await page.getByRole("button", { name: "Create a workspace" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Id").fill("app");
  await dialog.getByRole("button", { name: "Create" }).click();
  await dialog
    .getByRole("alert")
    .getByText(/reserved/)
    .waitFor();
  await dialog.getByLabel("Id").fill(id);
  await dialog.getByLabel("Title").fill("Made <b>here</b>");
  await dialog.getByRole("button", { name: "Create" }).click();
  await heading(page, "Made <b>here</b>");
  await page.getByRole("button", { name: "Create a key" }).click();
  await dialog.getByLabel("Title").fill("First");
  await dialog.getByLabel("Limit").selectOption("yes");
  await dialog.getByLabel("Runs").fill("7");
  await dialog.getByRole("button", { name: "Create" }).click();
  const made = await page.getByRole("textbox", { name: "The key" }).inputValue();
  expect(made).toMatch(/^kh_/);
  await page.getByRole("button", { name: "Done" }).click();
  await nowhere(page, made);
  await call("POST", `/v1/workspaces/${id}/workflows?workflowId=greet`, { definition: greet() }, made);
  await call("POST", `/v1/workspaces/${id}/workflows/greet:run`, { inputs: {} }, made);
  await page.getByRole("link", { name: "First" }).click();
  const limited = page.getByRole("region", { name: "The key" });
  await limited.getByText("7 runs a month", { exact: true }).waitFor();
  expect(await limited.getByText("Used").count()).toBe(0); // what it did is the workspace's own
  expect(await page.getByText("Latest uses").count()).toBe(0); // the workspace's own log
  await page.getByRole("navigation", { name: "Breadcrumb" }).getByRole("link").click();
  await page.getByRole("button", { name: "Change the title" }).click();
  await page.getByRole("dialog").getByLabel("Title").fill("Another title");
  await page.getByRole("button", { name: "Save" }).click();
  await heading(page, "Another title");
  await rail.getByRole("link", { name: "Workspaces" }).click();
  await page.getByLabel("Search workspaces").fill("another title");
  await expect.poll(() => page.getByRole("region", { name: "Workspaces" }).locator("tbody tr").count()).toBe(1);
});

test("an operator reads nothing of a workspace; a member sees no workspaces", async () => {
  const { key, workspace } = await otherKey();
  const page = await signIn(`/app/${workspace}/workflows`, {}, operatorKey);
  await heading(page, "For members of a workspace");
  const status = (path: string) =>
    page.evaluate(async (p) => (await fetch(p)).status, `/v1/workspaces/${workspace}${path}`);
  for (const path of ["/workflows", "/runs", "/credentials", "/audit", "/sessions", "/people", "/usage"]) {
    expect([403, 404], path).toContain(await status(path));
  }
  const member = await signIn("/app/workspaces", {}, key);
  await heading(member, "For operators");
  expect(await member.evaluate(async () => (await fetch("/v1/workspaces")).status)).toBe(403);
});

for (const { name, options } of screens) {
  test(`workspaces look right at ${name}`, async () => {
    const { workspace } = await otherKey();
    const page = await signIn("/app/workspaces", options, operatorKey);
    await page.getByRole("region", { name: "Workspaces" }).getByRole("link").first().waitFor();
    await looks(page, `workspaces-${name}`);
    await page.goto(`${base}/app/workspaces/${workspace}`);
    await page.getByRole("region", { name: "Keys" }).getByRole("link").first().waitFor();
    await looks(page, `workspace-${name}`);
    await page.goto(`${base}/app/operator/keys`);
    await page.getByText("Yours now").waitFor();
    await looks(page, `operator-keys-${name}`);
  });
}
