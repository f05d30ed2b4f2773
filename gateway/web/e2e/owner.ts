// What tests do as somebody who is signed in to the console.
import type { Page } from "playwright-core";
import { expect } from "vitest";
import { ownerKey } from "./api";
import { accessible, shot, visit } from "./browser";
import { edges } from "./measure";

export const heading = (page: Page, name: string | RegExp) => page.getByRole("heading", { level: 1, name }).waitFor();

export async function signIn(path: string, options: Parameters<typeof visit>[1] = {}, key = ownerKey): Promise<Page> {
  const page = await visit(path, options);
  await page.getByLabel("Keyhole key").fill(key);
  await page.getByRole("button", { name: "Sign in with a key" }).click();
  await page.getByRole("navigation", { name: "Console" }).waitFor();
  return page;
}

// nowhere fails if a secret is in the document, a storage, the address or the history.
export async function nowhere(page: Page, secret: string): Promise<void> {
  const kept = await page.evaluate(() =>
    JSON.stringify([
      document.documentElement.outerHTML,
      { ...localStorage },
      { ...sessionStorage },
      location.href,
      history.state,
    ]),
  );
  expect(kept).not.toContain(secret);
}

// looks checks a page as it is, and takes its picture.
export async function looks(page: Page, name: string): Promise<void> {
  await accessible(page);
  expect(await edges(page)).toEqual([]);
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  expect(wide).toBe(0);
  await shot(page, name);
}

export const screens = (["light", "dark"] as const).flatMap((colorScheme) =>
  [390, 1440].map((width) => ({
    name: `${width}-${colorScheme}`,
    options: { viewport: { width, height: 900 }, colorScheme },
  })),
);
