import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { filterSentence } from "./filterSentence";
import { neighbour } from "./neighbour";

const said = (value: unknown) =>
  filterSentence(value)
    ?.map((w) => (typeof w === "string" ? w : `\`${w.code}\``))
    .join("") ?? null;
const property = (name: string) => ({
  type: "DynamicOperand",
  operand_name: "_",
  operations: [{ type: "ExtractDetectionProperty", property_name: name }],
});
const is = (left: unknown, comparator: string, value: unknown, more = {}) => ({
  type: "BinaryStatement",
  left_operand: left,
  comparator: { type: comparator },
  right_operand: { type: "StaticOperand", value },
  ...more,
});

describe("a filter", () => {
  test("of the demo is a sentence", () => {
    const { steps } = JSON.parse(
      readFileSync(new URL("../../../../deploy/demo/read_text.json", import.meta.url), "utf8"),
    ) as { steps: { name: string; operations?: unknown }[] };
    const operations = (name: string) => steps.find((s) => s.name === name)!.operations;
    expect(said(operations("confident"))).toBe("Keep a detection when confidence at least `min_confidence`");
    expect(said(operations("text"))).toBe("Take the `class_name` of each, then join them, one under the other");
  });
  test("joins its conditions, and says what is negated", () => {
    const group = {
      type: "StatementGroup",
      operator: "or",
      statements: [
        is(property("class_name"), "in (Sequence)", ["cat", "dog"]),
        is(property("confidence"), "(Number) >", 0.5, { negate: true }),
      ],
    };
    expect(said(group)).toBe('Class name is one of `["cat","dog"]` or confidence at most `0.5`');
  });
  test("that cannot be said in full is not said", () => {
    expect(
      said({ type: "StatementGroup", statements: [is(property("size"), "(Number) >", 1), { type: "Strange" }] }),
    ).toBeNull();
    expect(said([{ type: "Strange" }])).toBeNull();
    expect(said([])).toBeNull();
    expect(said("text")).toBeNull();
  });
});

describe("arrow keys", () => {
  const graph = {
    nodes: [
      { id: "a", x: 0, y: 0 },
      { id: "b", x: 280, y: 10 },
      { id: "c", x: 280, y: 300 },
      { id: "d", x: 560, y: 0 },
    ],
  };
  test("go to the nearest block in their direction, or nowhere", () => {
    expect(neighbour(graph, "a", "ArrowRight")).toBe("b");
    expect(neighbour(graph, "b", "ArrowDown")).toBe("c");
    expect(neighbour(graph, "d", "ArrowLeft")).toBe("b");
    expect(neighbour(graph, "a", "ArrowLeft")).toBe("a");
  });
});
