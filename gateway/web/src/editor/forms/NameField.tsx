import { useState } from "react";
import { Field, Input } from "../../ui/Field";
import { useEditing } from "../context";
import { nameProblem, split } from "../model/doc";
import { rename } from "../model/edit";

// NameField renames an element once the name is good and the field is left, or Enter pressed.
export function NameField({ id, disabled }: { id: string; disabled: boolean }) {
  const { document, select, selected } = useEditing();
  const [place, name] = split(id);
  const [text, setText] = useState(name);
  const problem = text === name ? "" : nameProblem(document.doc, place, text, name);
  const commit = () => {
    if (problem || text === name) return setText(problem ? name : text);
    document.edit((t) => rename(t, id, text));
    if (selected === id) select(`${place}.${text}`);
  };
  return (
    <Field label="Name" error={problem}>
      {(d) => (
        <Input
          {...d}
          mono
          value={text}
          disabled={disabled}
          maxLength={120}
          onChange={(e) => setText(e.target.value)}
          onBlur={commit}
          onKeyDown={(e) => e.key === "Enter" && commit()}
        />
      )}
    </Field>
  );
}
