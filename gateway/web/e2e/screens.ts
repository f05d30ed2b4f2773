// What pages look like, in several widths and themes.
import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { expect } from "vitest";
import { accessible, shot } from "./browser";
import { edges, targets } from "./measure";
import { words } from "./words";

export interface Screen {
  name: string;
  options: {
    viewport: { width: number; height: number };
    colorScheme: "light" | "dark";
    hasTouch?: boolean;
    isMobile?: boolean;
  };
}

const finger = { hasTouch: true, isMobile: true };
const tablet = 800; // px; a screen that is not wider is touched

// screensOf returns these widths in both themes if SCREENS is "all", as `make e2e-web` sets it.
// Otherwise it returns the first width in dark, which takes a quarter of the time.
export function screensOf(widths: number[]): Screen[] {
  const all = (["light", "dark"] as const).flatMap((colorScheme) =>
    widths.map((width) => ({
      name: `${width}-${colorScheme}`,
      options: { viewport: { width, height: 900 }, colorScheme, ...(width < tablet && finger) },
    })),
  );
  if (process.env.SCREENS === "all") return all;
  return all.filter((s) => s.name === `${widths[0]}-dark`);
}

export const screens = screensOf([390, 1440]);

// looks checks a page as it is, and takes its picture.
export async function looks(page: Page, name: string): Promise<void> {
  await accessible(page);
  await fits(page);
  await shot(page, name);
}

// fits checks what axe does not: edges of fields, words, room, and targets for a finger.
export async function fits(page: Page): Promise<void> {
  expect(await edges(page)).toEqual([]);
  expect(await words(page)).toEqual([]);
  if (page.viewportSize()!.width < tablet) expect(await targets(page, "body")).toEqual([]);
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  expect(wide).toBe(0);
}

const docs = join(import.meta.dirname, "../../../docs/share");

// illustrate makes a picture for the docs. Times in it differ from run to run, so it is kept
// until UPDATE_SCREENSHOT asks for a new one.
export async function illustrate(page: Page, name: string): Promise<void> {
  const path = join(docs, name);
  if (process.env.UPDATE_SCREENSHOT || !existsSync(path)) await page.screenshot({ path, animations: "disabled" });
}
