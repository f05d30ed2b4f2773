// Themes, widths, keyboard, frames.
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, expect, test } from "vitest";
import { base, chain, demo, greet, share } from "./api";
import { accessible, openGraph, ready, run, shot, useBrowser, visit } from "./browser";
import { looks, screensOf } from "./screens";

useBrowser();

describe("every width and both themes", () => {
  for (const { name, options } of screensOf([360, 768, 1024, 1440, 2560]))
    test(name, async () => {
      const page = await visit(`/s/${demo}`, options);
      await ready(page);
      await page.getByAltText("Input: Sample picture").waitFor();
      await run(page);
      await page.locator("[data-part=boxes] g").first().waitFor();
      await looks(page, `width-${name}`);
    });

  test("the theme can be chosen, and the choice survives a reload", async () => {
    const page = await visit(`/s/${demo}`, { colorScheme: "light" });
    await ready(page);
    const ground = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    const light = await ground();
    await page.getByRole("button", { name: "Use the dark theme" }).click();
    const dark = await ground();
    expect(dark).not.toBe(light);
    await page.reload();
    await ready(page);
    expect(await ground()).toBe(dark); // the choice survives
  });

  test("200 steps", async () => {
    const link = await share(chain(200), {}, "Two hundred steps");
    const page = await visit(`/s/${link.token}`);
    await ready(page);
    await run(page);
    await expect.poll(() => page.locator("[data-part=results]").innerText()).toContain("Last");
    await openGraph(page);
    await page.getByRole("button", { name: "Show the whole graph" }).click();
    await shot(page, "graph-200");
  });
});

describe("the keyboard alone", () => {
  test("runs, looks and forks", async () => {
    const page = await visit(`/s/${demo}`);
    await ready(page);
    await page.getByAltText("Input: Sample picture").waitFor();
    const focused = () =>
      page.evaluate(
        () => document.activeElement?.getAttribute("aria-label") || document.activeElement?.textContent?.trim() || "",
      );
    const tabTo = async (name: RegExp, most = 60) => {
      for (let i = 0; i < most; i++) {
        await page.keyboard.press("Tab");
        if (name.test(await focused())) return;
      }
      throw new Error(`no ${name} within ${most} tabs; last: ${await focused()}`);
    };
    await page.keyboard.press("Tab");
    expect(await focused()).toBe("Skip to the workflow");
    await page.keyboard.press("Enter");
    await tabTo(/^Run$/);
    await page.keyboard.press("Enter");
    await page.locator("[data-part=boxes] g").first().waitFor();
    await tabTo(/^Lines$/);
    await page.keyboard.press("ArrowRight");
    await expect.poll(focused).toBe("Picture");
    await page.keyboard.press("ArrowLeft");
    await tabTo(/EILEEN/);
    await page.keyboard.press("Space");
    await tabTo(/^Open the graph$/);
    await page.keyboard.press("Enter");
    await tabTo(/^The workflow as a graph/);
    await page.keyboard.press("ArrowRight");
    await page.keyboard.press("ArrowRight");
    await page.keyboard.press("Enter");
    await page.locator("[data-part=inspector]").waitFor();
    await expect.poll(focused).toBe("ocr"); // the settings have the focus
    await shot(page, "keyboard-settings");
    await page.keyboard.press("Escape");
    await page.locator("[data-part=inspector]").waitFor({ state: "detached" });
    await expect.poll(focused).toMatch(/^The workflow as a graph/);
    await page.reload();
    await ready(page);
    await tabTo(/^Fork$/);
    await page.keyboard.press("Enter");
    await page.getByRole("dialog").waitFor();
    await page.keyboard.press("Escape");
    await expect.poll(focused).toBe("Fork");
  });
});

describe("frames", () => {
  test("are refused until the owner lists an origin, and then shown there alone", async () => {
    const host = createServer((req, res) => {
      res.setHeader("content-type", "text/html");
      res.end(
        `<!doctype html><title>host</title><iframe title="workflow" width="1000" height="700" src="${base}/embed/${req.url!.slice(1)}"></iframe>`,
      );
    });
    await new Promise<void>((up) => host.listen(0, "127.0.0.1", up));
    const origin = `http://127.0.0.1:${(host.address() as AddressInfo).port}`;
    try {
      const closed = await share(greet(), {}, "Closed");
      const opened = await share(greet(), { frameOrigins: [origin] }, "Opened");
      const policy = async (path: string) => (await fetch(base + path)).headers.get("content-security-policy")!;
      expect(await policy(`/embed/${closed.token}`)).toContain("frame-ancestors 'none'");
      expect(await policy(`/embed/${opened.token}`)).toContain(`frame-ancestors ${origin}`);
      expect(await policy(`/s/${opened.token}`)).toContain("frame-ancestors 'none'");
      const page = await visit(`/embed/${opened.token}?showGraph&hideToolbar&theme=dark`, {
        viewport: { width: 1100, height: 760 },
      });
      await ready(page);
      expect(await page.locator("header nav").count()).toBe(0);
      await accessible(page);
      await shot(page, "embed");
      const bare = await visit(`/embed/${opened.token}`);
      await bare.getByRole("heading", { level: 1 }).waitFor();
      expect(await bare.locator("[data-part=how-it-works]").count()).toBe(0);
      await expect.poll(() => bare.locator("header nav").count()).toBe(1);
      await page.goto(`${origin}/${opened.token}`);
      await page.frameLocator("iframe").getByRole("heading", { level: 1 }).waitFor();
      await expect
        .poll(() => page.frameLocator("iframe").getByRole("heading", { level: 1 }).innerText())
        .toBe("Opened");
    } finally {
      host.closeAllConnections();
      host.close();
    }
  });
});
