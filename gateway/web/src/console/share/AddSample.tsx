import { useState } from "react";
import type { Input as WorkflowInput } from "../../api/client";
import type { Sample } from "../../api/owner";
import { kindOf } from "../../run/fields";
import { ParameterField } from "../../run/ParameterField";
import { PictureField } from "../../run/PictureField";
import { readForm } from "../../run/read";
import { useForm, type Given } from "../../run/useForm";
import { Button } from "../../ui/Button";
import { Field, Input } from "../../ui/Field";
import style from "./More.module.css";

interface Props {
  inputs: WorkflowInput[];
  taken: string[];
  last?: Given; // the inputs of the owner's last run
  onAdd: (samples: Sample[]) => void;
  onClose: () => void;
}

const nothing = new Map();

// AddSample takes the values of a sample in the fields that visitors have.
export function AddSample({ inputs, taken, last, onAdd, onClose }: Props) {
  const form = useForm(inputs, nothing, nothing);
  const [title, setTitle] = useState("");
  const [errors, setErrors] = useState<Record<string, string>>({});
  const twice = taken.includes(title.trim());
  const add = async () => {
    const read = await readForm(inputs, form, () => "");
    setErrors(read.errors);
    if (Object.keys(read.errors).length > 0) return;
    const values = Object.entries((read.request.inputs ?? {}) as Record<string, unknown>);
    onAdd(values.map(([input, value]) => ({ input, value: value as Sample["value"], title: title.trim() })));
  };
  const fill = (from: Given) => {
    for (const { name = "" } of inputs) {
      const picture = from.pictures[name];
      if (picture) form.setPicture(name, picture);
      if (from.texts[name] !== undefined) form.setText(name, from.texts[name]);
    }
  };
  return (
    <div className={style.add}>
      {last && (
        <Button icon="history" onClick={() => fill(last)}>
          Take the inputs of my last run
        </Button>
      )}
      <Field label="Title of the sample" error={twice && "Another sample has this title."}>
        {(d) => <Input {...d} maxLength={80} value={title} onChange={(e) => setTitle(e.target.value)} />}
      </Field>
      {inputs.map((input) => {
        const name = input.name ?? "";
        return kindOf(input) === "picture" ? (
          <PictureField
            key={name}
            input={input}
            picture={form.pictures[name]}
            samples={[]}
            unusable={form.unusable[name]}
            error={errors[name]}
            disabled={false}
            onPicture={(p) => form.setPicture(name, p)}
            onUnusable={(why) => form.setUnusable(name, why)}
          />
        ) : (
          <ParameterField
            key={name}
            input={input}
            text={form.texts[name] ?? ""}
            error={errors[name]}
            disabled={false}
            onText={(t) => form.setText(name, t)}
          />
        );
      })}
      <div className={style.order}>
        <Button disabled={!title.trim() || twice} onClick={() => void add()}>
          Add
        </Button>
        <Button look="ghost" onClick={onClose}>
          Cancel
        </Button>
      </div>
    </div>
  );
}
