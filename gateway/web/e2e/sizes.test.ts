// Every page of the console and the editor, in each width and theme. The short form looks at the
// pages that no other test opens on a phone.
import { expect, test } from "vitest";
import { base, call } from "./api";
import { useBrowser } from "./browser";
import { signIn } from "./owner";
import { fits, looks, screensOf } from "./screens";

useBrowser();

const all = process.env.SCREENS === "all";
const others = ["models", "keys/KEY", "trash", "templates", "workflows/read-text/edit"];
const pages = all
  ? [
      ...["workflows", "workflows/read-text", "runs", "usage", "credentials", "models/pp-ocr", "keys", "people"],
      ...["audit", "sessions", "templates/read-text", ...others],
    ]
  : others;

for (const { name, options } of screensOf(all ? [360, 390, 768, 1440, 2560] : [390]))
  test(`every page has room at ${name}`, async () => {
    const { keys } = await call<{ keys: { name: string }[] }>("GET", "/v1/workspaces/demo/keys");
    const page = await signIn("/app/demo/workflows", options);
    for (const path of pages) {
      await page.goto(`${base}/app/demo/${path.replace("KEY", keys[0]!.name.split("/")[3]!)}`);
      await page.getByRole("heading", { level: 1 }).first().waitFor();
      await expect.poll(() => page.locator("[aria-busy=true]").count()).toBe(0);
      if (all) await looks(page, `sizes-${path.replaceAll("/", "-")}-${name}`);
      else await fits(page);
    }
  });
