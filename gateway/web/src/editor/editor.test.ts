import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { graphOf } from "./canvas/graph";
import { layOut } from "./canvas/layout";
import { fieldsOf } from "./catalogue/fields";
import { downstream, fieldFor, sources, upstream } from "./catalogue/fit";
import { groups } from "./catalogue/search";
import { difference } from "./json/difference";
import { copyOf, paste, stepsIn } from "./model/clip";
import { blank, nameProblem, readDoc, uniqueName } from "./model/doc";
import { add, removeElement, rename, setField, unwire, wire } from "./model/edit";
import * as history from "./model/history";
import { insertBlock } from "./model/insert";
import { referencesIn } from "./model/refs";
import { unwrap } from "./model/unwrap";
import * as query from "./query/sentence";
import { troublesOf } from "./problems/problems";
import { format, insert, nodeAt, remove, set } from "./text/patch";
import { Fault, parseTree } from "./text/tree";
import { changesBetween } from "./versions/changes";

const demo = readFileSync(new URL("../../../../deploy/demo/read_text.json", import.meta.url), "utf8");
const value = (text: string) => JSON.parse(text) as Record<string, never>;

describe("the text", () => {
  test("is a tree of the places of its values", () => {
    const text = '{"a": [1, {"b": "x"}], "c": null}';
    const node = nodeAt(parseTree(text), ["a", 1, "b"])!;
    expect(text.slice(node.start, node.end)).toBe('"x"');
  });
  test.each(["", "{", '{"a":}', "[1,]", '{"a":1,}', "01", "[1 2]", '"\n"', "{} x", "nul", "[".repeat(99)])(
    "that is no JSON is refused: %s",
    (text) => expect(() => parseTree(text)).toThrow(Fault),
  );
  test("a fault says line and column", () => {
    expect(() => parseTree('{\n  "a": 1\n  "b": 2\n}')).toThrow("Line 3, column 3: a comma or } is expected");
  });
  test("edits touch nothing else: digits, order, spaces and hostile keys stay", () => {
    const text = '{ "big": 12345678901234567890,\n "one": 1.0,"__proto__": {"x": 1e2},\n  "list": [ 1,2 ] }';
    expect(set(text, ["list", 1], 3)).toBe(text.replace("1,2 ]", "1,3 ]"));
    const removed = remove(insert(text, ["list"], 9), ["list", 2]);
    expect(value(removed)).toEqual(value(text));
    expect(removed).toContain("12345678901234567890");
    expect(removed).toContain('"one": 1.0,"__proto__": {"x": 1e2}');
  });
  test("members and elements go from any place, also the only one", () => {
    expect(value(remove('{"a":1,"b":2}', ["a"]))).toEqual({ b: 2 });
    expect(value(remove('{"a":1,"b":2}', ["b"]))).toEqual({ a: 1 });
    expect(value(remove('{"a":1}', ["a"]))).toEqual({});
    expect(remove("[1]", [0])).toBe("[]");
    expect(value(set(blank, ["steps"], [{ a: 1 }]))).toMatchObject({ steps: [{ a: 1 }] });
  });
  test("is laid out without a change of value", () => {
    const line = JSON.stringify(value(demo)).replace("0.6", "0.60000000000000000001");
    expect(format(line)).toContain("0.60000000000000000001");
    expect(value(format(demo))).toEqual(value(demo));
    expect(format(format(demo))).toBe(format(demo));
  });
});

describe("a document", () => {
  const doc = readDoc(demo);
  test("has inputs, steps and outputs; strange ones are left out", () => {
    expect(doc.steps.map((s) => s.name)).toEqual(["ocr", "confident", "text", "boxes", "labels"]);
    expect(readDoc('{"steps": [1, null, {"name": 3}], "inputs": {}}').steps).toEqual([
      { name: "", type: "", index: 2, fields: { name: 3 } },
    ]);
    expect(() => readDoc("[]")).toThrow("a definition is an object");
  });
  test("gives free names, and says why a name is none", () => {
    expect(uniqueName(doc, "steps", "ocr")).toBe("ocr_2");
    expect(uniqueName(doc, "steps", "a b")).toBe("a_b");
    expect(nameProblem(doc, "steps", "text", "ocr")).not.toBe("");
    expect(nameProblem(doc, "steps", "a.b", "ocr")).not.toBe("");
    expect(nameProblem(doc, "steps", "fine", "ocr")).toBe("");
  });
  test("renames a step with all references to it, and with nothing else", () => {
    const text = rename(demo, "steps.confident", "sure");
    expect(text).not.toContain("$steps.confident");
    expect(text.match(/\$steps\.sure\./g)).toHaveLength(demo.match(/\$steps\.confident\./g)!.length);
    expect(rename(text, "steps.sure", "confident")).toBe(demo);
  });
  test("renames an input, also in a header; a longer name stays", () => {
    const text = JSON.stringify({
      inputs: [{ name: "key" }, { name: "key_2" }],
      steps: [
        { name: "a", type: "t", headers: { auth: "Token $inputs.key" }, b: "$inputs.key_2", c: "say $inputs.key" },
      ],
      outputs: [{ name: "key", selector: "$inputs.key" }],
    });
    const now = value(rename(text, "inputs.key", "token"));
    expect(now).toMatchObject({
      inputs: [{ name: "token" }, { name: "key_2" }],
      steps: [{ headers: { auth: "Token $inputs.token" }, b: "$inputs.key_2" }],
      outputs: [{ name: "key", selector: "$inputs.token" }],
    });
  });
  test("loses a step with the lines to it", () => {
    const now = readDoc(removeElement(demo, "steps.confident"));
    expect(now.steps.map((s) => s.name)).toEqual(["ocr", "text", "boxes", "labels"]);
    expect(now.text).not.toContain("$steps.confident");
    expect(now.outputs.map((o) => o.name)).toEqual(["text", "picture"]);
  });
  test("wires fields, lists and maps, and unwires them", () => {
    const base = add(demo, "steps", { type: "t", name: "s", data: {} }).text;
    const self = wire(base, "steps.s", "image", "self", "$inputs.image");
    const list = wire(
      wire(self, "steps.s", "all", "list", "$steps.ocr.result"),
      "steps.s",
      "all",
      "list",
      "$inputs.image",
    );
    const map = wire(
      wire(list, "steps.s", "data", "map", "$steps.ocr.result"),
      "steps.s",
      "data",
      "map",
      "$steps.ocr.predictions",
    );
    const s = readDoc(map).steps.find((x) => x.name === "s")!;
    expect(s.fields).toMatchObject({
      image: "$inputs.image",
      all: ["$steps.ocr.result", "$inputs.image"],
      data: { ocr: "$steps.ocr.result", ocr_2: "$steps.ocr.predictions" },
    });
    expect(referencesIn(s.fields)).toHaveLength(5);
    const less = readDoc(unwire(unwire(map, "steps.s", ["all", 0]), "steps.s", ["data", "ocr"]));
    expect(less.steps.find((x) => x.name === "s")!.fields).toMatchObject({
      all: ["$inputs.image"],
      data: { ocr_2: "$steps.ocr.predictions" },
    });
  });
  test("sets fields and takes them out", () => {
    const text = setField(demo, "steps.labels", ["text_scale"], 0.75);
    expect(text).toBe(demo.replace('"text_scale": 0.5', '"text_scale": 0.75'));
    expect(readDoc(setField(text, "steps.labels", ["text_scale"], undefined)).steps[4]!.fields).not.toHaveProperty(
      "text_scale",
    );
  });
  test("keeps, as the same objects, the elements that an edit does not touch", () => {
    const before = readDoc(demo);
    const now = readDoc(setField(demo, "steps.labels", ["text_scale"], 0.75));
    expect(now.steps.map((s, i) => s === before.steps[i])).toEqual([true, true, true, true, false]);
    expect(now.inputs[0]).toBe(before.inputs[0]);
    const { wires } = graphOf(now, () => undefined);
    const old = graphOf(before, () => undefined).wires;
    const apart = wires.filter((w, i) => w !== old[i]);
    expect(new Set(apart.map((w) => w.holder))).toEqual(new Set(["steps.labels"]));
  });
  test("says what comes before a step, and what after", () => {
    expect([...upstream(doc, "steps.confident")].sort()).toEqual([
      "inputs.image",
      "inputs.min_confidence",
      "steps.confident",
      "steps.ocr",
    ]);
    expect(downstream(doc, "steps.confident").has("steps.labels")).toBe(true);
    expect(downstream(doc, "steps.labels").has("steps.confident")).toBe(false);
  });
  test("is copied and pasted as JSON, with references among what is pasted", () => {
    const steps = stepsIn(copyOf(doc, ["steps.boxes", "steps.labels"]));
    const done = paste(demo, steps);
    expect(done.names).toEqual(["boxes_2", "labels_2"]);
    expect(readDoc(done.text).steps[6]!.fields.image).toBe("$steps.boxes_2.image");
    for (const bad of ["", "no JSON", "3", '{"steps":[1]}', '[{"name":1}]']) expect(stepsIn(bad)).toEqual([]);
  });
});

test("undo and redo: typing in one field is one change", () => {
  let h = history.start("a");
  h = history.change(h, "b", "f", 0);
  h = history.change(h, "c", "f", 100);
  h = history.change(h, "d", "g", 200);
  expect(history.undo(h).text).toBe("c");
  expect(history.undo(history.undo(h)).text).toBe("a");
  expect(history.redo(history.undo(h)).text).toBe("d");
  expect(history.undo(history.start("a")).text).toBe("a");
});

const block = (type: string, properties: object, required: string[], outputs: object[], more = {}) => ({
  type,
  title: type,
  category: "model",
  runnable: true,
  schema: { properties, required },
  outputs,
  inputKinds: ["image"],
  ...more,
});
const selector = (...kinds: string[]) => ({ type: "string", "x-selector": "any_data", "x-kinds": kinds });
const detect = block(
  "core/detect@v1",
  {
    type: {},
    name: {},
    images: selector("image"),
    image: { $ref: "#/properties/images" },
    confidence: {
      title: "Confidence",
      default: 0.4,
      anyOf: [{ type: "number", minimum: 0, maximum: 1 }, selector("float_zero_to_one")],
    },
    mode: { enum: ["a", "b"] },
    key: { "x-credential": { provider: "openai" }, anyOf: [selector("secret"), { type: "string" }] },
    data: { type: "object", additionalProperties: selector("*") },
  },
  ["type", "name", "images"],
  [
    { name: "predictions", kinds: ["object_detection_prediction"] },
    { name: "parent_id", kinds: ["parent_id"] },
  ],
) as never;
const blockOf = (type: string) => (type === "core/detect@v1" ? detect : undefined);

describe("the catalogue", () => {
  test("reads fields from a schema: what must be given comes first", () => {
    const fields = fieldsOf(detect);
    expect(fields.map((f) => [f.name, f.control, f.wiring?.via])).toEqual([
      ["images", undefined, "self"],
      ["confidence", "ratio", "self"],
      ["mode", "enum", undefined],
      ["key", "credential", "self"],
      ["data", "map", "map"],
    ]);
    expect(fields[0]).toMatchObject({ required: true, aliases: ["image"] });
  });
  test("finds the field that takes an output", () => {
    expect(fieldFor(detect, {}, ["image"])?.name).toBe("images");
    expect(fieldFor(detect, {}, ["float_zero_to_one"])?.name).toBe("confidence");
  });
  test("puts fitting blocks first, and shows the newest version that runs", () => {
    const old = block("core/detect@v0", {}, [], []) as never;
    const later = block("core/detect@v2", {}, [], [], { runnable: false }) as never;
    const off = block("core/off@v1", {}, [], [], { runnable: false, category: "sink" }) as never;
    const from = { node: "inputs.image", output: "", selector: "$inputs.image", kinds: ["image"] };
    expect(groups([old, later, off, detect], "", from).map((g) => [g.title, g.blocks.length])).toEqual([
      ["Takes image", 1],
      ["Send", 1],
    ]);
    expect(groups([detect], "detect model", null)).toHaveLength(1);
    expect(groups([detect], "nothing like it", null)).toEqual([]);
  });
  test("finds blocks by name before those that mention the words", () => {
    const reader = block("core/a_reader@v1", {}, [], [], {
      title: "A Reader",
      help: "Reads like PP-OCR.",
      category: "model",
    }) as never;
    const named = block("core/pp_ocr@v1", {}, [], [], { title: "PP-OCR", category: "model" }) as never;
    const drawn = block("core/pp_ocr_box@v1", {}, [], [], {
      title: "PP-OCR Boxes",
      category: "visualization",
    }) as never;
    const titles = groups([reader, drawn, named], "pp-ocr", null).map((g) => g.blocks.map((b) => b.title));
    expect(titles).toEqual([["PP-OCR", "A Reader"], ["PP-OCR Boxes"]]);
    expect(groups([reader, drawn], "pp-ocr", null)[0]!.title).toBe("Draw");
  });
  test("inserts a block wired, with the input that it needs", () => {
    const done = insertBlock(blank, detect, blockOf, null);
    const doc = readDoc(done.text);
    expect(done.id).toBe("steps.detect");
    expect(doc.inputs[0]).toMatchObject({ name: "image", type: "WorkflowImage" });
    expect(doc.steps[0]!.fields).toEqual({ type: "core/detect@v1", name: "detect", images: "$inputs.image" });
    expect(sources(doc, blockOf).map((s) => s.selector)).toContain("$steps.detect.predictions");
  });
});

describe("the graph", () => {
  test("has ports for what is wired and must be, and outputs at their block", () => {
    const text = add(insertBlock(blank, detect, blockOf, null).text, "outputs", {
      type: "JsonField",
      name: "found",
      selector: "$steps.detect.predictions",
    }).text;
    const { boxes, wires } = graphOf(readDoc(text), blockOf);
    expect(wires).toMatchObject([{ source: "inputs.image", target: "steps.detect", targetPort: "images" }]);
    expect(boxes[1]).toMatchObject({
      outputs: ["found"],
      left: [{ name: "images" }],
      right: [{ name: "predictions" }],
    });
    expect(boxes[1]!.x).toBeGreaterThan(boxes[0]!.x);
  });
  test("draws a name that is taken twice once, and survives circles", () => {
    const steps = ["a", "b", "a"].map((name, i) => ({ type: "t", name, x: i === 0 ? "$steps.b.y" : "$steps.a.y" }));
    const { boxes } = graphOf(readDoc(JSON.stringify({ steps })), () => undefined);
    expect(boxes.map((b) => b.name)).toEqual(["a", "b"]);
  });
  test("lays out 1000 blocks quickly, none on another", () => {
    const boxes = Array.from({ length: 1000 }, (_, i) => ({ id: `${i}`, height: 48 }));
    const lines = boxes.slice(8).map((b, i) => ({ source: `${i}`, target: b.id }));
    const places = [...layOut(boxes, lines).values()].map((p) => `${p.x} ${p.y}`);
    expect(new Set(places).size).toBe(1000);
  });
});

describe("query operations", () => {
  const operations = value(demo).steps as unknown as { operations?: never[] }[];
  test("become sentences, and come back as they were", () => {
    const both = operations.flatMap((s) => (s.operations ? [s.operations] : []));
    expect(both.length).toBe(2);
    for (const o of both) expect(query.operationsOf(query.partsOf(o)!)).toEqual(o);
    expect(query.partsOf(both[0])).toMatchObject([
      {
        kind: "filter",
        conditions: [{ property: "confidence", comparator: "(Number) >=", right: { name: "min_confidence" } }],
      },
    ]);
    expect(query.partsOf(both[1])).toMatchObject([{ kind: "extract" }, { kind: "join", separator: "\n" }]);
  });
  test("keep what a change does not say", () => {
    const [part] = query.partsOf(operations[1]!.operations)!;
    if (part?.kind !== "filter") throw new Error("no filter");
    const changed = query.condition({ ...part.conditions[0]!, right: { value: 0.5 } }, part.conditions[0]!.raw);
    const one = query.filter([changed], part.any, part.raw);
    expect(one.raw).toMatchObject({
      type: "DetectionsFilter",
      filter_operation: { statements: [{ comparator: { type: "(Number) >=" }, right_operand: { value: 0.5 } }] },
    });
    expect(query.filter([changed, query.first()], false, one.raw).raw).toMatchObject({
      filter_operation: { operator: "and" },
    });
  });
  test.each([
    [[{ type: "DetectionsRename", old: "a", new: "b" }]],
    [[{ type: "SequenceLength", note: 1 }]],
    [[{ type: "DetectionsFilter", filter_operation: { type: "StatementGroup", statements: [] } }]],
    [[{ type: "SequenceJoin", separator: 3 }]],
    [{ type: "StatementGroup" }],
    ["$inputs.operations"],
  ])("that say more stay JSON: %j", (more) => expect(query.partsOf(more)).toBeNull());
});

test("problems lead to the block that they are about", () => {
  const doc = readDoc(demo);
  const found = troublesOf(
    {
      problems: [
        { step: "ocr", field: "images", message: "no such input" },
        { field: "inputs[1].kind", message: "what" },
        { field: "outputs[0].selector", message: "where" },
        { message: "all" },
      ],
      slots: [{ step: "ocr", field: "api_key" }],
    } as never,
    doc,
  );
  expect(found.map((t) => [t.id, t.field])).toEqual([
    ["steps.ocr", "images"],
    ["inputs.min_confidence", "kind"],
    ["outputs.text", "selector"],
    ["", ""],
    ["steps.ocr", "api_key"],
  ]);
});

test("a model's name without a model can be mapped to those that fit", () => {
  const models = ["workspaces/operator/models/signs"];
  const use = { step: "ocr", modelId: "acme/4", missing: true };
  const found = troublesOf(
    {
      models: [
        { ...use, candidates: models },
        { ...use, step: "text" },
        { ...use, missing: false },
      ],
    } as never,
    readDoc(demo),
  );
  expect(found.map((t) => t.unmapped)).toEqual([{ name: "acme/4", models }, undefined]);
});

test("a change from elsewhere replaces one span of the text", () => {
  expect(difference("abcdef", "abXdef")).toEqual({ from: 2, to: 3, insert: "X" });
  expect(difference("aa", "aaa")).toEqual({ from: 2, to: 2, insert: "a" });
});

test("a definition comes out of its wrappings, digits and all", () => {
  const inner = '{"version": "1.0", "inputs": [], "steps": [{"n": 1.0}], "outputs": []}';
  for (const wrapped of [
    inner,
    `{"specification": ${inner}}`,
    `[${inner}]`,
    JSON.stringify({ workflow: { config: `{"specification":${inner}}` } }),
  ])
    expect(unwrap(`\ufeff ${wrapped}`)).toBe(inner);
  for (const bad of ["3", "{}", "[]", '{"specification": 3}'])
    expect(() => unwrap(bad)).toThrow("This is not a workflow");
  expect(() => unwrap("{")).toThrow(Fault);
});

test("two definitions differ by block", () => {
  const now = removeElement(setField(demo, "steps.labels", ["text_scale"], 1), "steps.text");
  expect(changesBetween(demo, add(now, "inputs", { type: "WorkflowParameter", name: "x" }).text)).toEqual([
    { id: "steps.text", what: "removed" },
    { id: "outputs.text", what: "removed" },
    { id: "inputs.x", what: "added" },
    { id: "steps.labels", what: "changed" },
  ]);
  expect(changesBetween(demo, format(demo))).toEqual([]);
});
