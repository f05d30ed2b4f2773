// A link behind a password, as a stranger meets it.
import { expect, test } from "vitest";
import { greet, share } from "./api";
import { accessible, everything, ready, run, useBrowser, visit } from "./browser";
import { looks } from "./screens";

useBrowser();

const password = "correct horse battery";

test("a password opens a link that shows a stranger its title only", async () => {
  const secret = "Only for those inside.";
  const link = await share(greet(), { gate: { passwordRequired: true, password } }, "Behind a password", secret);
  let sent: () => Promise<string[]> = () => Promise.resolve([]);
  const page = await visit(`/s/${link.token}`, { before: async (p) => void (sent = everything(p)) });
  await page.getByRole("heading", { level: 1, name: "Behind a password" }).waitFor();
  expect(await page.locator("[data-part=form], [data-part=results]").count()).toBe(0);
  await looks(page, "gate-password");
  const field = page.getByRole("textbox", { name: "Password" });
  await field.fill("wrong horse battery");
  await page.getByRole("button", { name: "Open", exact: true }).click();
  await expect.poll(() => field.getAttribute("aria-invalid")).toBe("true");
  expect((await sent()).join("\n")).not.toContain(secret);
  await accessible(page);

  await field.fill(password);
  await page.keyboard.press("Enter");
  await ready(page);
  await page.getByText(secret).waitFor();
  await run(page);
  await expect.poll(() => page.locator("[data-part=results]").innerText()).toContain("world");
  const kept = await page.evaluate(() => JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.cookie]));
  expect(kept).not.toMatch(/horse|pass/i); // the pass is where no script reads it
});
