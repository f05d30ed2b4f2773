import { useEffect, useId, useRef, useState, type FormEvent } from "react";
import type { Input, RunRequest, SharedWorkflow } from "../api/client";
import { Failure } from "../api/failure";
import { Icon } from "../ui/icons";
import { CredentialField } from "./CredentialField";
import { initial, kindOf, parse } from "./fields";
import { KeyField } from "./KeyField";
import { ParameterField } from "./ParameterField";
import { largest, ofValue, toInput, type Picture } from "./picture";
import { PictureField } from "./PictureField";
import type { Run } from "./useRun";

interface Props {
  view: SharedWorkflow;
  run: Run;
  ownKey: string;
  setKey: (key: string) => void;
  keyRefused: Failure | null;
  onRun: (request: RunRequest, picture: Picture | null) => Promise<void>;
  onRefuse: (failure: Failure) => void;
  onCancel: () => void;
}

// RunPanel is the form for the inputs of the shared workflow.
export function RunPanel({ view, run, ownKey, setKey, keyRefused, onRun, onRefuse, onCancel }: Props) {
  const inputs = view.interface?.inputs ?? [];
  const title = useId();
  const [texts, setTexts] = useState<Record<string, string>>(() => startTexts(view));
  const [pictures, setPictures] = useState<Record<string, Picture | null>>({});
  const [errors, setErrors] = useState<Record<string, string>>({});
  const form = useRef<HTMLFormElement>(null);
  const running = run.phase === "running";
  useSamples(view, setPictures);
  useServerErrors(run.failure, inputs, setErrors);

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (running) return onCancel();
    const read = await readAll(inputs, texts, pictures, form.current!);
    setErrors(read.errors);
    const first = Object.keys(read.errors)[0];
    if (first) {
      form.current?.querySelector<HTMLElement>(`[data-input="${CSS.escape(first)}"]`)?.focus();
      return onRefuse(
        new Failure(`Check: ${Object.keys(read.errors).join(", ")}.`, read.invalid ? "INPUT_INVALID" : "INPUT_MISSING"),
      );
    }
    const request = { inputs: read.values, destinations: read.destinations, requestId: requestId() };
    try {
      await onRun(request, Object.values(pictures).find((p) => p?.shown) ?? null);
    } finally {
      for (const field of form.current?.querySelectorAll<HTMLInputElement>("input[data-credential]") ?? [])
        field.value = "";
    }
  };

  const field = (input: Input) => {
    const name = input.name ?? "";
    const error = errors[name];
    const clear = () => setErrors(({ [name]: _, ...rest }) => rest);
    switch (kindOf(input)) {
      case "picture":
        return (
          <PictureField
            key={name}
            input={input}
            picture={pictures[name] ?? null}
            sample={sampleOf(view, name)}
            error={error}
            disabled={running}
            onPicture={(p) => {
              clear();
              setPictures((all) => ({ ...all, [name]: p }));
            }}
            failure={run.failure}
          />
        );
      case "credential":
        return (
          <CredentialField
            key={name}
            input={input}
            moved={!!view.terms?.movedCredentials?.includes(name)}
            error={error}
            disabled={running}
            onType={clear}
          />
        );
      default:
        return (
          <ParameterField
            key={name}
            input={input}
            text={texts[name] ?? ""}
            error={error}
            disabled={running}
            onText={(t) => {
              clear();
              setTexts((all) => ({ ...all, [name]: t }));
            }}
          />
        );
    }
  };

  return (
    <form
      ref={form}
      className="panel run-panel"
      aria-labelledby={title}
      onSubmit={submit}
      noValidate
      autoComplete="off"
    >
      <div className="panel-head">
        <h2 id={title}>Input</h2>
      </div>
      <div className="run-fields">
        {inputs.length === 0 && <p className="quiet-text">This workflow has no inputs.</p>}
        {inputs.map(field)}
        <KeyField
          ownKey={ownKey}
          setKey={setKey}
          refused={keyRefused}
          charged={view.terms?.charged ?? ""}
          disabled={running}
        />
      </div>
      <div className="run-foot">
        <button
          type="submit"
          className={running ? "button run-button" : "button primary run-button"}
          disabled={!running && !view.runnable}
        >
          <Icon name={running ? "stop" : "play"} /> {running ? "Cancel" : "Run"}
        </button>
      </div>
    </form>
  );
}

function sampleOf(view: SharedWorkflow, name: string): unknown {
  return view.samples?.find((s) => s.input === name)?.value;
}

function startTexts(view: SharedWorkflow): Record<string, string> {
  const texts: Record<string, string> = {};
  for (const i of view.interface?.inputs ?? []) {
    const kind = kindOf(i);
    if (kind !== "picture" && kind !== "credential") texts[i.name ?? ""] = initial(i, sampleOf(view, i.name ?? ""));
  }
  return texts;
}

// useSamples fills in the owner's sample pictures, so that one click runs the workflow.
function useSamples(
  view: SharedWorkflow,
  set: (change: (all: Record<string, Picture | null>) => Record<string, Picture | null>) => void,
) {
  const hash = view.versionHash;
  useEffect(() => {
    let stale = false;
    for (const s of view.samples ?? []) {
      const input = view.interface?.inputs?.find((i) => i.name === s.input);
      if (!input || kindOf(input) !== "picture") continue;
      ofValue(s.value).then(
        (p) => !stale && p && set((all) => (all[s.input!] ? all : { ...all, [s.input!]: p })),
        () => undefined,
      );
    }
    return () => {
      stale = true;
    };
  }, [hash]); // eslint-disable-line react-hooks/exhaustive-deps -- samples belong to the version
}

// useServerErrors marks the fields that the server rejected.
function useServerErrors(failure: Failure | undefined, inputs: Input[], set: (e: Record<string, string>) => void) {
  useEffect(() => {
    if (!failure?.violations.length) return;
    const found: Record<string, string> = {};
    for (const v of failure.violations) {
      const input = inputs.find((i) => v.field === i.name || v.field.split(/[.[\]"]+/).includes(i.name ?? ""));
      if (input) found[input.name!] = v.description || failure.message;
    }
    if (Object.keys(found).length) set(found);
  }, [failure]); // eslint-disable-line react-hooks/exhaustive-deps -- once for each failure
}

async function readAll(
  inputs: Input[],
  texts: Record<string, string>,
  pictures: Record<string, Picture | null>,
  form: HTMLFormElement,
) {
  const values: Record<string, unknown> = {};
  const destinations: Record<string, string> = {};
  const errors: Record<string, string> = {};
  let invalid = false; // a value was given and is invalid
  for (const input of inputs) {
    const name = input.name ?? "";
    const kind = kindOf(input);
    if (kind === "picture") {
      const picture = pictures[name];
      if (picture?.blob && picture.blob.size > largest()) {
        errors[name] = "Shrink the picture, or choose another one.";
        invalid = true;
      } else if (picture)
        values[name] = input.type === "WorkflowBatchInput" ? [await toInput(picture)] : await toInput(picture);
      else if (input.required) errors[name] = "Choose a picture.";
    } else if (kind === "credential") {
      const typed = form.querySelector<HTMLInputElement>(`input[data-credential="${CSS.escape(name)}"]`)?.value ?? "";
      if (typed) {
        values[name] = typed;
        if (input.destination) destinations[name] = input.destination;
      } else if (input.required) errors[name] = "Enter this credential.";
    } else {
      const parsed = parse(input, texts[name] ?? "");
      if (parsed === "absent") continue;
      if ("error" in parsed) {
        errors[name] = parsed.error;
        invalid ||= (texts[name] ?? "").trim() !== "";
      } else values[name] = parsed.value;
    }
  }
  return { values, destinations, errors, invalid };
}

// requestId identifies the run, so that a request sent twice runs once. It does not use
// randomUUID, which exists only in secure contexts.
function requestId(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (b) => b.toString(16).padStart(2, "0")).join("");
}
