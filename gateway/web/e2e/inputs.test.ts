// Every way to give an input, and that it is checked before it is sent.
import { readFile } from "node:fs/promises";
import { describe, expect, test } from "vitest";
import { base, demo, greet, share } from "./api";
import { accessible, ready, run, runButton, shot, useBrowser, visit } from "./browser";

useBrowser();

const photo = new URL("../../../deploy/demo/sample.jpg", import.meta.url);

async function drop(page: import("playwright-core").Page, kind: "drop" | "paste") {
  const base64 = (await readFile(photo)).toString("base64");
  await page.evaluate(
    async ({ base64, kind }) => {
      const bytes = Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));
      const data = new DataTransfer();
      data.items.add(new File([bytes], `${kind}ped.jpg`, { type: "image/jpeg" }));
      if (kind === "drop")
        document
          .querySelector("h1")!
          .dispatchEvent(new DragEvent("drop", { dataTransfer: data, bubbles: true, cancelable: true }));
      else
        document.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
    },
    { base64, kind },
  );
}

describe("a picture", () => {
  test("comes by file, drop, paste, camera, address and sample", async () => {
    const page = await visit(`/s/${demo}`);
    await ready(page);
    const name = page.locator("[data-part=picture-name]");
    await page
      .locator("input[type=file]")
      .setInputFiles({ name: "filed.jpg", mimeType: "image/jpeg", buffer: await readFile(photo) });
    await expect.poll(() => name.innerText()).toContain("filed.jpg");
    await drop(page, "drop");
    await expect.poll(() => name.innerText()).toContain("dropped.jpg");
    await drop(page, "paste");
    await expect.poll(() => name.innerText()).toContain("pasteped.jpg");
    await page.getByRole("button", { name: "Camera" }).click();
    await page.getByRole("button", { name: "Take it" }).and(page.locator(":enabled")).waitFor();
    await accessible(page);
    await shot(page, "input-camera");
    await page.getByRole("button", { name: "Take it" }).click();
    await expect.poll(() => name.innerText()).toContain("Photograph");
    await page.getByRole("button", { name: "Sample picture" }).click();
    await expect.poll(() => name.innerText()).toContain("Sample");
    await page.getByRole("button", { name: "Image URL" }).click();
    await page.getByRole("textbox", { name: "Image URL" }).fill("https://example.com/photo.jpg");
    await page.getByRole("button", { name: "Use", exact: true }).click();
    await expect.poll(() => name.innerText()).toBe("https://example.com/photo.jpg");
    await shot(page, "input-address");
  });

  test("that is none is refused before it is sent", async () => {
    const page = await visit(`/s/${demo}`);
    await ready(page);
    await page
      .locator("input[type=file]")
      .setInputFiles({ name: "no.jpg", mimeType: "image/jpeg", buffer: Buffer.from("not a picture") });
    await page.getByText("not a picture that this browser can read").waitFor();
  });

  test("that is too large can be shrunk", async () => {
    const page = await visit(`/s/${demo}`, {
      before: async (p) =>
        void (await p.route(`**/s/${demo}`, async (r) => {
          const answer = await r.fetch();
          await r.fulfill({
            response: answer,
            body: (await answer.text()).replace(/(name="keyhole-max-body" content=")\d+/, "$1100000"),
          });
        })),
    });
    await ready(page);
    await page.evaluate(async () => {
      const canvas = document.createElement("canvas");
      canvas.width = canvas.height = 2500;
      const g = canvas.getContext("2d")!;
      const noise = g.createImageData(2500, 2500);
      for (let i = 0; i < noise.data.length; i++) noise.data[i] = i % 4 === 3 ? 255 : (i * 7919) % 251;
      g.putImageData(noise, 0, 0);
      const blob = await new Promise<Blob | null>((d) => canvas.toBlob(d, "image/png"));
      const data = new DataTransfer();
      data.items.add(new File([blob!], "huge.png", { type: "image/png" }));
      document
        .querySelector("h1")!
        .dispatchEvent(new DragEvent("drop", { dataTransfer: data, bubbles: true, cancelable: true }));
    });
    await page.getByText("too large for this server").waitFor();
    let sent = 0;
    page.on("request", (r) => {
      if (r.url().includes(":runStream")) sent++;
    });
    await runButton(page).click();
    await page.getByText("too large for this server").waitFor();
    expect(sent).toBe(0);
    await accessible(page);
    await shot(page, "input-too-large");
    await page.getByRole("button", { name: "Shrink it" }).click();
    await expect
      .poll(() => page.getByAltText("Input: huge.png").evaluate((i: HTMLImageElement) => i.naturalWidth))
      .toBe(2048);
  });

  test("that the server finds too large is said to be so", async () => {
    const answer = await fetch(`${base}/v1/shared/${demo}:runStream`, {
      method: "POST",
      body: "x".repeat(34 << 20),
    }).catch(() => null);
    if (answer) expect(answer.status).toBe(413);
    const page = await visit(`/s/${demo}`, {
      before: async (p) =>
        void (await p.route("**/*:runStream", (r) =>
          r.fulfill({ status: 413, contentType: "text/html", body: "<h1>413</h1>" }),
        )), // as a proxy says it
    });
    await ready(page);
    await page.getByAltText("Input: Sample picture").waitFor();
    await run(page);
    await expect.poll(() => page.locator("[data-part=failure]").innerText()).toContain("too large");
    await page.getByRole("button", { name: "Shrink it" }).waitFor();
  });
});

describe("typed inputs", () => {
  const typed = [
    { type: "WorkflowParameter", name: "who", kind: ["string"], default_value: "world" },
    { type: "WorkflowParameter", name: "times", kind: ["integer"], default_value: 3 },
    { type: "WorkflowParameter", name: "weight", kind: ["float"], default_value: 0.5 },
    { type: "WorkflowParameter", name: "share", kind: ["float_zero_to_one"], default_value: 0.25 },
    { type: "WorkflowParameter", name: "loud", kind: ["boolean"], default_value: false },
    { type: "WorkflowParameter", name: "names", kind: ["list_of_values"], default_value: ["a"] },
  ];

  test("have their defaults, are checked, and keep their types", async () => {
    const link = await share(greet(typed), {}, "Typed");
    const page = await visit(`/s/${link.token}`);
    await ready(page);
    await expect.poll(() => page.getByLabel("Times", { exact: true }).inputValue()).toBe("3");
    await page.getByLabel("Times", { exact: true }).fill("3.5");
    await page.getByLabel("Weight", { exact: true }).fill("heavy");
    await page.getByLabel("Names", { exact: true }).fill("[1,");
    await runButton(page).click();
    await expect.poll(() => page.locator("[aria-invalid=true]").count()).toBe(3);
    await accessible(page);
    await shot(page, "input-invalid");
    await page.getByLabel("Times", { exact: true }).fill("7");
    await page.getByLabel("Weight", { exact: true }).fill("1e3");
    await page.getByLabel("Names", { exact: true }).fill('["x", "y"]');
    await page.getByLabel("Loud", { exact: true }).check();
    const sent = page.waitForRequest((r) => r.url().includes(":runStream"));
    await run(page);
    expect(((await sent).postDataJSON() as { inputs: unknown }).inputs).toEqual({
      who: "world",
      times: 7,
      weight: 1000,
      share: 0.25,
      loud: true,
      names: ["x", "y"],
    });
    await page.locator("[data-part=results]").waitFor();
    await expect.poll(() => page.locator("[data-part=text]").innerText()).toBe("hello world");
    await shot(page, "typed-result");
  });

  test("keep integers above 2^53, from the default to the result", async () => {
    const id = "1158404930142933123";
    const definition = {
      ...greet([{ type: "WorkflowParameter", name: "channel", kind: ["integer"], default_value: "ID" }]),
      steps: [],
      outputs: [{ type: "JsonField", name: "channel", selector: "$inputs.channel" }],
    };
    const link = await share(definition, {}, "Channels", "", (body) => body.replace('"ID"', id));
    const page = await visit(`/s/${link.token}`);
    await ready(page);
    const field = page.getByLabel("Channel", { exact: true });
    await expect.poll(() => field.inputValue()).toBe(id);
    await field.fill("9007199254740993");
    const sent = page.waitForRequest((r) => r.url().includes(":runStream"));
    await run(page);
    expect((await sent).postData()).toContain('"channel":9007199254740993');
    await page.locator("[data-part=results]").waitFor();
    await expect.poll(() => page.locator("[data-part=text]").innerText()).toBe("9007199254740993");
  });
});
