// Edits of a JSON text: each returns a new text and touches no more than it must.
import { stringify } from "../../json/exact";
import { parseTree, type Member, type Node } from "./tree";

export type Path = (string | number)[];

export interface Edit {
  start: number;
  end: number;
  text: string;
}

// member is the last one of that name: the one that counts.
export function member(node: Node | undefined, key: string): Member | undefined {
  return node?.members?.findLast((m) => m.key === key);
}

export function nodeAt(root: Node, path: Path): Node | undefined {
  let node: Node | undefined = root;
  for (const key of path) node = typeof key === "number" ? node?.items?.[key] : member(node, key)?.value;
  return node;
}

export function apply(text: string, edits: Edit[]): string {
  const parts: string[] = [];
  let from = 0;
  for (const e of [...edits].sort((a, b) => a.start - b.start)) {
    parts.push(text.slice(from, e.start), e.text);
    from = e.end;
  }
  return parts.join("") + text.slice(from);
}

// set replaces a value, or adds a member to an object that exists.
export function set(text: string, path: Path, value: unknown): string {
  const root = parseTree(text);
  const old = nodeAt(root, path);
  if (old) return apply(text, [{ start: old.start, end: old.end, text: print(value, path.length) }]);
  const key = path[path.length - 1];
  const parent = nodeAt(root, path.slice(0, -1));
  if (typeof key !== "string" || parent?.kind !== "object") return text;
  return add(text, parent, path.length, `${JSON.stringify(key)}: ${print(value, path.length)}`);
}

// insert adds an element at the end of a list.
export function insert(text: string, path: Path, value: unknown): string {
  const list = nodeAt(parseTree(text), path);
  return list?.kind === "array" ? add(text, list, path.length + 1, print(value, path.length + 1)) : text;
}

// remove takes out a member or an element.
export function remove(text: string, path: Path): string {
  const parent = nodeAt(parseTree(text), path.slice(0, -1));
  const key = path[path.length - 1]!;
  const spans = spansOf(parent);
  const i = typeof key === "number" ? key : (parent?.members ?? []).findLastIndex((m) => m.key === key);
  const span = spans[i];
  if (!parent || !span) return text;
  if (spans.length === 1) return apply(text, [{ start: parent.start + 1, end: parent.end - 1, text: "" }]);
  const next = spans[i + 1];
  return apply(text, [
    next ? { start: span.start, end: next.start, text: "" } : { start: spans[i - 1]!.end, end: span.end, text: "" },
  ]);
}

function spansOf(node: Node | undefined): { start: number; end: number }[] {
  if (node?.members) return node.members.map((m) => ({ start: m.start, end: m.value.end }));
  return node?.items ?? [];
}

function add(text: string, parent: Node, depth: number, element: string): string {
  const spans = spansOf(parent);
  const last = spans[spans.length - 1];
  const wide = text.slice(parent.start, parent.end).includes("\n");
  if (last) return apply(text, [{ start: last.end, end: last.end, text: `,${wide ? indent(depth) : " "}${element}` }]);
  const inner = `${indent(depth)}${element}${indent(depth - 1)}`;
  return apply(text, [{ start: parent.start + 1, end: parent.end - 1, text: inner }]);
}

const indent = (depth: number) => `\n${"  ".repeat(depth)}`;

const narrow = 88; // characters of a value on one line

function print(value: unknown, depth: number): string {
  const text = stringify(value);
  return layOut(text, parseTree(text), depth);
}

// format lays out a document. It changes nothing but spaces.
export function format(text: string): string {
  return `${layOut(text, parseTree(text), 0)}\n`;
}

function layOut(text: string, node: Node, depth: number): string {
  if (!node.members && !node.items) return text.slice(node.start, node.end);
  const parts = node.members
    ? node.members.map((m) => `${JSON.stringify(m.key)}: ${layOut(text, m.value, depth + 1)}`)
    : node.items!.map((n) => layOut(text, n, depth + 1));
  const [open, close] = node.members ? "{}" : "[]";
  const line = `${open}${parts.join(", ")}${close}`;
  const nested = (node.items ?? node.members!.map((m) => m.value)).some((n) => n.members?.length || n.items?.length);
  if (parts.length === 0 || (depth > 1 && !nested && line.length <= narrow)) return line;
  return `${open}${indent(depth + 1)}${parts.join(`,${indent(depth + 1)}`)}${indent(depth)}${close}`;
}
