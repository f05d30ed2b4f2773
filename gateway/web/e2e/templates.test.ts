// Templates: the gallery, the page of one, and a workflow made from it.
import { expect, test } from "vitest";
import { base, call, otherKey } from "./api";
import { accessible, useBrowser } from "./browser";
import { heading, signIn } from "./owner";
import { looks, screens } from "./screens";

useBrowser();

test("an empty workspace offers the gallery, and a template opens in the editor and runs on its sample", async () => {
  const { key, workspace } = await otherKey();
  const page = await signIn(`/app/${workspace}/workflows`, {}, key);
  await page.getByRole("heading", { name: "Start from a template" }).waitFor();
  const cards = page.getByRole("list", { name: "Templates" }).getByRole("listitem");
  await expect.poll(() => cards.filter({ hasText: "Runs immediately" }).count()).toBe(4);
  await expect.poll(() => cards.filter({ hasText: "Needs" }).count()).toBe(4);
  await page.getByText("Needs a model that finds objects and an OpenAI key").waitFor();
  await accessible(page);
  await page.getByRole("button", { name: "Use the template Classify and route" }).click();
  await page.waitForURL(/\/edit\?template=classify-and-route$/);
  await page.locator(".react-flow__node").first().waitFor();
  const dock = page.locator("[data-part=dock]");
  await expect.poll(() => dock.getByRole("button", { name: "Run", exact: true }).isEnabled()).toBe(true);
  await dock.getByRole("button", { name: "Run", exact: true }).click();
  await dock.getByText("Send to accounts payable", { exact: false }).first().waitFor({ timeout: 60_000 });
  const { workflows } = await call<{ workflows: { title: string }[] }>(
    "GET",
    `/v1/workspaces/${workspace}/workflows`,
    undefined,
    key,
  );
  expect(workflows.map((w) => w.title)).toEqual(["Classify and route"]);
});

test("an unknown template is said to be unknown", async () => {
  const { key, workspace } = await otherKey();
  const page = await signIn(`/app/${workspace}/templates/no-such`, {}, key);
  await page.getByText("template not found", { exact: false }).waitFor();
});

for (const { name, options } of screens)
  test(`look right at ${name}`, async () => {
    const { key, workspace } = await otherKey();
    const page = await signIn(`/app/${workspace}/workflows`, options, key);
    await page.getByRole("link", { name: "Redact text" }).waitFor();
    await looks(page, `templates-empty-${name}`);
    await page.goto(`${base}/app/${workspace}/templates`);
    await heading(page, "Templates");
    await page.getByRole("link", { name: "Filter by confidence" }).click();
    await heading(page, "Filter by confidence");
    await page.locator("[data-part=results]").waitFor();
    await looks(page, `template-${name}`);
  });
