// Fingers on a wide screen: one scrolls the page, two move what they touch.
import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { demo } from "./api";
import { openGraph, ready, run, useBrowser, visit } from "./browser";

useBrowser();

async function gestures(page: Page) {
  const session = await page.context().newCDPSession(page);
  const at = async (selector: string) => {
    const box = (await page.locator(selector).first().boundingBox())!;
    return { x: Math.round(box.x + box.width / 2), y: Math.round(box.y + box.height / 2) };
  };
  await page.evaluate(() => {
    Object.assign(window, { kept: 0 });
    addEventListener("touchmove", (e) => ((window as unknown as { kept: number }).kept += Number(e.defaultPrevented)));
  });
  return {
    // swipe moves one finger, and returns how many of its moves the page was kept from.
    swipe: async (selector: string) => {
      const { x, y } = await at(selector);
      const touch = (type: "touchStart" | "touchMove" | "touchEnd", touchPoints: { x: number; y: number }[]) =>
        session.send("Input.dispatchTouchEvent", { type, touchPoints });
      await touch("touchStart", [{ x, y }]);
      for (const by of [30, 60, 90]) await touch("touchMove", [{ x, y: y + by }]);
      await touch("touchEnd", []);
      return page.evaluate(() => (window as unknown as { kept: number }).kept);
    },
    pinch: async (selector: string) =>
      session.send("Input.synthesizePinchGesture", {
        ...(await at(selector)),
        scaleFactor: 1.6,
        gestureSourceType: "touch",
      }),
  };
}

test("a swipe over the graph and over a result is the page's, and a pinch zooms into them", async () => {
  const page = await visit(`/s/${demo}`, { viewport: { width: 1024, height: 1600 }, hasTouch: true });
  await ready(page);
  await page.getByAltText("Input: Sample picture").waitFor();
  await run(page);
  await page.locator("[data-part=boxes] g").first().waitFor();
  await openGraph(page);
  const { swipe, pinch } = await gestures(page);
  const pane = page.locator(".react-flow__pane");
  const place = () => page.locator(".react-flow__viewport").evaluate((v) => (v as HTMLElement).style.transform);
  const zoom = page.locator("[data-part=zoom]").first();
  const percent = async () => parseInt(await zoom.innerText());

  await expect.poll(() => pane.evaluate((p) => getComputedStyle(p).touchAction)).toBe("pan-x pan-y");
  const [graph, picture] = [await place(), await percent()];
  expect(await swipe("[data-part=graph]")).toBe(0);
  expect(await swipe("[data-part=boxes]")).toBe(0);
  expect(await place()).toBe(graph);
  expect(await percent()).toBe(picture);
  await pinch("[data-part=graph]");
  await expect.poll(place).not.toBe(graph);
  await pinch("[data-part=boxes]");
  await expect.poll(percent).toBeGreaterThan(picture);
});
