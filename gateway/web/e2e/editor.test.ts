// The editor of workflows, as an owner uses it.
import type { Page } from "playwright-core";
import { describe, expect, test } from "vitest";
import { ask, base, call, chain, greet, ownerKey } from "./api";
import { accessible, shot, useBrowser, visit } from "./browser";
import { edges } from "./measure";
import { illustrate, looks } from "./screens";

useBrowser();

let count = 0;

interface Definition {
  inputs: { name: string }[];
  steps: Record<string, unknown>[];
  outputs: { name: string; selector: string }[];
}

async function save(definition: unknown, title = "Edited"): Promise<string> {
  const id = `edit-${process.pid}-${++count}`;
  await call("POST", `/v1/workspaces/demo/workflows?workflowId=${id}`, { title, definition });
  return id;
}

async function signIn(path: string, options: Parameters<typeof visit>[1] = {}): Promise<Page> {
  const page = await visit(path, options);
  await page.getByLabel("Keyhole key").fill(ownerKey);
  await page.getByRole("button", { name: "Sign in with a key" }).click();
  return page;
}

async function open(workflow: string, options: Parameters<typeof visit>[1] = {}, query = ""): Promise<Page> {
  const page = await signIn(`/app/demo/workflows/${workflow}/edit${query}`, options);
  await page.locator("[data-part=editor]").waitFor();
  return page;
}

const node = (page: Page, name: string) => page.locator(`[data-id="steps.${name}"]`);
const settings = (page: Page) => page.locator("[data-part=settings]");
const template = (page: Page) => settings(page).getByRole("textbox", { name: "Template" });
const state = (page: Page) => page.locator("[data-part=draft-state]");
const problems = (page: Page) => page.locator("[data-part=problems]");
const draftOf = async (id: string) =>
  (await call<{ definition: Definition }>("GET", `/v1/workspaces/demo/workflows/${id}/draft`)).definition;
const liveOf = async (id: string) =>
  await call<{ definition: Definition; liveVersion: number }>("GET", `/v1/workspaces/demo/workflows/${id}`);

async function saved(page: Page) {
  await state(page).getByText("Draft saved").waitFor();
}

async function addBlock(page: Page, words: string) {
  await page.getByPlaceholder("Search blocks").fill(words);
  const first = page.locator("[data-part=catalogue]").getByRole("option").first();
  await expect.poll(() => first.getAttribute("aria-selected")).toBe("true"); // what Enter takes
  await page.keyboard.press("Enter");
}

async function typeJSON(page: Page, text: string) {
  await page.locator("[data-part=json-editor] .cm-content").click();
  await page.keyboard.press("ControlOrMeta+a");
  await page.keyboard.insertText(text);
}

describe("building", () => {
  test("a block is added wired, a field is set, a problem comes and goes, it runs, it is published", async () => {
    const id = await save(greet(), "Greets");
    const page = await open(id);
    await state(page).getByText("All changes published").waitFor();
    await node(page, "hello").click();
    await addBlock(page, "property definition");
    await node(page, "property_definition").waitFor();
    await saved(page);
    expect((await draftOf(id)).steps[1]).toMatchObject({ data: "$steps.hello.output" });
    expect((await liveOf(id)).definition.steps).toHaveLength(1); // no link shows a draft

    await node(page, "hello").click();
    await template(page).fill("good day {who}");
    await settings(page).getByLabel("Name", { exact: true }).fill("say");
    await page.keyboard.press("Enter");
    await node(page, "say").waitFor();
    await expect.poll(async () => (await draftOf(id)).steps[1]!.data).toBe("$steps.say.output");
    expect((await draftOf(id)).outputs[0]!.selector).toBe("$steps.say.output");

    await page.locator("[data-part=canvas-keys]").focus();
    await page.keyboard.press("Escape");
    await settings(page).getByRole("button", { name: "Output", exact: true }).click();
    await settings(page).getByLabel("Name", { exact: true }).last().fill("text");
    await settings(page).getByText("Another one has this name.").waitFor();
    await page.keyboard.press("Tab");
    await problems(page).getByText("No problems").waitFor();
    await accessible(page);
    expect(await edges(page)).toEqual([]);

    await page.getByRole("button", { name: "Run", exact: true }).first().click();
    await page.locator("[data-part=new-result]").getByText("good day world").first().waitFor();
    await node(page, "say").getByText("good day world").waitFor();
    await page.locator("[data-part=timeline]").getByRole("button", { name: /say/ }).click();
    await settings(page).getByRole("tab", { name: "Output" }).click();
    await page.locator("[data-part=step-output]").getByText("good day world").waitFor();
    await shot(page, "editor-ran");
    await accessible(page);

    await page.getByRole("button", { name: "Publish version 2" }).click();
    await state(page).getByText("All changes published").waitFor();
    await page.getByText("Version 2 live").waitFor();
    expect((await liveOf(id)).definition.steps[0]).toMatchObject({ name: "say", template: "good day {who}" });
  });

  test("a missing reference is marked at its field and in the list, which leads there", async () => {
    const id = await save(greet());
    const page = await open(id);
    await page.getByRole("button", { name: "JSON", exact: true }).click();
    await typeJSON(page, JSON.stringify(greet(), null, 2).replace('"$inputs.who"', '"$inputs.gone"'));
    await problems(page).getByText("1 problem").waitFor();
    await page.getByRole("button", { name: "Graph" }).click();
    await problems(page).click();
    await page.getByRole("dialog", { name: "Problems" }).getByRole("button").first().click();
    await settings(page).getByText(/gone/).first().waitFor();
    await expect.poll(() => new URL(page.url()).searchParams.get("step")).toBe("hello"); // a moment later
    await shot(page, "editor-problem");
    await page.locator("[data-part=canvas-keys]").focus();
    await page.keyboard.press("ControlOrMeta+z");
    await problems(page).getByText("No problems").waitFor();
  });

  test("wires are drawn by dragging, and only where they fit", async () => {
    const definition = greet([
      { type: "WorkflowImage", name: "photo" },
      { type: "WorkflowParameter", name: "who", kind: ["string"], default_value: "world" },
    ]);
    const id = await save(definition);
    const page = await open(id);
    await node(page, "hello").waitFor();
    await page.waitForTimeout(200); // until the first view of the graph is taken
    const port = page.locator('[data-id="inputs.who"] .react-flow__handle.source');
    const from = (await port.boundingBox())!;
    const into = (await node(page, "hello").boundingBox())!;
    await page.mouse.move(from.x + from.width / 2, from.y + from.height / 2);
    await page.mouse.down();
    await page.mouse.move(into.x + 60, into.y + 20, { steps: 8 });
    await page.locator('[data-part=node][data-fit="fits"]').first().waitFor();
    await shot(page, "editor-dragging");
    await page.mouse.up();
    await expect
      .poll(async () => (await draftOf(id)).steps[0]!.data)
      .toMatchObject({ who: "$inputs.who", who_2: "$inputs.who" });
    expect((await draftOf(id)).steps[0]!.template).toBe("hello {who}"); // the wire keeps the typed text
  });

  test("the keyboard alone: move, open the settings, delete, undo, redo, copy and paste", async () => {
    const id = await save(chain(4, 2));
    const page = await open(id);
    await node(page, "s0").waitFor();
    await page.locator("[data-part=canvas-keys]").focus();
    await page.keyboard.press("ArrowRight");
    await page.keyboard.press("ArrowRight");
    await expect.poll(() => new URL(page.url()).searchParams.get("step")).toBe("s0");
    await page.keyboard.press("Delete");
    await node(page, "s0").waitFor({ state: "detached" });
    await expect.poll(async () => (await draftOf(id)).steps.map((s) => s.name)).toEqual(["s1", "s2", "s3"]);
    expect(JSON.stringify(await draftOf(id))).not.toContain("$steps.s0");
    await page.keyboard.press("ControlOrMeta+z");
    await node(page, "s0").waitFor();
    await page.keyboard.press("ControlOrMeta+Shift+z");
    await node(page, "s0").waitFor({ state: "detached" });
    await node(page, "s1").click();
    await page.keyboard.press("ControlOrMeta+c");
    await page.keyboard.press("ControlOrMeta+v");
    await node(page, "s1_2").waitFor();
    await page.locator("[data-part=canvas-keys]").focus();
    await page.keyboard.press("Enter");
    await expect
      .poll(() => page.evaluate(() => document.activeElement?.closest("[data-part=settings]") !== null))
      .toBe(true);
    await page.locator("[data-part=canvas-keys]").focus();
    await page.keyboard.press("Tab");
    await expect
      .poll(() => page.evaluate(() => document.activeElement?.getAttribute("aria-label")))
      .toBe("Search blocks");
  });
});

describe("adding", () => {
  test("from a port, and into a line: the block is wired on both sides", async () => {
    const id = await save(chain(2, 1));
    const page = await open(id);
    await node(page, "s1").waitFor();
    await page.waitForTimeout(200); // until the first view of the graph is taken
    await node(page, "s1").locator(".react-flow__handle.source").click();
    await expect
      .poll(() => page.evaluate(() => document.activeElement?.getAttribute("aria-label")))
      .toBe("Search blocks");
    await page.locator("[data-part=catalogue]").getByText("Takes s1").waitFor();
    await addBlock(page, "property definition");
    await node(page, "property_definition").waitFor();
    await expect.poll(async () => (await draftOf(id)).steps[2]?.data).toBe("$steps.s1.output");

    await page.getByRole("button", { name: "Show the whole graph" }).click();
    await page.waitForTimeout(200);
    const line = page.locator('[data-id="steps.s1:data.v"] .react-flow__edge-interaction');
    await line.dispatchEvent("pointerover", { bubbles: true });
    await page.locator("[data-part=insert]").waitFor();
    await shot(page, "editor-insert");
    await page.locator("[data-part=insert]").dispatchEvent("click", { bubbles: true });
    await addBlock(page, "property definition");
    await node(page, "property_definition_2").waitFor();
    await expect
      .poll(async () => (await draftOf(id)).steps.map((s) => s.data))
      .toMatchObject([{}, { v: "$steps.property_definition_2.output" }, "$steps.s1.output", "$steps.s0.output"]);

    // The same by keyboard: L goes through the lines of a block, Enter adds a block there.
    await node(page, "s0").click();
    const said = page.locator("[data-part=canvas] [role=status]");
    await expect
      .poll(async () => {
        await page.keyboard.press("l");
        return said.innerText();
      })
      .toMatch(/^Line from s0 to property_definition_2\./);
    await page.keyboard.press("Enter");
    await addBlock(page, "property definition");
    await node(page, "property_definition_3").waitFor();
    await expect.poll(async () => (await draftOf(id)).steps[3]?.data).toBe("$steps.property_definition_3.output");
  });

  test("a filter is changed as a sentence, and its JSON stays what it was elsewhere", async () => {
    const { definition } = await liveOf("read-text");
    const id = await save(definition, "Reads");
    const page = await open(id, {}, "?step=confident");
    const builder = settings(page).locator("[data-part=builder]");
    await builder.getByText("min_confidence").waitFor();
    await builder.getByRole("button", { name: "Add a condition" }).click();
    await builder.getByLabel("Value of confidence").fill("0.25");
    await builder.getByLabel("Comparison").last().selectOption("(Number) <");
    const statements = async () =>
      (
        (await draftOf(id)).steps[1]!.operations as { filter_operation: { operator: string; statements: object[] } }[]
      )[0]!.filter_operation;
    await expect
      .poll(async () => (await statements()).statements[1])
      .toMatchObject({
        comparator: { type: "(Number) <" },
        right_operand: { type: "StaticOperand", value: 0.25 },
      });
    expect((await statements()).operator).toBe("and");
    expect((await statements()).statements[0]).toEqual(
      (definition.steps[1]!.operations as { filter_operation: { statements: object[] } }[])[0]!.filter_operation
        .statements[0],
    );
    await problems(page).getByText("No problems").waitFor();
    await settings(page).getByText("and confidence below").waitFor();
    await shot(page, "editor-sentence"); // axe and edges: with the demo, below
  });

  test("a model is picked from a list with search, or its id is typed", async () => {
    const id = await save(greet());
    const page = await open(id);
    await addBlock(page, "object detection model");
    const picker = settings(page).getByRole("combobox", { name: /model/i });
    await picker.click();
    const list = page.getByRole("dialog");
    await list.getByRole("option").first().waitFor(); // of the demo
    await accessible(page);
    await list.getByPlaceholder("Search").fill("demo/signs/1");
    await list.getByRole("option", { name: "Use demo/signs/1" }).click();
    await expect.poll(async () => JSON.stringify((await draftOf(id)).steps[1])).toContain("demo/signs/1");
    await problems(page)
      .getByText(/problem/)
      .waitFor();
    await shot(page, "editor-model");
  });

  test("a draft is discarded once that is confirmed, and undo brings it back", async () => {
    const id = await save(greet());
    const page = await open(id, { colorScheme: "dark" });
    await node(page, "hello").click();
    await template(page).fill("other {who}");
    await saved(page);
    await page.getByRole("button", { name: "Actions of the draft" }).click();
    await page.getByRole("menuitem", { name: "Discard the draft" }).click();
    const dialog = page.getByRole("dialog", { name: "Discard the draft?" });
    await dialog.getByText("version 1").waitFor();
    await accessible(page);
    await shot(page, "editor-discard");
    await dialog.getByRole("button", { name: "Discard the draft" }).click();
    await state(page).getByText("All changes published").waitFor();
    await expect.poll(() => template(page).inputValue()).toBe("hello {who}");
    await expect(draftOf(id)).rejects.toThrow("404");
    await page.locator("[data-part=canvas-keys]").focus();
    await page.keyboard.press("ControlOrMeta+z");
    await expect.poll(async () => (await draftOf(id).catch(() => null))?.steps[0]?.template).toBe("other {who}");
  });
});

describe("the text", () => {
  test("and the graph are one document; what is no JSON changes nothing, and digits stay", async () => {
    const id = await save(greet());
    const page = await open(id);
    await page.getByRole("button", { name: "JSON", exact: true }).click();
    const text = JSON.stringify(greet(), null, 2).replace(
      '"data_operations": {}',
      '"data_operations": {}, "note": 12345678901234567890.10',
    );
    await typeJSON(page, text.slice(0, -1));
    await page.getByText("The text is not JSON.").waitFor();
    await page.getByRole("button", { name: "Graph" }).click();
    await node(page, "hello").waitFor();
    await page.getByRole("button", { name: "Go to the text" }).click();
    await typeJSON(page, text);
    await page.getByText("The text is not JSON.").waitFor({ state: "detached" });
    await saved(page);
    await page.getByRole("button", { name: "Graph" }).click();
    await node(page, "hello").click();
    await template(page).fill("hi {who}");
    await saved(page);
    await expect
      .poll(async () =>
        (
          await fetch(`${base}/v1/workspaces/demo/workflows/${id}/draft`, {
            headers: { authorization: `Bearer ${ownerKey}` },
          })
        ).text(),
      )
      .toMatch(/hi \{who\}.*12345678901234567890\.10/s);
    await page.getByRole("button", { name: "JSON", exact: true }).click();
    await page.locator("[data-part=json-editor] .cm-content").getByText("hi {who}").waitFor();
    await shot(page, "editor-json");
    await accessible(page);
  });

  test("a reload returns to the draft", async () => {
    const id = await save(greet());
    const page = await open(id);
    await node(page, "hello").click();
    await template(page).fill("kept {who}");
    await saved(page);
    await page.reload();
    await node(page, "hello").waitFor();
    await expect.poll(() => template(page).inputValue()).toBe("kept {who}"); // with its settings open
  });

  test("a conflict shows both sides, and nothing is overwritten unseen", async () => {
    const id = await save(greet());
    const page = await open(id);
    await node(page, "hello").click();
    await template(page).fill("first {who}");
    await saved(page);
    const { etag } = await call<{ etag: string }>("GET", `/v1/workspaces/demo/workflows/${id}/draft`);
    const other = greet();
    other.steps[0]!.template = "theirs {who}";
    await call("PATCH", `/v1/workspaces/demo/workflows/${id}/draft`, { definition: other, etag });
    await template(page).fill("mine {who}");
    const dialog = page.getByRole("dialog", { name: "Somebody else changed the draft" });
    await dialog.getByText("theirs {who}").waitFor();
    await dialog.getByText("mine {who}").waitFor();
    await shot(page, "editor-conflict");
    await accessible(page);
    expect((await draftOf(id)).steps[0]!.template).toBe("theirs {who}");
    await dialog.getByRole("button", { name: "Keep mine" }).click();
    await expect.poll(async () => (await draftOf(id)).steps[0]!.template).toBe("mine {who}");
  });
});

describe("versions", () => {
  test("are compared with the draft, block by block, and restored into it", async () => {
    const id = await save(greet());
    const changed = greet();
    changed.steps[0]!.template = "second {who}";
    await call("PATCH", `/v1/workspaces/demo/workflows/${id}`, { definition: changed });
    const page = await open(id);
    await page.getByRole("button", { name: "Versions" }).click();
    await page.getByRole("button", { name: /^Version 1/ }).click();
    await page.locator("[data-part=changes]").getByText("hello").waitFor();
    await page.locator("[data-part=compare]").getByText("second {who}").waitFor();
    expect(await node(page, "hello").isVisible()).toBe(false); // the graph does not show through
    expect(await page.locator("[data-part=versions]").innerText()).not.toContain("key_");
    await shot(page, "editor-versions");
    await accessible(page);
    await page.getByRole("button", { name: "Restore version 1" }).click();
    await expect.poll(async () => (await draftOf(id)).steps[0]!.template).toBe("hello {who}");
    await page.getByRole("button", { name: "Publish version 3" }).click();
    await page.getByText("Version 3 live").waitFor();
  });
});

test("the links that are pinned to a version are counted on the server, however many there are", async () => {
  const id = await save(greet());
  const shares = `/v1/workspaces/demo/workflows/${id}/shares`;
  for (let i = 0; i < 27; i++) await call("POST", shares, { version: 1 }); // more than a page of 25
  const page = await open(id);
  await page.getByRole("button", { name: "Versions" }).click();
  await page.getByText("27 links are pinned here").waitFor();
});

describe("a new workflow", () => {
  test("starts blank: the first block brings the input that it needs", async () => {
    const page = await signIn("/app/demo/workflows");
    await page.getByRole("button", { name: "New workflow" }).click();
    await page.getByLabel("Title").fill("From nothing");
    await accessible(page);
    await page.getByRole("button", { name: "Create and edit" }).click();
    await page.getByText("An empty workflow").waitFor();
    await addBlock(page, "PP-OCR");
    await node(page, "pp_ocr").waitFor();
    await page.locator('[data-id="inputs.image"]').waitFor();
    await saved(page);
    await page.getByRole("button", { name: "Publish version 1" }).click();
    await page.getByText("Version 1 live").waitFor();
  });

  test("comes from a wrapped definition of Roboflow", async () => {
    const page = await signIn("/app/demo/workflows");
    await page.getByRole("button", { name: "New workflow" }).click();
    const field = page.getByLabel("Definition", { exact: false }).last();
    await field.fill("{}");
    await page.getByText("This is not a workflow").waitFor();
    await field.fill(JSON.stringify({ specification: greet() }));
    await shot(page, "editor-new");
    await page.getByRole("button", { name: "Create and edit" }).click();
    await node(page, "hello").waitFor();
    await problems(page).getByText("No problems").waitFor();
  });
});

describe("strangers' texts", () => {
  test("hostile names, titles and values are text", async () => {
    const evil = `<img src=x onerror="document.title='owned'">`;
    const definition = greet();
    definition.steps[0]!.template = evil;
    definition.steps.push({ type: `${evil}@v1`, name: evil } as never);
    const id = `evil-${process.pid}`;
    await call("POST", `/v1/workspaces/demo/workflows?workflowId=${id}`, { title: evil });
    await call("PATCH", `/v1/workspaces/demo/workflows/${id}/draft`, { definition });
    const page = await open(id);
    await page.getByRole("heading", { level: 1 }).getByText(evil).waitFor();
    await page.locator("[data-part=node]").getByText(evil).first().waitFor();
    await page.locator("[data-part=node]").last().click();
    await settings(page).getByText(evil).first().waitFor();
    for (const view of ["JSON", "Graph"]) await page.getByRole("button", { name: view, exact: true }).click();
    expect(await page.locator("img[src=x]").count()).toBe(0);
    expect(await page.title()).not.toBe("owned");
  });

  test("a secret that is typed leaves for the vault, and the text has a reference", async () => {
    const id = await save(greet());
    const page = await open(id);
    await page.getByRole("button", { name: "JSON", exact: true }).click();
    const secret = `sk-${Array.from(crypto.getRandomValues(new Uint8Array(20)), (b) => b.toString(16).padStart(2, "0")).join("")}`;
    await typeJSON(page, JSON.stringify(ask("echo", secret), null, 2));
    await expect.poll(async () => JSON.stringify(await draftOf(id))).toContain("$credentials.");
    await page.locator("[data-part=json-editor] .cm-content").getByText("$credentials.").waitFor();
    expect(await page.content()).not.toContain(secret);
    expect(JSON.stringify(await page.evaluate(() => [{ ...localStorage }, { ...sessionStorage }]))).not.toContain(
      secret,
    );
  });
});

describe("it looks right", () => {
  const schemes = process.env.SCREENS === "few" ? (["dark"] as const) : (["light", "dark"] as const);
  for (const colorScheme of schemes)
    test(`with the demo, ${colorScheme}`, async () => {
      const page = await open("read-text", { colorScheme }, "?step=confident");
      await settings(page).getByText("Keep a detection when").first().waitFor();
      await page.getByAltText("Input: Sample picture").waitFor();
      await page.getByRole("button", { name: "Run", exact: true }).first().click();
      await page.locator("[data-part=new-result] [data-part=boxes]").first().waitFor({ timeout: 60_000 });
      await node(page, "confident")
        .getByText(/\d+ of \d+ kept/)
        .waitFor();
      await node(page, "boxes").locator("[data-part=thumbnail]").waitFor();
      await looks(page, `editor-${colorScheme}`);
      if (colorScheme === "light") await illustrate(page, "editor.png");
    });

  test("on a phone it is read-only", async () => {
    const page = await open("read-text", { viewport: { width: 390, height: 844 } });
    await page.getByText("too small to edit on").waitFor();
    expect(await page.getByRole("button", { name: /Publish/ }).count()).toBe(0);
    expect(await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)).toBe(
      0,
    );
    await accessible(page);
    await shot(page, "editor-390");
  });
});
