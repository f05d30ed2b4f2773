import { useCallback } from "react";
import { Combobox, type Choice } from "../../ui/Combobox";
import type { Wiring } from "../catalogue/fields";
import { downstream, fits, kindWords, sources, takes } from "../catalogue/fit";
import type { Catalogue } from "../catalogue/useBlocks";
import { useEditing } from "../context";
import type { Doc } from "../model/doc";

interface Props {
  label: string;
  owner: string; // "steps.crop": what follows it cannot be referred to
  wiring: Wiring;
  value: unknown;
  onChange: (selector: string) => void;
}

// ReferencePicker offers the inputs and the outputs of earlier steps that fit.
export function ReferencePicker({ label, owner, wiring, value, onChange }: Props) {
  const { document, catalogue } = useEditing();
  const { doc } = document;
  const now = typeof value === "string" ? value : "";
  const choices = useCallback(() => {
    const all = choicesFor(doc, catalogue.blockOf, owner, wiring);
    const known = !now || all.some((c) => c.value === now);
    return known ? all : [{ value: now, label: shortOf(now), note: "does not fit" }, ...all];
  }, [doc, catalogue, owner, wiring, now]);
  return (
    <Combobox
      label={label}
      value={now}
      onChange={onChange}
      placeholder={`Choose ${takes(wiring)}`}
      choices={choices}
      shown={shortOf(now)}
      empty={wiring.target ? "There is no other step." : `No step before this one gives ${takes(wiring)}.`}
    />
  );
}

function choicesFor(doc: Doc, blockOf: Catalogue["blockOf"], owner: string, wiring: Wiring): Choice[] {
  if (wiring.target)
    return doc.steps
      .filter((s) => `steps.${s.name}` !== owner)
      .map((s) => ({ value: `$steps.${s.name}`, label: s.name }));
  const later = downstream(doc, owner);
  return sources(doc, blockOf)
    .filter((s) => !later.has(s.node) && fits(s.kinds, wiring.kinds))
    .map((s) => ({ value: s.selector, label: shortOf(s.selector), note: kindWords(s.kinds) }));
}

// shortOf is a reference as people read it: "crop.crops".
export const shortOf = (selector: string) => selector.replace(/^\$(inputs|steps)\./, "");
