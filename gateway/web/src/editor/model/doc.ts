// The document: its text, and what the text says. The text is the truth.
import { parse } from "../../json/exact";
import { member, type Path } from "../text/patch";
import { recent } from "../text/recent";
import { Fault, parseTree, type Node } from "../text/tree";

export type Fields = Record<string, unknown>;

export interface Element {
  name: string;
  type: string;
  index: number;
  fields: Fields;
}

export interface Doc {
  text: string;
  inputs: Element[];
  steps: Element[];
  outputs: Element[];
}

export type Place = "inputs" | "steps" | "outputs";
export const places: Place[] = ["inputs", "steps", "outputs"];

// readDoc throws a Fault for text that is not JSON. A list that is missing is empty. An element
// whose text is as in the document before is the same object: what depends on it is not
// computed again.
export const readDoc = recent((text): Doc => {
  const root = parseTree(text);
  if (root.kind !== "object") throw new Fault("a definition is an object", root.start, text);
  const elements: Elements = new Map();
  const list = (place: Place) => elementsOf(text, place, member(root, place)?.value, elements);
  const doc = { text, inputs: list("inputs"), steps: list("steps"), outputs: list("outputs") };
  before = elements;
  return doc;
});

// Elements by place and text.
type Elements = Map<string, Element>;
let before: Elements = new Map();

function elementsOf(text: string, place: Place, node: Node | undefined, elements: Elements): Element[] {
  return (node?.items ?? []).flatMap((n, index) => {
    if (n.kind !== "object") return [];
    const own = text.slice(n.start, n.end);
    const key = `${place}${index}${own}`;
    const element = before.get(key) ?? read(own, index);
    elements.set(key, element);
    return [element];
  });
}

function read(own: string, index: number): Element {
  const fields = parse(own) as Fields;
  return { name: textOf(fields.name), type: textOf(fields.type), index, fields };
}

const textOf = (v: unknown) => (typeof v === "string" ? v : "");

// find looks up "steps.crop".
export function find(doc: Doc, id: string): (Element & { place: Place }) | undefined {
  const [place, name] = split(id);
  const element = doc[place]?.find((e) => e.name === name);
  return element && { ...element, place };
}

export function split(id: string): [Place, string] {
  const dot = id.indexOf(".");
  return [id.slice(0, dot) as Place, id.slice(dot + 1)];
}

export const pathOf = (e: { place: Place; index: number }): Path => [e.place, e.index];

const name = /^[A-Za-z0-9_-]{1,256}$/;

// nameProblem says why an element cannot have a name.
export function nameProblem(doc: Doc, place: Place, wanted: string, now: string): string {
  if (!name.test(wanted)) return "Use letters, digits, _ and -.";
  if (wanted !== now && doc[place].some((e) => e.name === wanted)) return "Another one has this name.";
  return "";
}

export function uniqueName(doc: Doc, place: Place, wanted: string): string {
  const base = wanted.replace(/[^A-Za-z0-9_-]+/g, "_").slice(0, 60) || "step";
  const taken = new Set(doc[place].map((e) => e.name));
  if (!taken.has(base)) return base;
  for (let i = 2; ; i++) if (!taken.has(`${base}_${i}`)) return `${base}_${i}`;
}

export const blank = `{
  "version": "1.0",
  "inputs": [],
  "steps": [],
  "outputs": []
}
`;
