// How many detections a filter kept in the last run: what it gave, of what it was given.
import type { StepOutputs } from "../../api/client";
import type { StepStatus } from "../../run/useRun";
import type { Doc, Element } from "../model/doc";
import { referenceOf } from "../model/refs";

export interface Kept {
  kept: number;
  of: number;
}

type Fields = Record<string, unknown>;

// keptBy returns the counts of each filter whose run and whose source's run said them.
export function keptBy(doc: Doc, steps: Record<string, StepStatus>): Map<string, Kept> {
  const all = new Map<string, Kept>();
  for (const step of doc.steps) {
    const own = steps[step.name]?.outputs;
    const source = filters(step) ? sourceOf(step) : null;
    const given = source && steps[source.step]?.outputs;
    const kept = own && count(own, "predictions");
    const of = given && count(given, source.output);
    if (kept !== undefined && of !== undefined && of !== null && kept <= of) all.set(step.name, { kept, of });
  }
  return all;
}

// filters says whether a step only leaves detections out.
function filters(step: Element): boolean {
  const operations = step.fields.operations;
  return (
    Array.isArray(operations) &&
    operations.length > 0 &&
    operations.every((o) => (o as Fields | null)?.type === "DetectionsFilter")
  );
}

function sourceOf(step: Element): { step: string; output: string } | null {
  const found = referenceOf(step.fields.predictions);
  return found?.step && found.output ? { step: found.step, output: found.output } : null;
}

// count is the number of detections in one output, over all elements. What the preview leaves
// out is in its cuts.
function count(outputs: StepOutputs, name: string): number | undefined {
  const values = (outputs.values ?? []) as unknown[];
  if (values.length === 0 || values.length < (outputs.elements ?? 1)) return undefined;
  let total = 0;
  for (const [i, value] of values.entries()) {
    const list = ((value as Fields | null)?.[name] as Fields | undefined)?.predictions;
    if (!Array.isArray(list)) return undefined;
    const cut = (outputs.cuts ?? []).find((c) => c.pointer === `/${i}/${name}/predictions` && c.unit === "items");
    total += cut ? Number(cut.total) : list.length;
  }
  return total;
}
