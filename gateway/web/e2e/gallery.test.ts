// Each component in a real browser, under the policy of the pages.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { accessible, shot, useBrowser, visit } from "./browser";
import { startGallery } from "./gallery";
import { targets } from "./measure";
import { looks, screensOf } from "./screens";

useBrowser();

let gallery: Awaited<ReturnType<typeof startGallery>>;
beforeAll(async () => {
  gallery = await startGallery();
}, 120_000);
afterAll(() => gallery?.close());

const open = (options: Parameters<typeof visit>[1] = {}) => visit(gallery.url, options);

describe("the gallery", () => {
  for (const { name, options } of screensOf([360, 768, 1440]))
    test(`${name}: axe, 3:1 edges, nothing wider than the page`, async () => {
      const page = await open(options);
      await page.getByRole("heading", { name: "Components" }).waitFor();
      await looks(page, `gallery-${name}`);
    });

  test("has targets of 44 px for fingers", async () => {
    const page = await open({ viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true });
    await page.getByRole("heading", { name: "Components" }).waitFor();
    expect(await targets(page, "section[aria-label=Fields], section[aria-label=Choices]")).toEqual([]);
  });
});

describe("components", () => {
  test("Combobox filters as one types, skips what is disabled, and offers its action", async () => {
    const page = await open();
    const box = page.getByRole("combobox", { name: "Credential" });
    await box.focus();
    await page.keyboard.press("Enter");
    await page.getByPlaceholder("Search").waitFor();
    await page.keyboard.type("test");
    await page.keyboard.press("Enter");
    await expect.poll(() => page.locator("[data-part=chosen]").innerText()).toContain("openai-test");
    await expect.poll(() => box.evaluate((e) => e === document.activeElement)).toBe(true);
    await box.click();
    await page.getByRole("option", { name: "claude-team" }).click({ force: true });
    expect(await page.locator("[data-part=chosen]").innerText()).not.toContain("claude");
    await accessible(page);
    await shot(page, "gallery-combobox");
    await page.getByRole("button", { name: "Create a credential" }).click();
    await expect.poll(() => page.locator("[data-part=chosen]").innerText()).toContain("create");
  });

  test("Select and Switch follow the keyboard", async () => {
    const page = await open();
    const select = page.getByRole("combobox", { name: "Period" });
    await select.selectOption("month");
    await expect.poll(() => select.inputValue()).toBe("month");
    const toggle = page.getByRole("switch", { name: "Labels" });
    await toggle.focus();
    await page.keyboard.press("Space");
    await expect.poll(() => toggle.getAttribute("aria-checked")).toBe("false");
  });

  test("Menu moves with arrows, acts with Enter, and says so in a toast", async () => {
    const page = await open();
    await page.getByRole("button", { name: "Actions" }).focus();
    await page.keyboard.press("Enter");
    await page.getByRole("menuitem", { name: "Rename" }).waitFor();
    await page.keyboard.press("ArrowDown");
    await accessible(page, ["region"]); // a menu is no landmark
    await shot(page, "gallery-menu");
    await page.keyboard.press("Enter");
    await page.getByText("Link copied", { exact: true }).first().waitFor();
    await shot(page, "gallery-toast");
  });

  test("Popover opens at its chip; Escape closes it and returns the focus", async () => {
    const page = await open();
    const chip = page.getByRole("button", { name: /this server only/ });
    await chip.click();
    await page.getByRole("dialog", { name: "Where your data goes" }).waitFor();
    await accessible(page);
    await page.keyboard.press("Escape");
    await expect.poll(() => chip.evaluate((e) => e === document.activeElement)).toBe(true);
  });

  test("Tooltip shows on focus", async () => {
    const page = await open();
    await page.getByRole("button", { name: "Undo" }).focus();
    await page.keyboard.press("Shift+Tab");
    await page.keyboard.press("Tab");
    await page.getByRole("tooltip").waitFor();
    await expect.poll(() => page.getByRole("tooltip").innerText()).toContain("Ctrl Z");
  });

  test("Tabs move with arrows; Dialog keeps and returns the focus", async () => {
    const page = await open();
    await page.getByRole("tab", { name: "Settings" }).focus();
    await page.keyboard.press("ArrowRight");
    await page.getByText("What it returned.").waitFor();
    const opener = page.getByRole("button", { name: "Open dialog" });
    await opener.click();
    const dialog = page.getByRole("dialog");
    await dialog.waitFor();
    for (let i = 0; i < 6; i++) {
      await page.keyboard.press("Tab");
      await expect.poll(() => dialog.evaluate((d) => d.contains(document.activeElement))).toBe(true);
    }
    await accessible(page);
    await shot(page, "gallery-dialog");
    await page.keyboard.press("Escape");
    await expect.poll(() => opener.evaluate((e) => e === document.activeElement)).toBe(true);
  });

  test("a busy button keeps the focus and does nothing", async () => {
    const page = await open();
    const busy = page.getByRole("button", { name: "Publishing" });
    await busy.focus();
    await expect.poll(() => busy.evaluate((e) => e === document.activeElement)).toBe(true);
    await expect.poll(() => busy.getAttribute("aria-busy")).toBe("true");
  });

  test("an error stands at its field and is tied to it", async () => {
    const page = await open();
    const field = page.getByLabel("OpenAI API key");
    await expect.poll(() => field.getAttribute("aria-invalid")).toBe("true");
    const id = (await field.getAttribute("aria-describedby"))!;
    await expect.poll(() => page.locator(`[id="${id}"]`).innerText()).toContain("OpenAI did not accept this key.");
  });
});
