// The catalogue as a person looks through it.
import type { Block } from "../../api/editor";
import { outputsOf, type Source } from "./fit";

export interface Group {
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

export function matches(block: Block, words: string[]): boolean {
  const text = [block.title, block.type, block.help, titleOfCategory(block.category ?? ""), ...(block.inputKinds ?? [])]
    .concat(outputsOf(block).flatMap((o) => o.kinds))
    .join(" ")
    .toLowerCase();
  return words.every((w) => text.includes(w));
}

// groups sorts what a search finds: fitting blocks first, then by category. Blocks whose name
// has the words precede those that only mention them, and blocks that run precede others.
export function groups(blocks: Block[], text: string, from: Source | null): Group[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  const found = current(blocks).filter((b) => matches(b, words));
  const named = (b: Block) => Number(words.every((w) => `${b.title} ${b.type}`.toLowerCase().includes(w)));
  const order = (a: Block, b: Block) =>
    named(b) - named(a) ||
    Number(b.runnable ?? false) - Number(a.runnable ?? false) ||
    (a.title ?? "").localeCompare(b.title ?? "");
  const exact = (b: Block) => !!from && from.kinds.some((k) => k !== "*" && (b.inputKinds ?? []).includes(k));
  const out: Group[] = [];
  const fitting = from ? found.filter((b) => exact(b) && b.runnable).sort(order) : [];
  if (fitting.length > 0) out.push({ title: `Takes ${from!.node.split(".")[1]}`, blocks: fitting });
  const rest = found.filter((b) => !fitting.includes(b));
  const categories = [...titles.map(([c]) => c), ...new Set(rest.map((b) => b.category ?? "other"))];
  const others: Group[] = [];
  for (const category of new Set(categories)) {
    const list = rest.filter((b) => (b.category ?? "other") === category).sort(order);
    if (list.length > 0) others.push({ title: titleOfCategory(category), blocks: list });
  }
  return [...out, ...others.sort((a, b) => named(b.blocks[0]!) - named(a.blocks[0]!))];
}
