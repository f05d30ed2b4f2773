import { useMemo } from "react";
import { Combobox } from "../../ui/Combobox";
import type { Wiring } from "../catalogue/fields";
import { downstream, fits, kindWords, sources, takes } from "../catalogue/fit";
import { useEditing } from "../context";

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
  const choices = useMemo(() => {
    const later = downstream(doc, owner);
    if (wiring.target)
      return doc.steps
        .filter((s) => `steps.${s.name}` !== owner)
        .map((s) => ({ value: `$steps.${s.name}`, label: s.name }));
    return sources(doc, catalogue.blockOf)
      .filter((s) => !later.has(s.node) && fits(s.kinds, wiring.kinds))
      .map((s) => ({ value: s.selector, label: shortOf(s.selector), note: kindWords(s.kinds) }));
  }, [doc, catalogue, owner, wiring]);
  const now = typeof value === "string" ? value : "";
  const known = choices.some((c) => c.value === now);
  return (
    <Combobox
      label={label}
      value={now}
      onChange={onChange}
      placeholder={`Choose ${takes(wiring)}`}
      choices={known || !now ? choices : [{ value: now, label: shortOf(now), note: "does not fit" }, ...choices]}
      empty={wiring.target ? "There is no other step." : `No step before this one gives ${takes(wiring)}.`}
    />
  );
}

// shortOf is a reference as people read it: "crop.crops".
export const shortOf = (selector: string) => selector.replace(/^\$(inputs|steps)\./, "");
