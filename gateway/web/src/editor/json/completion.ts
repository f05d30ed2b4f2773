// Completion from the document and the catalogue: block types, references, fields.
import type { Completion, CompletionContext, CompletionResult } from "@codemirror/autocomplete";
import type { Block } from "../../api/editor";
import { fieldsOf } from "../catalogue/fields";
import { sources } from "../catalogue/fit";
import { current } from "../catalogue/search";
import type { Doc } from "../model/doc";

export interface Known {
  doc: Doc;
  blocks: Block[];
  blockOf: (type: string) => Block | undefined;
}

export function completions(context: CompletionContext, known: Known): CompletionResult | null {
  const value = context.matchBefore(/"type"\s*:\s*"[^"]*/);
  if (value) {
    const from = value.from + value.text.lastIndexOf('"') + 1;
    return { from, options: types(known), validFor: /^[^"]*$/ };
  }
  const reference = context.matchBefore(/"\$[^"]*/);
  if (reference) return { from: reference.from + 1, options: references(known), validFor: /^[^"]*$/ };
  const key = context.matchBefore(/[{,]\s*"[A-Za-z_]*/);
  if (!key) return null;
  const options = fields(context, known);
  return options.length > 0 ? { from: key.from + key.text.lastIndexOf('"') + 1, options, validFor: /^\w*$/ } : null;
}

const types = (known: Known): Completion[] => [
  ...["WorkflowImage", "WorkflowParameter", "JsonField"].map((label) => ({ label, type: "type" })),
  ...current(known.blocks).map((b) => ({
    label: b.type ?? "",
    detail: b.title,
    info: b.help,
    type: "class",
    boost: b.runnable ? 1 : -1,
  })),
];

const references = (known: Known): Completion[] =>
  sources(known.doc, known.blockOf).map((s) => ({ label: s.selector, detail: s.kinds.join(", "), type: "variable" }));

// fields are those of the block whose step the cursor is in.
function fields(context: CompletionContext, known: Known): Completion[] {
  const before = context.state.sliceDoc(0, context.pos);
  const type = /"type"\s*:\s*"([^"]+)"(?![\s\S]*"type"\s*:)/.exec(before)?.[1] ?? "";
  return fieldsOf(known.blockOf(type)).map((f) => ({
    label: f.name,
    detail: f.required ? "required" : undefined,
    info: f.help || undefined,
    type: "property",
  }));
}
