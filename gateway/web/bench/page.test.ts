// The docs' promises about the page, measured in the browser. Wants an idle machine.
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { cpus } from "node:os";
import { afterAll, describe, expect, test } from "vitest";
import type { Page } from "playwright-core";
import { base, chain, demo, share } from "../e2e/api";
import { openGraph, ready, run, runButton, useBrowser, visit } from "../e2e/browser";

useBrowser();

const results: Record<string, number | string> = { machine: `${cpus().length} × ${cpus()[0]?.model ?? "?"}` };

afterAll(async () => {
  const folder = join(import.meta.dirname, "results");
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, "page.json"), `${JSON.stringify(results, null, 2)}\n`);
  console.table(results);
});

// watch counts from the first moment what a page paints and moves.
async function watch(page: Page) {
  await page.addInitScript(() => {
    const seen = { lcp: 0, cls: 0, slowest: 0, what: "", moved: [] as string[] };
    Object.assign(window, { seen });
    new PerformanceObserver((l) => {
      for (const e of l.getEntries()) seen.lcp = e.startTime;
    }).observe({ type: "largest-contentful-paint", buffered: true });
    new PerformanceObserver((l) => {
      for (const e of l.getEntries() as (PerformanceEntry & { value: number })[]) {
        seen.cls += e.value;
        for (const s of (e as unknown as { sources: { node: Element | null }[] }).sources)
          if (e.value > 0.001) seen.moved.push(`${s.node?.nodeName} ${s.node?.className ?? s.node?.textContent}`);
      }
    }).observe({ type: "layout-shift", buffered: true });
    new PerformanceObserver((l) => {
      for (const e of l.getEntries())
        if (e.duration > seen.slowest) {
          seen.slowest = e.duration;
          seen.what = `${e.name} at ${Math.round(e.startTime)}, ${Math.round((e as PerformanceEventTiming).processingEnd - (e as PerformanceEventTiming).processingStart)} ms of work`;
        }
    }).observe({ type: "event", durationThreshold: 16, buffered: true } as PerformanceObserverInit);
  });
}

const seen = (page: Page) =>
  page.evaluate(
    () =>
      (window as unknown as { seen: { lcp: number; cls: number; slowest: number; what: string; moved: string[] } })
        .seen,
  );

describe("the share page", () => {
  test("sends at most 130 KB of script before the first run", async () => {
    const page = await visit(`/s/${demo}`);
    await ready(page);
    await page.getByAltText("Input: Sample picture").waitFor();
    const bytes = await page.evaluate(() =>
      performance
        .getEntriesByType("resource")
        .filter((e) => /\.js$/.test(e.name))
        .reduce((sum, e) => sum + (e as PerformanceResourceTiming).encodedBodySize, 0),
    );
    results.script_bytes = bytes;
    expect(bytes).toBeGreaterThan(10_000);
    expect(bytes).toBeLessThanOrEqual(130_000);
  });

  test("paints within a second, and nothing moves", async () => {
    const page = await visit(`/s/${demo}`, { before: watch });
    await ready(page);
    await page.getByAltText("Input: Sample picture").waitFor();
    await page.waitForTimeout(500); // for late shifts
    const { lcp, cls, moved } = await seen(page);
    results.lcp_ms = Math.round(lcp);
    results.cls = Number(cls.toFixed(4));
    expect(lcp).toBeGreaterThan(0);
    if (moved.length > 0) console.log(moved.join("\n"));
    await run(page);
    await page.locator("[data-part=boxes] g").first().waitFor();
    const after = await seen(page);
    results.cls_with_run = Number(after.cls.toFixed(4));
  });

  // The slow phone of the docs: 4G (150 ms, 1.6 Mbit/s down, 0.75 up) and a quarter of this processor.
  test("paints on a slow phone, and nothing moves", async () => {
    const page = await visit("about:blank", {
      viewport: { width: 390, height: 844 },
      hasTouch: true,
      isMobile: true,
      before: watch,
    });
    const session = await page.context().newCDPSession(page);
    await session.send("Network.enable");
    await session.send("Network.emulateNetworkConditions", {
      offline: false,
      latency: 150,
      downloadThroughput: 1.6e6 / 8,
      uploadThroughput: 0.75e6 / 8,
    });
    await session.send("Emulation.setCPUThrottlingRate", { rate: 4 });
    await page.goto(`${base}/s/${demo}`);
    await ready(page);
    await page.getByAltText("Input: Sample picture").waitFor();
    await page.waitForTimeout(1500); // for late shifts
    const { lcp, cls, moved } = await seen(page);
    if (moved.length > 0) console.log(moved.join("\n"));
    results.slow_lcp_ms = Math.round(lcp);
    results.slow_cls = Number(cls.toFixed(4));
    expect(lcp).toBeGreaterThan(0);
  });

  test("answers within 100 ms while the events of 200 steps stream", async () => {
    const link = await share(chain(200), {}, "Two hundred steps");
    const page = await visit(`/s/${link.token}`, { before: watch });
    await ready(page);
    const field = page.getByLabel("Who", { exact: true });
    await runButton(page).click();
    for (let i = 0; i < 20; i++) {
      await page.keyboard.press("Tab");
      await page.keyboard.press("Shift+Tab");
    }
    await page.locator("[data-part=results]").waitFor();
    await field.pressSequentially("abc");
    const { slowest, what } = await seen(page);
    results.slowest_interaction_ms = slowest;
    results.slowest_was = what;
    expect(slowest).toBeGreaterThan(0);
  });

  test("pans a graph of 200 steps smoothly", async () => {
    const link = await share(chain(200), {}, "Two hundred steps");
    const page = await visit(`/s/${link.token}`);
    await ready(page);
    await openGraph(page);
    await page.getByRole("button", { name: "Show the whole graph" }).click();
    await page.locator("[data-part=graph]").scrollIntoViewIfNeeded();
    const box = (await page.locator("[data-part=graph]").boundingBox())!;
    await page.evaluate(() => {
      const frames: number[] = [];
      Object.assign(window, { frames });
      let last = performance.now();
      const tick = (now: number) => {
        frames.push(now - last);
        last = now;
        requestAnimationFrame(tick);
      };
      requestAnimationFrame(tick);
    });
    await page.mouse.move(box.x + box.width / 2, box.y + 30);
    await page.mouse.down();
    for (let i = 0; i < 120; i++)
      await page.mouse.move(box.x + box.width / 2 + 200 * Math.sin(i / 10), box.y + 30 + (i % 40));
    await page.mouse.up();
    const frames = (await page.evaluate(() => (window as unknown as { frames: number[] }).frames)).sort(
      (a, b) => a - b,
    );
    const at = (q: number) => frames[Math.floor(q * (frames.length - 1))]!;
    results.pan_frame_ms_median = Number(at(0.5).toFixed(1));
    results.pan_frame_ms_p95 = Number(at(0.95).toFixed(1));
    expect(frames.length).toBeGreaterThan(30);
  });
});
