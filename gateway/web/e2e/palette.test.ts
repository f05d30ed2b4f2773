// The command palette and the first steps.
import { expect, test } from "vitest";
import { call, greet, otherKey } from "./api";
import { accessible, useBrowser } from "./browser";
import { heading, signIn } from "./owner";
import { looks, screens } from "./screens";

useBrowser();

test("the palette goes to pages and workflows by keyboard, and signs out", async () => {
  const { key, workspace } = await otherKey();
  const body = { title: "Zebra counter", definition: greet() };
  await call("POST", `/v1/workspaces/${workspace}/workflows?workflowId=zebra`, body, key);
  const page = await signIn(`/app/${workspace}/workflows`, {}, key);
  await heading(page, "Workflows");
  await page.keyboard.press("Control+k");
  const field = page.getByRole("combobox", { name: "Commands" });
  await field.waitFor();
  await expect.poll(() => field.evaluate((e) => e === document.activeElement)).toBe(true);
  await page.keyboard.press("Escape");
  await field.waitFor({ state: "detached" });
  await page.getByRole("button", { name: "Search" }).click();
  await field.fill("zebra");
  await page.getByRole("option", { name: "Zebra counter" }).waitFor();
  await expect.poll(() => page.getByRole("option").count()).toBe(1);
  await accessible(page);
  await page.keyboard.press("Enter");
  await heading(page, "Zebra counter");
  await page.keyboard.press("Control+k");
  await field.fill("new work");
  await page.getByRole("option", { name: "New workflow", selected: true }).waitFor();
  await page.keyboard.press("Enter");
  await page.getByRole("dialog", { name: "New workflow" }).waitFor();
  await page.getByRole("button", { name: "Cancel" }).click();
  await page.keyboard.press("Control+k");
  await field.fill("sign out");
  await page.getByRole("option", { name: "Sign out" }).click();
  await page.getByLabel("Keyhole key").waitFor();
});

test("the first steps say what has happened, and stay dismissed", async () => {
  const { key, workspace } = await otherKey();
  await call("POST", `/v1/workspaces/${workspace}/workflows?workflowId=greet`, { definition: greet() }, key);
  const page = await signIn(`/app/${workspace}/workflows`, {}, key);
  const steps = page.getByRole("region", { name: "First steps" });
  await steps.getByText("A link that anyone can open").waitFor();
  await expect.poll(() => steps.getByText("Done").count()).toBe(0);
  await call("POST", `/v1/workspaces/${workspace}/workflows/greet:run`, { inputs: {} }, key);
  await call("POST", `/v1/workspaces/${workspace}/workflows/greet/shares`, {}, key);
  await page.reload();
  await expect.poll(() => steps.getByText("Done").count()).toBe(2);
  await steps.getByRole("button", { name: "Add", exact: true }).click();
  await page.getByRole("dialog", { name: "Add a credential" }).waitFor();
  await page.goBack();
  await steps.getByRole("button", { name: "Dismiss" }).click();
  await page.reload();
  await heading(page, "Workflows");
  await page.getByRole("link", { name: "greet" }).waitFor();
  await expect.poll(() => steps.count()).toBe(0);
});

for (const { name, options } of screens)
  test(`look right at ${name}`, async () => {
    const { key, workspace } = await otherKey();
    await call("POST", `/v1/workspaces/${workspace}/workflows?workflowId=greet`, { definition: greet() }, key);
    const page = await signIn(`/app/${workspace}/workflows`, options, key);
    await page.getByRole("region", { name: "First steps" }).waitFor();
    await looks(page, `first-steps-${name}`);
    await page.keyboard.press("Control+k");
    await page.getByRole("option", { name: "Sign out" }).waitFor();
    await looks(page, `palette-${name}`);
  });
