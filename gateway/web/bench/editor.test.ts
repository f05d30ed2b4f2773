// How fast the editor is with a large workflow. Wants an idle machine.
import { describe, expect, test } from "vitest";
import type { CDPSession, Page } from "playwright-core";
import { call, chain, ownerKey } from "../e2e/api";
import { useBrowser, visit } from "../e2e/browser";

useBrowser();

async function open(steps: number): Promise<Page> {
  const id = `large-${process.pid}-${steps}`;
  await call("POST", `/v1/workspaces/demo/workflows?workflowId=${id}`, { title: id, definition: chain(steps) });
  const page = await visit(`/app/demo/workflows/${id}/edit`);
  await page.getByLabel("Keyhole key").fill(ownerKey);
  await page.getByRole("button", { name: "Sign in with a key" }).click();
  await page.locator("[data-part=node]").first().waitFor();
  await page.locator("[data-part=dock]").waitFor();
  return page;
}

// work is the time that scripts and layout have taken so far, in ms.
async function work(session: CDPSession): Promise<number> {
  const { metrics } = await session.send("Performance.getMetrics");
  const of = (name: string) => metrics.find((m) => m.name === name)!.value * 1000;
  return of("ScriptDuration") + of("LayoutDuration") + of("RecalcStyleDuration");
}

describe("the editor", () => {
  test("pans a graph of 500 steps with under 8 ms of script and layout per frame", async () => {
    const page = await open(500);
    await page.getByRole("button", { name: "Show the whole graph" }).click();
    const box = (await page.locator("[data-part=canvas]").boundingBox())!;
    const session = await page.context().newCDPSession(page);
    await session.send("Performance.enable");
    await page.evaluate(() => {
      const seen = { frames: 0 };
      Object.assign(window, { seen });
      const count = () => {
        seen.frames++;
        requestAnimationFrame(count);
      };
      requestAnimationFrame(count);
    });
    const frames = () => page.evaluate(() => (window as unknown as { seen: { frames: number } }).seen.frames);
    await page.mouse.move(box.x + box.width / 2, box.y + box.height - 90);
    await page.mouse.down();
    const [work0, frames0] = [await work(session), await frames()];
    for (let i = 0; i < 120; i++)
      await page.mouse.move(box.x + box.width / 2 + Math.sin(i / 10) * 200, box.y + 200 + i);
    const [work1, frames1] = [await work(session), await frames()];
    await page.mouse.up();
    const perFrame = (work1 - work0) / (frames1 - frames0);
    console.table({ ms_per_frame: perFrame.toFixed(2), frames: frames1 - frames0 });
    expect(perFrame).toBeLessThan(8);
  });
});
