// What a person does who has a keyboard alone.
import type { Page } from "playwright-core";

// focused is the name of what has the focus.
export const focused = (page: Page): Promise<string> =>
  page.evaluate(() => {
    const at = document.activeElement as HTMLInputElement | null;
    return at?.getAttribute("aria-label") || at?.labels?.[0]?.textContent?.trim() || at?.textContent?.trim() || "";
  });

export async function tabTo(page: Page, name: RegExp, most = 80): Promise<void> {
  for (let i = 0; i < most; i++) {
    if (name.test(await focused(page))) return;
    await page.keyboard.press("Tab");
  }
  throw new Error(`no ${name} within ${most} tabs; last: ${await focused(page)}`);
}

// press goes to a button and presses it.
export async function press(page: Page, name: RegExp): Promise<void> {
  await tabTo(page, name);
  await page.keyboard.press("Enter");
}
