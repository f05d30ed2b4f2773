// Usage, the audit log and models, as their owner sees them.
import { readFile } from "node:fs/promises";
import { describe, expect, test } from "vitest";
import { base, call, greet, otherKey } from "./api";
import { accessible, useBrowser } from "./browser";
import { heading, signIn } from "./owner";
import { looks, screens } from "./screens";

useBrowser();

describe("usage and audit", () => {
  test("the chart has its table and a CSV; a hostile name is text in both", async () => {
    const { key, workspace } = await otherKey();
    await call("POST", `/v1/workspaces/${workspace}/workflows?workflowId=greet`, { definition: greet() }, key);
    for (let i = 0; i < 3; i++) {
      await call("POST", `/v1/workspaces/${workspace}/workflows/greet:run`, { inputs: {} }, key);
    }
    const page = await signIn(`/app/${workspace}/usage`, {}, key);
    const chart = page.getByRole("slider", { name: "Runs a day" });
    await chart.focus();
    await expect.poll(() => chart.getAttribute("aria-valuetext")).toContain("3 runs");
    await page.keyboard.press("ArrowLeft");
    await expect.poll(() => chart.getAttribute("aria-valuetext")).toContain("0 runs");
    await page.getByText("Show as a table").click();
    await page.getByRole("region", { name: "Runs by day" }).getByText("3", { exact: true }).waitFor();
    const saved = page.waitForEvent("download");
    await page.getByRole("button", { name: "CSV" }).click();
    const text = await readFile(await (await saved).path(), "utf8");
    expect(text).toContain(`workspaces/${workspace}/workflows/greet,3,0,`);
    await page.getByRole("button", { name: "Key", exact: true }).click();
    expect(page.url()).toContain("by=key");
    await accessible(page);

    await page.goto(`${base}/app/${workspace}/audit`);
    await page.getByText("created key").first().waitFor();
    await page.getByRole("combobox", { name: "Events" }).selectOption("session");
    await page.getByText("signed in").first().waitFor();
    await expect.poll(() => page.getByText("created key").count()).toBe(0);
    const log = page.waitForEvent("download");
    await page.getByRole("button", { name: "CSV" }).click();
    expect(await readFile(await (await log).path(), "utf8")).toContain("session.create");
  });

  for (const { name, options } of screens) {
    test(`look right at ${name}`, async () => {
      const page = await signIn("/app/demo/usage", options);
      await heading(page, "Usage");
      await page.getByRole("region", { name: "Usage by workflow" }).or(page.getByText("Nothing was used")).waitFor();
      await looks(page, `usage-${name}`);
      await page.goto(`${base}/app/demo/audit`);
      await page.getByRole("list", { name: "Events" }).waitFor();
      await looks(page, `audit-${name}`);
      await page.goto(`${base}/app/demo/models`);
      await page.getByRole("link", { name: /PP-OCR/ }).click();
      await page.getByText("Ready").waitFor();
      await page.getByRole("heading", { name: "Try it on a picture" }).waitFor();
      const buffer = await readFile(new URL("../../../deploy/demo/sample.jpg", import.meta.url));
      const file = { name: "sign.jpg", mimeType: "image/jpeg", buffer };
      await page.locator("[data-part=form] input[type=file]").setInputFiles(file);
      await page.getByRole("button", { name: "Run", exact: true }).click();
      await page.locator("[data-part=new-result]").waitFor();
      await looks(page, `model-${name}`);
    });
  }
});

describe("models", () => {
  test("a file that is no model is refused in words; the model is deleted", async () => {
    const { key, workspace } = await otherKey();
    const page = await signIn(`/app/${workspace}/models`, {}, key);
    await page.getByText("No models yet").waitFor();
    await accessible(page);
    await page.getByLabel("Model file").setInputFiles({
      name: "My Model.onnx",
      mimeType: "application/octet-stream",
      buffer: Buffer.from("no model"),
    });
    await page.getByRole("button", { name: "Upload" }).click();
    await page.getByRole("link", { name: "my-model" }).waitFor();
    await page.getByRole("alert").waitFor();
    await page.getByRole("link", { name: "my-model" }).click();
    await page.getByRole("button", { name: "Delete", exact: true }).click();
    await page.getByRole("button", { name: "Delete the model" }).click();
    await page.getByText("No models yet").waitFor();
  });
});
