// References: "$inputs.image", "$steps.crop.crops", and "$steps.crop" as a target of flow
// control.
import { Exact } from "../../json/exact";
import type { Path } from "../text/patch";

export interface Reference {
  input?: string;
  step?: string;
  output?: string; // none: the step itself
}

const whole = /^\$(?:inputs\.([A-Za-z0-9_-]+)|steps\.([A-Za-z0-9_-]+)(?:\.([A-Za-z0-9_*-]+))?)$/;
// A header may hold a word before its reference: "Token $inputs.session".
const after = /^\S+[ =](?=\$(?:inputs|steps)\.)/;

export function referenceOf(value: unknown): Reference | null {
  const found = typeof value === "string" ? whole.exec(value.replace(after, "")) : null;
  return found ? { input: found[1], step: found[2], output: found[3] } : null;
}

export const isReference = (value: unknown) => typeof value === "string" && whole.test(value);

export const selectorOf = (node: string, output: string) =>
  node.startsWith("inputs.") || !output ? `$${node}` : `$${node}.${output}`;

// nodeOf is the block that a reference comes from: "inputs.image", "steps.crop".
export const nodeOf = (r: Reference) => (r.input ? `inputs.${r.input}` : `steps.${r.step}`);

export interface Found {
  path: Path;
  reference: Reference;
}

// referencesIn walks through a value.
export function referencesIn(value: unknown, path: Path = [], found: Found[] = []): Found[] {
  const reference = referenceOf(value);
  if (reference) found.push({ path, reference });
  else if (Array.isArray(value)) value.forEach((v, i) => referencesIn(v, [...path, i], found));
  else if (typeof value === "object" && value !== null && !(value instanceof Exact))
    for (const [key, v] of Object.entries(value)) referencesIn(v, [...path, key], found);
  return found;
}

const known = new WeakMap<object, Found[]>();

// referencesOf are the references in the fields of an element. They are looked for once.
export function referencesOf(fields: object): Found[] {
  let found = known.get(fields);
  if (!found) known.set(fields, (found = referencesIn(fields)));
  return found;
}

// renamed is a text that refers to a block by its new name.
export function renamed(text: string, place: "inputs" | "steps", from: string, to: string): string {
  const reference = referenceOf(text);
  if (!reference || (place === "inputs" ? reference.input : reference.step) !== from) return text;
  const prefix = after.exec(text)?.[0] ?? "";
  return `${prefix}$${place}.${to}${reference.output ? `.${reference.output}` : ""}`;
}
