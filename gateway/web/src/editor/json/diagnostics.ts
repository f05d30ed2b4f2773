// The problems as places of the text.
import type { Diagnostic } from "@codemirror/lint";
import { find, pathOf, type Doc } from "../model/doc";
import type { Trouble } from "../problems/problems";
import { nodeAt } from "../text/patch";
import { Fault, parseTree } from "../text/tree";

export function diagnosticsOf(doc: Doc, troubles: Trouble[]): Diagnostic[] {
  const root = parseTree(doc.text);
  return troubles.map((t) => {
    const element = t.id ? find(doc, t.id) : undefined;
    const path = element ? pathOf(element) : [];
    const field = t.field.split(/[.[]/)[0];
    const node =
      (field && nodeAt(root, [...path, field])) || nodeAt(root, [...path, "name"]) || nodeAt(root, path) || root;
    const whole = node === root;
    return {
      from: whole ? 0 : node.start,
      to: whole ? 1 : node.end,
      severity: t.weight === "stops" ? "error" : "warning",
      message: t.text,
    };
  });
}

// faultOf is where a text stops being JSON.
export function faultOf(text: string): Diagnostic[] {
  try {
    parseTree(text);
    return [];
  } catch (cause) {
    if (!(cause instanceof Fault)) return [];
    const from = Math.max(0, Math.min(cause.offset, text.length - 1));
    return [{ from, to: Math.min(text.length, from + 1), severity: "error", message: cause.message }];
  }
}
