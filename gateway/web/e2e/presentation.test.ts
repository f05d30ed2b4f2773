// What owners say on the page of a link: set in the Share dialog, seen by a stranger.
import type { Page } from "playwright-core";
import { describe, expect, test } from "vitest";
import { base, call, greet, share } from "./api";
import { everything, ready, run, shot, useBrowser, visit } from "./browser";
import { signIn } from "./owner";
import { looks, screens } from "./screens";

useBrowser();

const inputs = [
  { type: "WorkflowParameter", name: "who", kind: ["string"], default_value: "world" },
  { type: "WorkflowParameter", name: "tone", kind: ["string"], default_value: "plain" },
];

function twoOutputs() {
  const d = greet(inputs);
  return { ...d, outputs: [...d.outputs, { type: "JsonField", name: "inside", selector: "$steps.hello.output" }] };
}

async function dialogOf(definition: unknown, title: string, options = {}): Promise<{ page: Page; token: string }> {
  const { name, token } = await share(definition, {}, title);
  const page = await signIn(`/app/demo/workflows/${name.split("/")[3]!}`, options);
  await page.getByRole("button", { name: "Share Workflow" }).click();
  await page.getByRole("button", { name: "More version" }).click();
  await page.getByLabel("Page title").waitFor();
  return { page, token };
}

async function save(page: Page) {
  const button = page.getByRole("button", { name: "Save changes" });
  await button.click();
  await button.waitFor({ state: "detached" });
}

describe("presentation", () => {
  test("texts, colour, labels, a hidden output, a fixed input, a sample and its example", async () => {
    const { page, token } = await dialogOf(twoOutputs(), "Greets");
    await page.getByLabel("Page title").fill("Say hello");
    await page.getByLabel("Welcome").fill("Type a name.");
    await page.getByLabel("Guide").fill("# How\n\nIt **greets** you. [More](https://example.com/more)");
    await page.getByLabel("Colour").fill("#ffee00"); // unreadable on white as it is
    await page.getByLabel("Label of who").fill("Your name");
    await page.getByRole("switch", { name: "Hidden : inside" }).click();
    await page.getByRole("switch", { name: "Fixed : tone" }).click();
    await page.getByRole("button", { name: "Add a sample" }).click();
    await page.getByLabel("Title of the sample").fill("A friend");
    await page.getByRole("textbox", { name: "Who", exact: true }).fill("Eve");
    await page.getByRole("button", { name: "Add", exact: true }).click();
    await save(page);
    await page.getByRole("button", { name: "Run and show as example" }).click();
    await page.getByText("The example is stored").first().waitFor();
    await page.getByText("Example of").waitFor();

    const stranger = await visit(`/s/${token}`);
    const sent = everything(stranger);
    await ready(stranger);
    await stranger.getByRole("heading", { level: 1, name: "Say hello" }).waitFor();
    await stranger.getByText("Type a name.").waitFor();
    await stranger.locator("[data-part=guide] strong").getByText("greets").waitFor();
    await expect.poll(() => stranger.getByLabel("Your name").inputValue()).toBe("Eve");
    expect(await stranger.getByRole("textbox", { name: "Tone", exact: true }).count()).toBe(0);
    await stranger.locator("[data-part=example]").getByText("hello Eve").waitFor();
    await looks(stranger, "presentation-stranger");
    await run(stranger);
    await expect.poll(() => stranger.locator("[data-part=results]").innerText()).toContain("hello Eve");
    expect(await stranger.locator("[data-part=results]").innerText()).not.toContain("inside");
    const answer = await fetch(`${base}/v1/shared/${token}:runStream`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ inputs: { who: "Eve" } }),
    });
    const streamed = await answer.text();
    expect(streamed).toContain("hello Eve");
    expect(streamed).not.toMatch(/"inside"\s*:\s*"hello/);
    for (const text of await sent()) expect(text).not.toMatch(/"inside"\s*:\s*"hello/);
    const fixed = await fetch(`${base}/v1/shared/${token}:run`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ inputs: { tone: "rude" } }),
    });
    expect(fixed.status).toBe(400);
  });

  test("the QR code is drawn and saved under the content security policy", async () => {
    const { page } = await dialogOf(greet(), "Has a code");
    await page.getByRole("img", { name: "QR code of the link" }).waitFor();
    const file = page.waitForEvent("download");
    await page.getByRole("button", { name: "SVG" }).click();
    expect((await file).suggestedFilename()).toBe("link.svg");
  });

  test("hostile texts are text", async () => {
    const evil = `<img src=x onerror="document.title='owned'">`;
    const { name, token } = await share(greet(), {}, "Hostile");
    await call("PATCH", `/v1/${name}`, {
      presentation: {
        title: evil,
        welcome: evil,
        guide: `${evil}\n\n[click](javascript:alert(1))`,
        inputs: [{ name: "who", label: evil }],
      },
    });
    const page = await visit(`/s/${token}`);
    await ready(page);
    await page.getByText(evil).first().waitFor();
    expect(await page.title()).not.toBe("owned");
    expect(await page.locator("img[src=x], a[href^=javascript]").count()).toBe(0);
  });

  for (const { name, options } of screens)
    test(`the dialog looks right at ${name}`, async () => {
      const { page } = await dialogOf(twoOutputs(), "Looks", options);
      await page.getByRole("img", { name: "QR code of the link" }).waitFor();
      await looks(page, `presentation-dialog-${name}`);
      for (const part of ["Page", "Inputs", "Samples", "Embedding"]) {
        await page.getByRole("group", { name: part, exact: true }).scrollIntoViewIfNeeded();
        await shot(page, `presentation-${part.toLowerCase()}-${name}`);
      }
    });
});
