// What tests do as somebody who is signed in to the console.
import type { Page } from "playwright-core";
import { expect } from "vitest";
import { ownerKey } from "./api";
import { visit } from "./browser";

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
