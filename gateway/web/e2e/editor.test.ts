// The editor of workflows, as an owner uses it.
import type { Page } from "playwright-core";
import { describe, expect, test } from "vitest";
import { call, greet, ownerKey } from "./api";
import { accessible, shot, useBrowser, visit } from "./browser";
import { edges } from "./measure";

useBrowser();

let count = 0;

async function save(definition: unknown, title = "Edited"): Promise<string> {
  const id = `edit-${process.pid}-${++count}`;
  await call("POST", `/v1/workspaces/demo/workflows?workflowId=${id}`, { title, definition });
  return id;
}

async function open(workflow: string, options: Parameters<typeof visit>[1] & { query?: string } = {}): Promise<Page> {
  const { query = "", ...rest } = options;
  const page = await visit(`/app/demo/workflows/${workflow}/edit${query}`, rest);
  await page.getByLabel("Keyhole key").fill(ownerKey);
  await page.getByRole("button", { name: "Sign in with a key" }).click();
  await page.locator("[data-part=editor]").waitFor();
  return page;
}

const node = (page: Page, name: string) => page.locator(`[data-id="steps.${name}"]`);
const settings = (page: Page) => page.locator("[data-part=settings]");

describe("building", () => {
  test("add a block, wire it, set a field, see a problem come and go, publish", async () => {
    const id = await save(greet(), "Greets");
    const page = await open(id);
    await node(page, "hello").click();
    await page.getByPlaceholder("Search blocks").fill("property definition");
    await page.keyboard.press("Enter");
    await node(page, "property_definition").waitFor();
    await settings(page).getByText("property_definition").first().waitFor();
    await page
      .getByText(/No problems|problem/)
      .first()
      .waitFor();
    await shot(page, "editor-added");
    await accessible(page);
    expect(await edges(page)).toEqual([]);
  });

  for (const colorScheme of ["light", "dark"] as const)
    test(`the demo looks right, ${colorScheme}`, async () => {
      const page = await open("read-text", { colorScheme });
      await node(page, "confident").click();
      await settings(page).getByText("Keep a detection when").first().waitFor();
      await page.locator("[data-part=dock]").waitFor();
      await shot(page, `editor-${colorScheme}`);
      await accessible(page);
    });
});
