// What a page says of a provider that refuses a visitor's key, and what its words and links are.
import { randomBytes } from "node:crypto";
import { expect, test } from "vitest";
import { ask, demo, share } from "./api";
import { ready, run, useBrowser, visit } from "./browser";

useBrowser();

test("a provider's 401 reads as what it is, also where its answer repeats the key", async () => {
  const link = await share(ask("refuse", "$credentials"), {}, "Ask");
  const page = await visit(`/s/${link.token}`);
  await ready(page);
  const key = `sk-visitor-${randomBytes(16).toString("hex")}`;
  const field = page.getByLabel("OpenAI-compatible API key");
  await field.fill(key);
  await run(page);
  await page.getByText("OpenAI-compatible did not accept this key.").waitFor();
  await expect.poll(() => field.getAttribute("aria-invalid")).toBe("true");
  const failure = page.locator("[data-part=failure]");
  await failure.getByText("OpenAI-compatible did not accept your key").waitFor();
  expect(await failure.innerText()).not.toContain(key);
});

test("the page of a link leads to the console, and says when an allowance resets", async () => {
  const page = await visit(`/s/${demo}`);
  await ready(page);
  await page.getByRole("button", { name: /^Free for you/ }).click();
  await page
    .getByRole("dialog", { name: "Who pays" })
    .getByText(/resets at \d\d:\d\d/)
    .first()
    .waitFor();
  await page.keyboard.press("Escape");
  await page.getByRole("link", { name: "Keyhole", exact: true }).click();
  await page.getByRole("heading", { level: 1, name: /Share AI workflows by link/ }).waitFor();
});
