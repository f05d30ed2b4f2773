// What graph and forms do to the document. Each function takes a text and returns one.
import { apply, insert, nodeAt, remove, set, type Edit, type Path } from "../text/patch";
import { parseTree, type Node } from "../text/tree";
import { find, pathOf, readDoc, split, uniqueName, type Element, type Fields, type Place } from "./doc";
import { nodeOf, referencesOf, renamed } from "./refs";

// add puts an element at the end of its list and returns its name.
export function add(text: string, place: Place, fields: Fields): { text: string; name: string } {
  const doc = readDoc(text);
  const name = uniqueName(doc, place, String(fields.name ?? ""));
  const whole = nodeAt(parseTree(text), [place]) ? text : set(text, [place], []);
  return { text: insert(whole, [place], { ...fields, name }), name };
}

// rename gives an element another name, and rewrites all references to it.
export function rename(text: string, id: string, to: string): string {
  const element = find(readDoc(text), id);
  const [place, from] = split(id);
  if (!element || from === to) return text;
  const root = parseTree(text);
  const edits: Edit[] = [];
  const rewrite = (node: Node | undefined) => {
    for (const child of node?.items ?? node?.members?.map((m) => m.value) ?? []) rewrite(child);
    if (node?.kind !== "string" || place === "outputs") return;
    const old = JSON.parse(text.slice(node.start, node.end)) as string;
    const now = renamed(old, place, from, to);
    if (now !== old) edits.push({ start: node.start, end: node.end, text: JSON.stringify(now) });
  };
  rewrite(nodeAt(root, ["steps"]));
  rewrite(nodeAt(root, ["outputs"]));
  const name = nodeAt(root, [...pathOf(element), "name"])!;
  return apply(text, [
    ...edits.filter((e) => e.start !== name.start),
    { start: name.start, end: name.end, text: JSON.stringify(to) },
  ]);
}

// removeElement takes out an element with all references to it.
export function removeElement(text: string, id: string): string {
  const element = find(readDoc(text), id);
  if (!element) return text;
  let next = text;
  for (const path of pathsTo(text, id).reverse()) next = unset(next, path);
  const now = find(readDoc(next), id);
  return now ? remove(next, pathOf(now)) : next;
}

// pathsTo are the places of the references to a block.
export function pathsTo(text: string, id: string): Path[] {
  const doc = readDoc(text);
  const of = (place: Place, e: Element) =>
    referencesOf(e.fields)
      .filter((f) => nodeOf(f.reference) === id)
      .map((f): Path => [place, e.index, ...f.path]);
  return [...doc.steps.flatMap((s) => of("steps", s)), ...doc.outputs.flatMap((o) => of("outputs", o))];
}

// unset removes a reference: an output goes as a whole, because it is nothing without.
function unset(text: string, path: Path): string {
  return remove(text, path[0] === "outputs" ? path.slice(0, 2) : path);
}

// setField sets a field of an element; undefined takes it out.
export function setField(text: string, id: string, field: Path, value: unknown): string {
  const element = find(readDoc(text), id);
  if (!element) return text;
  const path = [...pathOf(element), ...field];
  return value === undefined ? remove(text, path) : set(text, path, value);
}

export type Via = "self" | "list" | "map";

// wire lets a field take a reference. A list takes one more; a map takes it under a name.
export function wire(text: string, id: string, field: string, via: Via, selector: string): string {
  const element = find(readDoc(text), id);
  if (!element) return text;
  const path = [...pathOf(element), field];
  const now = element.fields[field];
  if (via === "list") {
    if (!Array.isArray(now)) return set(text, path, [selector]);
    return now.includes(selector) ? text : insert(text, path, selector);
  }
  if (via === "map") {
    const map = typeof now === "object" && now !== null && !Array.isArray(now) ? (now as Fields) : undefined;
    const key = freshKey(map ?? {}, selector);
    return map ? set(text, [...path, key], selector) : set(text, path, { [key]: selector });
  }
  return set(text, path, selector);
}

function freshKey(map: Fields, selector: string): string {
  const base = selector.startsWith("$inputs.") ? selector.slice(8) : selector.slice(7).split(".")[0]!;
  if (!(base in map)) return base;
  for (let i = 2; ; i++) if (!(`${base}_${i}` in map)) return `${base}_${i}`;
}

export function unwire(text: string, id: string, path: Path): string {
  const element = find(readDoc(text), id);
  return element ? unset(text, [...pathOf(element), ...path]) : text;
}
