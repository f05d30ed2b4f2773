// What a run says on the canvas and in the settings, and what is drawn again for it.
import { describe, expect, test } from "vitest";
import type { StepOutputs } from "../api/client";
import type { StepStatus } from "../run/useRun";
import { Listeners } from "./canvas/listeners";
import { MarkStore } from "./canvas/marks";
import { readDoc } from "./model/doc";
import { keptBy } from "./run/kept";
import { sameButSpaces as same } from "./text/spaces";

const filter = { type: "DetectionsFilter", filter_operation: {} };
const doc = (operations: unknown[], predictions = "$steps.detect.predictions") =>
  readDoc(
    JSON.stringify({
      inputs: [],
      steps: [
        { type: "model", name: "detect" },
        { type: "filter", name: "sure", predictions, operations },
      ],
      outputs: [],
    }),
  );

const gave = (count: number, more: Partial<StepOutputs> = {}): StepStatus => ({
  state: "succeeded",
  outputs: { values: [{ predictions: { image: {}, predictions: Array(count).fill({}) } }], ...more } as StepOutputs,
});

describe("what a filter kept", () => {
  test("is what it gave of what it was given", () => {
    expect(keptBy(doc([filter]), { detect: gave(12), sure: gave(1) })).toEqual(
      new Map([["sure", { kept: 1, of: 12 }]]),
    );
  });

  test("counts what a preview has left out", () => {
    const cuts = [{ pointer: "/0/predictions/predictions", unit: "items", kept: "20", total: "340" }];
    const found = keptBy(doc([filter]), { detect: gave(20, { cuts }), sure: gave(0) });
    expect(found.get("sure")).toEqual({ kept: 0, of: 340 });
  });

  test("is not said where it is not known, or where something else was done", () => {
    const both = { detect: gave(12), sure: gave(1) };
    expect(keptBy(doc([filter, { type: "SequenceLength" }]), both).size).toBe(0);
    expect(keptBy(doc([filter], "$inputs.boxes"), both).size).toBe(0);
    expect(keptBy(doc([filter]), { sure: gave(1) }).size).toBe(0);
    expect(keptBy(doc([filter]), { detect: gave(12, { elements: 3 }), sure: gave(1) }).size).toBe(0);
  });
});

describe("marks", () => {
  test("ask only what they change", () => {
    const store = new MarkStore();
    const asked: string[] = [];
    for (const id of ["a", "b", "c"]) store.subscribe([id], () => asked.push(id));
    const stop = store.subscribe(["a", "b"], () => asked.push("line"));
    const marks = { selected: "a", at: false, wire: "", troubles: new Map() };
    store.set(marks);
    expect(asked.sort()).toEqual(["a", "line"]);
    asked.length = 0;
    stop();
    store.set({ ...marks, selected: "b", troubles: new Map([["c", []]]) });
    expect(asked.sort()).toEqual(["a", "b", "c"]);
  });

  test("ask what listens to two of them once", () => {
    const listeners = new Listeners();
    let times = 0;
    listeners.add(["a", "b"], () => times++);
    listeners.tell(["a", "b"]);
    expect(times).toBe(1);
  });
});

describe("a saved text is the same", () => {
  test("with other spaces between its tokens, and not with other ones within", () => {
    expect(same('{"a": [1, "x y"]}', '{ "a":[1,"x y"] }\n')).toBe(true);
    expect(same('{"a": "x y"}', '{"a": "xy"}')).toBe(false);
    expect(same('{"a": "\\" b"}', '{"a": "\\"b"}')).toBe(false);
    expect(same('{"a": 1}', '{"a": 1, "b": 2}')).toBe(false);
  });
});
