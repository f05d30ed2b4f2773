// Outputs of a step in a few words, for its block.
import type { StepOutputs } from "../../api/client";
import { forget, read, type Value } from "../../result/values";

type Fields = Record<string, unknown>;

const quiet = /^(parent_id|root_parent_id|prediction_type|inference_id|error_status)$/;

// givenBy are the outputs of the first element, by name.
export function givenBy(outputs: StepOutputs | undefined): [name: string, value: unknown][] {
  const first = (outputs?.values as unknown[] | undefined)?.[0];
  return typeof first === "object" && first !== null ? Object.entries(first as Fields) : [];
}

const said = new WeakMap<StepOutputs, string>();

// wordsOf says the outputs of a step once: events of a run come for each step.
export function wordsOf(outputs: StepOutputs): string {
  const words = said.get(outputs) ?? summary(outputs);
  said.set(outputs, words);
  return words;
}

// pictureOf is the first picture among the outputs of a step: a small copy.
export function pictureOf(outputs: StepOutputs): Blob | null {
  for (const [, v] of givenBy(outputs)) {
    if (!isPicture(v)) continue;
    const value = read(v);
    forget(value);
    if (value.kind === "picture") return value.blob;
  }
  return null;
}

function summary(outputs: StepOutputs): string {
  if ((outputs.elements ?? 1) > 1) return `${outputs.elements} elements`;
  const told = givenBy(outputs)
    .filter(([name, v]) => !quiet.test(name) && v !== null)
    .map(([name, v]) => say(name, v));
  return told.find(([, plain]) => !plain)?.[0] ?? told[0]?.[0] ?? "done";
}

// say is a value in words, and whether it is plain text, which says less than a count.
function say(name: string, v: unknown): [words: string, plain: boolean] {
  if (isPicture(v)) return [name === "image" ? "picture" : name.replace(/_/g, " "), false];
  const value: Value = read(v);
  switch (value.kind) {
    case "detections":
      return [`${value.detections.length} found`, false];
    case "table":
      return [`${value.rows.length} rows`, false];
    case "list":
      return [`${value.items.length} entries`, false];
    case "text":
      return [value.text.slice(0, 60) || "empty", true];
    default:
      return [Array.isArray(v) ? `${v.length} entries` : name.replace(/_/g, " "), false];
  }
}

const isPicture = (v: unknown) => typeof v === "object" && v !== null && (v as Fields).type === "base64";
