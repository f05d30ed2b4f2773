// Names, inputs, outputs and errors are strangers' texts: they are shown as text.
import { describe, expect, test } from "vitest";
import { ask, base, greet, provider, share } from "./api";
import { ready, run, shot, useBrowser, visit } from "./browser";

useBrowser();

const markup = `<img src=x onerror="window.hacked=1"><svg onload="window.hacked=1"><script>window.hacked=1</script></title>"'\``;

describe("markup is text", () => {
  test("in titles, descriptions, inputs and outputs", async () => {
    const link = await share(
      greet([{ type: "WorkflowParameter", name: "who", kind: ["string"], default_value: markup }]),
      {},
      markup,
      `About ${markup}`,
    );
    const html = await (await fetch(`${base}/s/${link.token}`)).text();
    expect(html).not.toContain("<img src=x");
    expect(html).not.toContain("window.hacked=1</script>");
    const page = await visit(`/s/${link.token}`);
    await ready(page);
    await expect.poll(() => page.getByRole("heading", { level: 1 }).innerText()).toBe(markup);
    await run(page);
    await expect.poll(() => page.locator("[data-part=text]").innerText()).toContain(markup);
    await page.getByRole("button", { name: "Result as JSON" }).click();
    await page.getByRole("textbox", { name: "The result as JSON" }).waitFor();
    expect(await page.evaluate(() => "hacked" in window)).toBe(false);
    expect(await page.locator("main img[src=x], main script, main svg[onload]").count()).toBe(0);
    await shot(page, "hostile-output");
  });

  test("in errors, steps and fields", async () => {
    const status = {
      code: 9,
      message: markup,
      details: [
        {
          "@type": "type.googleapis.com/google.rpc.ErrorInfo",
          reason: "STEP_FAILED",
          domain: "keyhole.dev",
          metadata: { step: markup, status: markup },
        },
        {
          "@type": "type.googleapis.com/google.rpc.BadRequest",
          fieldViolations: [{ field: markup, description: `about ${markup}` }],
        },
      ],
    };
    const link = await share(greet(), {}, "Greet");
    const page = await visit(`/s/${link.token}`, {
      before: async (p) =>
        void (await p.route("**/*:runStream", (r) =>
          r.fulfill({ contentType: "application/x-ndjson", body: `${JSON.stringify({ error: status })}\n` }),
        )),
    });
    await ready(page);
    await run(page);
    await expect.poll(() => page.locator("[data-part=failure]").innerText()).toContain(markup);
    expect(await page.evaluate(() => "hacked" in window)).toBe(false);
    expect(await page.locator("main img[src=x], main script").count()).toBe(0);
    await shot(page, "hostile-error");
  });

  test("in what a provider says when it refuses", async () => {
    const link = await share(ask("refuse", "$credentials"), {}, "Ask");
    const page = await visit(`/s/${link.token}`);
    await ready(page);
    await page.getByLabel("OpenAI-compatible API key").fill("sk-of-the-visitor-0123456789");
    await run(page);
    expect(await page.evaluate(() => "hacked" in window)).toBe(false);
    expect(await page.locator("main img[src=x]").count()).toBe(0);
  });

  test("and a picture that is SVG is not drawn", async () => {
    const svg = Buffer.from(
      '<svg xmlns="http://www.w3.org/2000/svg" onload="window.hacked=1"><script>window.hacked=1</script></svg>',
    ).toString("base64");
    const link = await share(ask("echo", "$credentials"), {}, "Ask");
    const page = await visit(`/s/${link.token}`, {
      before: async (p) =>
        void (await p.route("**/*:runStream", (r) =>
          r.fulfill({
            contentType: "application/x-ndjson",
            body: `${JSON.stringify({ result: { finished: { run: "r", outputs: [{ drawing: { type: "base64", value: svg }, where: `${provider}${markup}` }] } } })}\n`,
          }),
        )),
    });
    await ready(page);
    await page.getByLabel("OpenAI-compatible API key").fill("sk-of-the-visitor-0123456789");
    await run(page);
    expect(await page.locator("[data-part=results] img").count()).toBe(0);
    expect(await page.evaluate(() => "hacked" in window)).toBe(false);
  });
});
