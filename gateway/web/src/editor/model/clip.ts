// Copy and paste as JSON.
import { parse, stringify } from "../../json/exact";
import { find, readDoc, type Doc, type Fields } from "./doc";
import { set } from "../text/patch";
import { add } from "./edit";
import { renamed } from "./refs";

export function copyOf(doc: Doc, ids: string[]): string {
  const steps = ids.map((id) => find(doc, id)).filter((e) => e?.place === "steps");
  return stringify({ steps: steps.map((s) => s!.fields) }, 2);
}

// stepsIn reads what paste brings: a step, a list of steps, or an object with steps.
export function stepsIn(text: string): Fields[] {
  let value: unknown;
  try {
    value = parse(text);
  } catch {
    return [];
  }
  const holder = value as { steps?: unknown; type?: unknown } | null;
  const list = Array.isArray(value) ? value : Array.isArray(holder?.steps) ? holder.steps : [value];
  const good = (s: unknown): s is Fields =>
    typeof s === "object" &&
    s !== null &&
    typeof (s as Fields).type === "string" &&
    typeof (s as Fields).name === "string";
  return list.every(good) ? list : [];
}

// paste adds the steps under free names. References among them follow; others stay.
export function paste(text: string, steps: Fields[]): { text: string; names: string[] } {
  const renames = new Map<string, string>();
  const names: string[] = [];
  let next = text;
  for (const step of steps) {
    const done = add(next, "steps", step);
    next = done.text;
    names.push(done.name);
    if (done.name !== step.name) renames.set(String(step.name), done.name);
  }
  const doc = readDoc(next);
  for (const name of names) {
    const element = find(doc, `steps.${name}`)!;
    const fields = rewrite(element.fields, renames) as Fields;
    next = replaceStep(next, name, { ...fields, name });
  }
  return { text: next, names };
}

function rewrite(value: unknown, renames: Map<string, string>): unknown {
  if (typeof value === "string") {
    for (const [from, to] of renames) {
      const now = renamed(value, "steps", from, to);
      if (now !== value) return now;
    }
    return value;
  }
  if (Array.isArray(value)) return value.map((v) => rewrite(v, renames));
  if (typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype)
    return Object.fromEntries(Object.entries(value).map(([k, v]) => [k, rewrite(v, renames)]));
  return value;
}

function replaceStep(text: string, name: string, fields: Fields): string {
  const element = find(readDoc(text), `steps.${name}`)!;
  return set(text, ["steps", element.index], fields);
}
