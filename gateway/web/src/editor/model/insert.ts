// Inserts a block: with a name, its lines and its required fields.
import type { Block } from "../../api/editor";
import { fieldsOf, type Field } from "../catalogue/fields";
import { fieldFor, fits, isQuiet, outputsOf, sources, type Source } from "../catalogue/fit";
import { readDoc, type Fields } from "./doc";
import type { Path } from "../text/patch";
import { add, setField, wire } from "./edit";
import { selectorOf } from "./refs";

export interface Inserted {
  text: string;
  id: string;
}

// insertBlock adds a step after a source, or after the last steps that fit.
export function insertBlock(
  text: string,
  block: Block,
  blockOf: (type: string) => Block | undefined,
  from: Source | null,
): Inserted {
  const all = sources(readDoc(text), blockOf);
  const fields: Fields = { type: block.type, name: baseName(block.type ?? "step") };
  const example = (block.example ?? {}) as Fields;
  for (const f of fieldsOf(block)) if (f.required && f.control) fields[f.name] = f.default ?? start(f, example[f.name]);
  const done = add(text, "steps", fields);
  let next = done.text;
  const id = `steps.${done.name}`;
  const first = from && fieldFor(block, {}, from.kinds);
  if (from && first) next = wire(next, id, first.name, first.wiring!.via, from.selector);
  for (const f of fieldsOf(block)) {
    if (!f.required || !f.wiring || f.wiring.target || f.control || f === first) continue;
    const source =
      all.findLast((s) => exactly(s.kinds, f.wiring!.kinds)) ?? all.findLast((s) => fits(s.kinds, f.wiring!.kinds));
    if (source) {
      next = wire(next, id, f.name, f.wiring.via, source.selector);
    } else if (f.wiring.kinds.includes("image")) {
      const input = add(next, "inputs", { type: "WorkflowImage", name: "image" });
      next = wire(input.text, id, f.name, f.wiring.via, `$inputs.${input.name}`);
    }
  }
  return { text: next, id };
}

// through leads a line through a new block, if one of its outputs fits where the line ends.
export function through(done: Inserted, block: Block, line: { holder: string; path: Path }, wanted: string[]): string {
  const all = outputsOf(block).filter((o) => !isQuiet(o));
  const out = all.find((o) => exactly(o.kinds, wanted)) ?? all.find((o) => fits(o.kinds, wanted));
  return out ? setField(done.text, line.holder, line.path, selectorOf(done.id, out.name)) : done.text;
}

const exactly = (kinds: string[], wanted: string[]) => kinds.some((k) => k !== "*" && wanted.includes(k));

// start is a first value of a field. A reference of the example is none: its input may not exist.
function start(f: Field, example: unknown): unknown {
  if (typeof example === "string" && /^\$(inputs|steps)\./.test(example)) return "";
  if (f.control === "map" && f.wiring) return {};
  return example ?? (f.control === "text" ? "" : null);
}

const baseName = (type: string) => type.replace(/^.*\//, "").replace(/@.*$/, "");
