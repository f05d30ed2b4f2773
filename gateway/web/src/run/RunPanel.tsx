import { useEffect, useId, useRef, useState, type FormEvent, type ReactNode } from "react";
import type { Input, RunRequest } from "../api/client";
import type { Failure } from "../api/failure";
import { Button } from "../ui/Button";
import panel from "../ui/Panel.module.css";
import { CredentialField } from "./CredentialField";
import { fieldErrors } from "./errors";
import { kindOf } from "./fields";
import { ParameterField } from "./ParameterField";
import type { Picture } from "./picture";
import { PictureField } from "./PictureField";
import { readForm } from "./read";
import style from "./RunPanel.module.css";
import type { Form, Given } from "./useForm";
import type { Run } from "./useRun";

interface Props {
  inputs: Input[];
  form: Form;
  // By input: the owner's sample pictures.
  samples: Map<string, Picture[]>;
  // Credential inputs whose destination the owner has changed since the link was made.
  moved?: string[];
  run: Run;
  runnable: boolean;
  // Under the button: what a run uses.
  cost?: ReactNode;
  onRun: (request: RunRequest, given: Given) => Promise<Run>;
  onCancel: () => void;
  // Before the fields.
  lead?: ReactNode;
  // More fields, at the end of the form.
  children?: ReactNode;
}

// RunPanel is the form for the inputs of a workflow.
export function RunPanel({
  inputs,
  form,
  samples,
  moved = [],
  run,
  runnable,
  cost,
  onRun,
  onCancel,
  lead,
  children,
}: Props) {
  const title = useId();
  const root = useRef<HTMLFormElement>(null);
  const keep = useRef(new Set<string>());
  const [errors, setErrors] = useErrors(inputs, run.failure);
  const running = run.phase === "running";
  const blocked = Object.keys(form.unusable).length > 0;
  const credential = (name: string) =>
    root.current?.querySelector<HTMLInputElement>(`input[data-credential="${CSS.escape(name)}"]`);

  const picture = inputs.find((i) => kindOf(i) === "picture")?.name;
  const choose = () => root.current?.querySelector<HTMLElement>(`[data-input="${CSS.escape(picture ?? "")}"]`)?.click();

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (running) return onCancel();
    const read = await readForm(inputs, form, (name) => credential(name)?.value ?? "");
    setErrors(read.errors);
    const first = Object.keys(read.errors)[0];
    if (first) return root.current?.querySelector<HTMLElement>(`[data-input="${CSS.escape(first)}"]`)?.focus();
    const end = await onRun(read.request, { texts: form.texts, pictures: form.pictures });
    // After a failure the visitor tries again; after a result nothing needs the credential.
    if (end.phase !== "succeeded") return;
    for (const i of inputs) {
      const field = i.credential && !keep.current.has(i.name ?? "") && credential(i.name ?? "");
      if (field) field.value = "";
    }
  };

  const fieldOf = (input: Input) => {
    const name = input.name ?? "";
    const clear = () => setErrors(({ [name]: _, ...rest }) => rest);
    const common = { input, error: errors[name], disabled: running };
    switch (kindOf(input)) {
      case "picture":
        return (
          <PictureField
            key={name}
            {...common}
            picture={form.pictures[name]}
            samples={samples.get(name) ?? []}
            unusable={form.unusable[name]}
            failure={run.failure}
            onUnusable={(why) => (clear(), form.setUnusable(name, why))}
            onPicture={(p) => (clear(), form.setPicture(name, p))}
          />
        );
      case "credential":
        return (
          <CredentialField
            key={name}
            {...common}
            moved={moved.includes(name)}
            onType={clear}
            onKeep={(on) => void (on ? keep.current.add(name) : keep.current.delete(name))}
          />
        );
      default:
        return (
          <ParameterField
            key={name}
            {...common}
            text={form.texts[name] ?? ""}
            onText={(t) => (clear(), form.setText(name, t))}
          />
        );
    }
  };

  return (
    <form
      ref={root}
      className={`${panel.panel} ${style.panel}`}
      aria-labelledby={title}
      data-part="form"
      onSubmit={submit}
      noValidate
      autoComplete="off"
    >
      <h2 className="sr-only" id={title}>
        Input
      </h2>
      <div className={style.fields}>
        {lead}
        {inputs.length === 0 && <p className={style.quiet}>This workflow has no inputs.</p>}
        {inputs.map(fieldOf)}
        {children}
      </div>
      <div className={style.foot}>
        {picture && (
          <Button size={48} icon="camera" className={style.yours} disabled={running} onClick={choose}>
            Your picture
          </Button>
        )}
        <Button
          type="submit"
          look={running ? "outline" : "filled"}
          size={44}
          icon={running ? "stop" : "play"}
          className={style.run}
          disabled={!running && (!runnable || blocked)}
        >
          {running ? "Stop" : "Run"}
        </Button>
        <p className={style.cost}>{blocked ? "Choose another picture first." : cost}</p>
      </div>
    </form>
  );
}

// useErrors holds the errors at the fields: the form's own, and the server's.
function useErrors(inputs: Input[], failure: Failure | undefined) {
  const [errors, setErrors] = useState<Record<string, string>>({});
  useEffect(() => {
    if (failure) setErrors(fieldErrors(inputs, failure));
  }, [inputs, failure]);
  return [errors, setErrors] as const;
}
