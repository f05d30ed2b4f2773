// Real Chromium, watched: whatever a page logs as an error, or its policy blocks,
// fails the test.
import { AxeBuilder } from "@axe-core/playwright";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { chromium, type Browser, type BrowserContextOptions, type Page, type Response } from "playwright-core";
import { afterAll, afterEach, beforeAll, expect } from "vitest";
import { base } from "./api";

const screenshots = join(import.meta.dirname, "screenshots");
const flags = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--use-fake-device-for-media-stream",
  "--use-fake-ui-for-media-stream",
];

let browser: Browser;
let open: { page: Page; troubles: string[] }[] = [];

export function useBrowser() {
  beforeAll(async () => {
    await mkdir(screenshots, { recursive: true });
    browser = await chromium.launch({
      executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
      headless: true,
      args: flags,
    });
  });
  afterEach(async () => {
    const all = open;
    open = [];
    for (const { page } of all) await page.context().close();
    expect(all.flatMap((o) => o.troubles)).toEqual([]);
  });
  afterAll(() => browser.close());
}

// visit opens a page of its own context. Refused requests are logged by the browser as
// errors, and are what many tests are about: those are let through.
export async function visit(
  path: string,
  options: BrowserContextOptions & { before?: (page: Page) => Promise<void> } = {},
): Promise<Page> {
  const { before, ...rest } = options;
  const context = await browser.newContext({
    viewport: { width: 1440, height: 900 },
    permissions: ["clipboard-read", "clipboard-write"],
    ...rest,
  });
  const page = await context.newPage();
  const troubles: string[] = [];
  open.push({ page, troubles });
  page.on("pageerror", (e) => troubles.push(`page error: ${e.message}`));
  page.on("console", (m) => {
    if (m.type() === "error" && !/Failed to load resource/.test(m.text())) troubles.push(`console: ${m.text()}`);
  });
  if (before) await before(page);
  await page.goto(new URL(path, base).href);
  return page;
}

export async function ready(page: Page): Promise<void> {
  await page.getByRole("heading", { level: 1 }).waitFor();
  await page.locator("[data-part=form]").waitFor();
}

export const runButton = (page: Page) => page.getByRole("button", { name: "Run", exact: true });

export async function run(page: Page): Promise<void> {
  await runButton(page).click();
  await page
    .locator("[data-part=new-result] [data-part=results], [data-part=failure]")
    .first()
    .waitFor({ timeout: 60_000 });
}

// openGraph loads the graph to look into, which the page does only when it is asked.
export async function openGraph(page: Page): Promise<void> {
  await page.getByRole("button", { name: "Open the graph" }).click();
  await page.locator("[data-part=graph] .react-flow__node").first().waitFor();
}

// shot takes a picture to look at. `make test` sets SCREENS to "few", and nobody looks at its pictures.
export async function shot(page: Page, name: string): Promise<void> {
  if (process.env.SCREENS === "few") return;
  await page.screenshot({ path: join(screenshots, `${name}.png`), fullPage: true, animations: "disabled" });
}

// accessible fails with what axe finds.
export async function accessible(page: Page, except: string[] = []): Promise<void> {
  const { violations } = await new AxeBuilder({ page })
    .disableRules(except)
    .withTags(["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"])
    .analyze();
  expect(violations.map((v) => `${v.id}: ${v.help} (${v.nodes.map((n) => n.target.join(" ")).join(", ")})`)).toEqual(
    [],
  );
}

// everything keeps the text of each answer that a page gets.
export function everything(page: Page): () => Promise<string[]> {
  const bodies: Promise<string>[] = [];
  page.on("response", (r: Response) => {
    if (new URL(r.url()).pathname.endsWith("/changes")) return; // a stream that ends with the page
    bodies.push(
      r.text().then(
        (t) => `${r.url()}\n${JSON.stringify(r.headers())}\n${t}`,
        () => r.url(),
      ),
    );
  });
  return () => Promise.all(bodies);
}
