// What the README promises: one click on the sample photograph reads its text.
import { readFile } from "node:fs/promises";
import { describe, expect, test } from "vitest";
import { base, demo } from "./api";
import { accessible, openGraph, ready, run, runButton, shot, useBrowser, visit } from "./browser";
import { illustrate } from "./screens";

useBrowser();

describe("the demo's link", () => {
  test("runs with one click, and shows the text with its boxes", async () => {
    const page = await visit(`/s/${demo}`);
    await ready(page);
    await page.getByAltText("Input: Sample picture").waitFor();
    await expect.poll(() => page.locator("[data-part=example]").innerText()).toContain("NASA");
    await expect.poll(() => page.getByRole("group", { name: "Samples" }).getByRole("button").count()).toBe(3);
    await shot(page, "demo-before");
    let answer = () => {};
    const held = new Promise<void>((go) => (answer = go));
    await page.route("**/*:runStream", (r) => held.then(() => r.continue()));
    await runButton(page).click();
    await page.locator("[data-part=progress]").waitFor();
    const example = page.locator("[data-part=example]"); // dimmed until there is a result
    await expect.poll(() => example.evaluate((e) => getComputedStyle(e).opacity)).toBe("0.5");
    answer();
    await page.locator("[data-part=new-result]").waitFor();
    expect(await example.count()).toBe(0);
    const values = page.getByRole("group", { name: "Values" });
    await expect.poll(() => values.innerText()).toContain("NASA");
    await expect.poll(() => page.locator("[data-part=boxes] g").count()).toBeGreaterThan(1);
    await expect.poll(() => page.locator("[data-part=how-it-works] [data-state=succeeded][data-edge]").count()).toBe(5);
    await expect
      .poll(() => page.locator("[data-part=used]").innerText())
      .toMatch(/Used 1 run[\s\S]*\d+ runs left today/);
    await accessible(page);
    await shot(page, "demo-after");
    await illustrate(page, "share-page.png");
  });

  test("boxes can be pointed at, outputs compared and downloaded", async () => {
    const page = await visit(`/s/${demo}`);
    await ready(page);
    await run(page);
    await page.locator("[data-part=boxes] rect").first().hover();
    await expect.poll(() => page.locator("[data-part=box-label]").innerText()).toMatch(/\d+%/);
    await shot(page, "demo-box");
    await page.getByRole("tab", { name: "Picture" }).click();
    const slider = page.getByRole("slider", { name: "Compare with the input" });
    await slider.fill("50");
    await page.locator("[data-part=compare-input]").waitFor();
    await shot(page, "demo-compare");
    const picture = page.waitForEvent("download");
    await page.getByRole("button", { name: "Download", exact: true }).click();
    expect((await picture).suggestedFilename()).toMatch(/^picture\.(jpg|png)$/);
    await page.getByRole("button", { name: "Result as JSON" }).click();
    const json = page.waitForEvent("download");
    await page.getByRole("button", { name: "Download JSON" }).click();
    const saved = JSON.parse(await readFile((await (await json).path())!, "utf8")) as { text: string }[];
    expect(saved[0]!.text).toContain("NASA");
    await page.getByRole("textbox", { name: "The result as JSON" }).waitFor();
    await accessible(page);
    await shot(page, "demo-json");
  });

  test("the graph shows kinds, settings and JSON", async () => {
    const page = await visit(`/s/${demo}`);
    await ready(page);
    await openGraph(page);
    await page.locator(".react-flow__edge").first().hover({ force: true });
    await page.locator(".react-flow__edge-interaction").first().dispatchEvent("pointerover");
    await page.locator("[data-part=edge-label]").waitFor();
    await page.locator('[data-id="steps.confident"]').click();
    await page.getByRole("heading", { name: "confident" }).waitFor();
    await expect.poll(() => page.locator("[data-part=inspector]").innerText()).toContain("$steps.ocr.predictions");
    await page.getByRole("button", { name: "Definition as JSON" }).click();
    await page.getByRole("textbox", { name: "The definition as JSON" }).waitFor();
    await accessible(page);
    await shot(page, "graph-json");
  });

  test("its preview is a picture of the graph, and the page names it", async () => {
    const html = await (await fetch(`${base}/s/${demo}`)).text();
    const image = /<meta property="og:image" content="([^"]+)">/.exec(html)![1]!;
    const answer = await fetch(image);
    expect(answer.headers.get("content-type")).toBe("image/png");
    const bytes = new Uint8Array(await answer.arrayBuffer());
    expect([...bytes.slice(1, 4)]).toEqual([0x50, 0x4e, 0x47]);
    expect(html).toContain('<meta property="og:title" content="Read the text in a picture">');
    const again = await fetch(image, { headers: { "if-none-match": answer.headers.get("etag")! } });
    expect(again.status).toBe(304);
  });
});
