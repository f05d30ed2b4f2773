// What differs between two definitions, by block.
import { stringify } from "../../json/exact";
import { places, readDoc } from "../model/doc";

export interface Change {
  id: string; // "steps.crop"
  what: "added" | "removed" | "changed";
}

export function changesBetween(before: string, after: string): Change[] {
  const [a, b] = [elementsOf(before), elementsOf(after)];
  const gone = [...a.keys()].filter((id) => !b.has(id)).map((id): Change => ({ id, what: "removed" }));
  const rest = [...b].flatMap(([id, fields]): Change[] => {
    const old = a.get(id);
    if (old === undefined) return [{ id, what: "added" }];
    return old === fields ? [] : [{ id, what: "changed" }];
  });
  return [...gone, ...rest];
}

function elementsOf(text: string): Map<string, string> {
  const doc = readDoc(text);
  return new Map(places.flatMap((p) => doc[p].map((e) => [`${p}.${e.name}`, stringify(e.fields)] as const)));
}
