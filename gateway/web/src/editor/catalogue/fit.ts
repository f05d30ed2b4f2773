// Which outputs fit which fields: as the compiler, one kind in common, or anything.
import type { Block } from "../../api/editor";
import { words } from "../../graph/stepsOf";
import type { Doc, Element } from "../model/doc";
import { isReference, nodeOf, referencesOf } from "../model/refs";
import { fieldsOf, type Field, type Wiring } from "./fields";

export function fits(kinds: string[], wanted: string[]): boolean {
  return kinds.includes("*") || wanted.includes("*") || kinds.some((k) => wanted.includes(k));
}

export interface Output {
  name: string;
  kinds: string[];
}

// Bookkeeping outputs have a port only where they are used.
const quiet = new Set(["parent_id", "prediction_type", "inference_id"]);
export const isQuiet = (o: Output) => o.kinds.length > 0 && o.kinds.every((k) => quiet.has(k));

const outputs = new WeakMap<Block, Output[]>();

export function outputsOf(block: Block | undefined): Output[] {
  if (!block) return [];
  const known = outputs.get(block);
  if (known) return known;
  const made = (block.outputs ?? [])
    .filter((o) => o.name !== "*")
    .map((o) => ({ name: o.name ?? "", kinds: o.kinds ?? ["*"] }));
  outputs.set(block, made);
  return made;
}

export function kindsOfInput(input: Element): string[] {
  if (/Image$/.test(input.type)) return ["image"];
  if (/VideoMetadata$/.test(input.type)) return ["video_metadata"];
  const kinds = input.fields.kind;
  if (!Array.isArray(kinds)) return ["*"];
  return kinds.map((k: unknown) => (typeof k === "string" ? k : String((k as { name?: unknown })?.name ?? "*")));
}

export interface Source {
  node: string; // "inputs.image", "steps.crop"
  output: string;
  selector: string;
  kinds: string[];
}

// sources are all references that a document offers, inputs first.
export function sources(doc: Doc, blockOf: (type: string) => Block | undefined): Source[] {
  const inputs = doc.inputs.map((i) => ({
    node: `inputs.${i.name}`,
    output: "",
    selector: `$inputs.${i.name}`,
    kinds: kindsOfInput(i),
  }));
  const steps = doc.steps.flatMap((s) =>
    outputsOf(blockOf(s.type)).map((o) => ({
      node: `steps.${s.name}`,
      output: o.name,
      selector: `$steps.${s.name}.${o.name}`,
      kinds: o.kinds,
    })),
  );
  return [...inputs, ...steps];
}

// downstream is a step with all that follow it: a reference to one of them would be a circle.
export const downstream = (doc: Doc, id: string) => reach(doc, "after", id);

// upstream is a step with all that it follows.
export const upstream = (doc: Doc, id: string) => reach(doc, "before", id);

// Neighbours are the blocks right before and right after each block. Reached are those that a
// walk found, by direction and start: while a line is dragged, each block asks the same.
interface Neighbours {
  before: Map<string, string[]>;
  after: Map<string, string[]>;
  reached: Map<string, Set<string>>;
}

const walked = new WeakMap<Doc, Neighbours>();

function neighboursOf(doc: Doc): Neighbours {
  const known = walked.get(doc);
  if (known) return known;
  const all: Neighbours = { before: new Map(), after: new Map(), reached: new Map() };
  const put = (map: Map<string, string[]>, key: string, id: string) => {
    const list = map.get(key);
    if (list) list.push(id);
    else map.set(key, [id]);
  };
  for (const s of doc.steps)
    for (const { reference } of referencesOf(s.fields)) {
      const [own, other] = [`steps.${s.name}`, nodeOf(reference)];
      const control = reference.step && !reference.output;
      const [from, to] = control ? [own, other] : [other, own];
      put(all.after, from, to);
      put(all.before, to, from);
    }
  walked.set(doc, all);
  return all;
}

function reach(doc: Doc, way: "before" | "after", id: string): Set<string> {
  const { reached, [way]: next } = neighboursOf(doc);
  const key = `${way} ${id}`;
  const known = reached.get(key);
  if (known) return known;
  const seen = new Set([id]);
  for (const at of seen) for (const n of next.get(at) ?? []) seen.add(n); // a set visits what is added meanwhile
  reached.set(key, seen);
  return seen;
}

// fieldFor is the field of a block that takes an output: one that must be given before others,
// an empty one before one that is wired, and what a person typed last.
export function fieldFor(
  block: Block | undefined,
  fields: Record<string, unknown>,
  kinds: string[],
): Field | undefined {
  const taking = fieldsOf(block).filter((f) => f.wiring && !f.wiring.target && fits(kinds, f.wiring.kinds));
  const exact = (f: Field) => f.wiring!.kinds.some((k) => kinds.includes(k) && k !== "*");
  const score = (f: Field) => {
    const self = f.wiring!.via === "self";
    const now = fields[f.name];
    const typed = self && now !== undefined && now !== "" && !isReference(now);
    return (
      (f.required ? 4 : 0) +
      (exact(f) ? 2 : 0) +
      (now === undefined ? 1 : 0) -
      (f.control && self ? 1 : 0) -
      (typed ? 8 : 0)
    );
  };
  return taking.sort((a, b) => score(b) - score(a))[0];
}

export const takes = (w: Wiring) => kindWords(w.kinds);

export function kindWords(kinds: string[]): string {
  if (kinds.length === 0 || kinds.includes("*")) return "anything";
  const said = kinds.map((k) => names[k] ?? words(k).toLowerCase());
  return [...new Set(said)].slice(0, 3).join(" or ");
}

const names: Record<string, string> = {
  image: "a picture",
  object_detection_prediction: "detections",
  instance_segmentation_prediction: "detections",
  keypoint_detection_prediction: "detections",
  rle_instance_segmentation_prediction: "detections",
  classification_prediction: "a classification",
  string: "text",
  language_model_output: "text of a model",
  integer: "a whole number",
  float: "a number",
  float_zero_to_one: "a number from 0 to 1",
  boolean: "yes or no",
  list_of_values: "a list",
  dictionary: "an object",
  roboflow_model_id: "a model",
  secret: "a secret",
};
