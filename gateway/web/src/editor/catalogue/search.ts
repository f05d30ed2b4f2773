// The catalogue as a person looks through it.
import type { Block } from "../../api/editor";
import { outputsOf, type Source } from "./fit";

export interface Group {
  // Stays the same for another source: a list that is shown already is not drawn again.
  id: string;
  title: string;
  blocks: Block[];
}

const titles: [category: string, title: string][] = [
  ["model", "Models"],
  ["transformation", "Detections and crops"],
  ["fusion", "Combine"],
  ["image", "Pictures"],
  ["formatter", "Text and data"],
  ["flow_control", "Decide"],
  ["visualization", "Draw"],
  ["analytics", "Count and measure"],
  ["video", "Video"],
  ["sink", "Send"],
  ["industrial", "Industrial"],
];

export const titleOfCategory = (category: string) => titles.find(([c]) => c === category)?.[1] ?? "Other";

// current is one version of each block: the newest that runs, else the newest.
export function current(blocks: Block[]): Block[] {
  const best = new Map<string, Block>();
  for (const b of blocks) {
    const family = (b.type ?? "").replace(/@v\d+$/, "");
    const known = best.get(family);
    if (!known || rank(b) > rank(known)) best.set(family, b);
  }
  return [...best.values()];
}

const rank = (b: Block) => (b.runnable ? 10_000 : 0) + Number(/@v(\d+)$/.exec(b.type ?? "")?.[1] ?? 0);

// Entry is a block with the texts that a search reads.
interface Entry {
  block: Block;
  name: string;
  text: string;
}

const listed = new WeakMap<Block[], Entry[]>();
const { compare } = new Intl.Collator("en");

// entriesOf lists the current blocks once: those that run first, then by title.
function entriesOf(blocks: Block[]): Entry[] {
  const known = listed.get(blocks);
  if (known) return known;
  const entries = current(blocks)
    .sort((a, b) => Number(b.runnable ?? false) - Number(a.runnable ?? false) || compare(a.title ?? "", b.title ?? ""))
    .map((block) => ({ block, name: `${block.title} ${block.type}`.toLowerCase(), text: textOf(block) }));
  listed.set(blocks, entries);
  return entries;
}

function textOf(block: Block): string {
  return [block.title, block.type, block.help, titleOfCategory(block.category ?? ""), ...(block.inputKinds ?? [])]
    .concat(outputsOf(block).flatMap((o) => o.kinds))
    .join(" ")
    .toLowerCase();
}

// groups sorts what a search finds: fitting blocks first, then by category. Blocks whose name
// has the words precede those that only mention them, and blocks that run precede others.
export function groups(blocks: Block[], text: string, from: Source | null): Group[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  const found = entriesOf(blocks).filter((e) => words.every((w) => e.text.includes(w)));
  const named = new Set(found.filter((e) => words.every((w) => e.name.includes(w))).map((e) => e.block));
  const sorted = found.map((e) => e.block).sort((a, b) => Number(named.has(b)) - Number(named.has(a)));
  const exact = (b: Block) => !!from && from.kinds.some((k) => k !== "*" && (b.inputKinds ?? []).includes(k));
  const fitting = new Set(sorted.filter((b) => b.runnable && exact(b)));
  const out: Group[] = [];
  if (fitting.size > 0) out.push({ id: "fitting", title: `Takes ${from!.node.split(".")[1]}`, blocks: [...fitting] });
  const rest = new Map<string, Block[]>(titles.map(([c]) => [c, []]));
  for (const b of sorted) {
    if (fitting.has(b)) continue;
    const category = b.category ?? "other";
    const list = rest.get(category);
    if (list) list.push(b);
    else rest.set(category, [b]);
  }
  const others = [...rest]
    .filter(([, list]) => list.length > 0)
    .map(([category, list]) => ({ id: category, title: titleOfCategory(category), blocks: list }));
  const first = (g: Group) => Number(named.has(g.blocks[0]!));
  return [...out, ...others.sort((a, b) => first(b) - first(a))];
}
