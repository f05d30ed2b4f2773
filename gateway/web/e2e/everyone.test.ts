// The console for everyone: by keyboard alone, at 200 % zoom, without motion.
import { expect, test } from "vitest";
import { base, call, demo } from "./api";
import { useBrowser, visit } from "./browser";
import { focused, press, tabTo } from "./keyboard";
import { heading, signIn } from "./owner";

useBrowser();

test("the keyboard alone signs in, shares, opens run access, pauses and revokes", async () => {
  const { definition } = await call<{ definition: unknown }>("GET", "/v1/workspaces/demo/workflows/read-text");
  await call("POST", "/v1/workspaces/demo/workflows?workflowId=by-keyboard", { title: "By keyboard", definition });
  const { path } = await call<{ path: string }>("POST", "/v1/signInLinks", {});
  const page = await visit(path);
  await page.getByRole("button", { name: "Sign in with this link" }).waitFor();
  await press(page, /^Sign in with this link$/);
  await heading(page, "Workflows");
  await page.getByLabel("Search workflows").waitFor();
  await tabTo(page, /^Search workflows$/);
  await page.keyboard.type("by keyboard");
  await expect.poll(() => page.getByRole("list", { name: "Workflows" }).getByRole("listitem").count()).toBe(1);
  await press(page, /^By keyboard$/);
  await heading(page, "By keyboard");
  await expect.poll(() => page.getByRole("button", { name: "Share Workflow" }).isEnabled()).toBe(true);
  await press(page, /^Share Workflow$/);
  const dialog = page.getByRole("dialog", { name: "Share Workflow" });
  const inside = () => dialog.evaluate((d) => d.contains(document.activeElement));
  await dialog.getByRole("button", { name: "Create a link" }).waitFor();
  await press(page, /^Create a link$/);
  await dialog.getByRole("button", { name: "Copy Share Link" }).waitFor();
  await press(page, /^Copy Share Link$/);
  await dialog.getByText("Copied").waitFor();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toMatch(/\/s\/[\w-]+$/);

  await tabTo(page, /^Visitors use their own allowance/);
  await page.keyboard.press("ArrowRight");
  await dialog.getByText("will affect your Workflow usage").waitFor();
  await press(page, /^Save changes$/);
  const asked = page.getByRole("dialog", { name: "Open this link?" });
  await asked.waitFor();
  await press(page, /^Open it$/);
  await asked.waitFor({ state: "detached" });
  await expect.poll(inside).toBe(true); // the button that opened it is gone
  await press(page, /^Pause link$/);
  await dialog.getByText("Paused", { exact: true }).waitFor();
  await press(page, /^Revoke$/);
  await page.getByRole("dialog", { name: "Revoke this link?" }).waitFor();
  await press(page, /^Revoke the link$/);
  await dialog.getByRole("button", { name: "Create a link" }).waitFor();
  await expect.poll(inside).toBe(true);
  await page.keyboard.press("Escape"); // closes the dialog, whatever a toast says meanwhile
  await dialog.waitFor({ state: "detached" });
  await expect.poll(() => focused(page)).toBe("Share Workflow");
});

const pages = ["workflows", "workflows/read-text", "runs", "usage", "credentials", "models", "keys", "people", "audit"];
const paths = [...pages, "sessions", "workflows/read-text/edit"].map((p) => `/app/demo/${p}`);

test("each page has room at 200 % zoom, and moves nothing for who asked for no motion", async () => {
  const page = await signIn("/app/demo/workflows", {
    viewport: { width: 720, height: 450 },
    deviceScaleFactor: 2,
    reducedMotion: "reduce",
  });
  const found: string[] = [];
  for (const path of [...paths, `/s/${demo}`]) {
    await page.goto(base + path);
    await page.getByRole("heading", { level: 1 }).first().waitFor();
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    if (wide > 0) found.push(`${path} is ${wide} px too wide`);
    const moving = await page.evaluate(() => {
      const seconds = (list: string) =>
        Math.max(...list.split(",").map((d) => parseFloat(d) / (/ms/.test(d) ? 1e3 : 1)));
      return [...document.querySelectorAll("*")].filter((el) =>
        [null, "::before", "::after"].some((part) => {
          const style = getComputedStyle(el, part);
          return seconds(style.animationDuration) > 0.01 || seconds(style.transitionDuration) > 0.01;
        }),
      ).length;
    });
    if (moving > 0) found.push(`${path} moves ${moving} parts`);
  }
  expect(found).toEqual([]);

  await page.goto(`${base}/app/demo/workflows/read-text`);
  await expect.poll(() => page.getByRole("button", { name: "Share Workflow" }).isEnabled()).toBe(true);
  await page.getByRole("button", { name: "Share Workflow" }).click();
  for (const name of ["Copy Share Link", "Revoke"]) {
    const button = page.getByRole("button", { name, exact: true });
    await button.scrollIntoViewIfNeeded();
    await expect
      .poll(() =>
        button.evaluate((b) => {
          const { left, top, width, height } = b.getBoundingClientRect();
          return b.contains(document.elementFromPoint(left + width / 2, top + height / 2));
        }),
      )
      .toBe(true); // nothing lies over it
  }
});

test("the graph of the editor jumps for who asked for no motion", async () => {
  const page = await signIn("/app/demo/workflows", { reducedMotion: "reduce" });
  await page.goto(`${base}/app/demo/workflows/read-text/edit`);
  await page.locator("[data-id='steps.ocr']").waitFor();
  await page.evaluate(() => {
    const view = document.querySelector<HTMLElement>(".react-flow__viewport")!;
    const places = new Set([view.style.transform]);
    Object.assign(window, { places });
    new MutationObserver(() => places.add(view.style.transform)).observe(view, { attributes: true });
  });
  const places = () => page.evaluate(() => (window as unknown as { places: Set<string> }).places.size);
  await page.locator("[data-part=canvas-keys]").focus();
  await page.keyboard.press("ArrowRight");
  await expect.poll(places).toBe(2);
  await page.keyboard.press("ArrowRight");
  await expect.poll(places).toBe(3); // one place for each key, and none between
});
