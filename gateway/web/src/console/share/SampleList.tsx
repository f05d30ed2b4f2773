import { useState } from "react";
import type { Input as WorkflowInput } from "../../api/client";
import { moment } from "../../api/explain";
import type { Failure } from "../../api/failure";
import { storeExample, type Sample, type Share } from "../../api/owner";
import { lastRun } from "../../run/lastRun";
import { Button } from "../../ui/Button";
import { Field, Input } from "../../ui/Field";
import { useToast } from "../../ui/Toast";
import { Trouble } from "../parts/Trouble";
import { AddSample } from "./AddSample";
import style from "./More.module.css";
import { pathOfShare } from "./share";

interface Props {
  share: Share;
  inputs: WorkflowInput[];
  samples: Sample[];
  set: (samples: Sample[]) => void;
  saved: boolean;
  onChanged: () => Promise<void>;
}

const most = 6; // samples that visitors can pick from

// SampleList is what visitors can start from, with the stored result of each.
export function SampleList({ share, inputs, samples, set, saved, onChanged }: Props) {
  const [adding, setAdding] = useState(false);
  const titles = [...new Set(samples.map((s) => s.title ?? ""))];
  return (
    <fieldset className={style.group}>
      <legend>Samples</legend>
      {titles.length === 0 && <p className={style.why}>None. Visitors start from an empty form.</p>}
      <ul className={style.rows}>
        {titles.map((title) => (
          <li key={title} className={style.sample}>
            <strong>{title || "Sample"}</strong>
            <span className={style.why}>
              {samples
                .filter((s) => (s.title ?? "") === title)
                .map((s) => s.input)
                .join(", ")}
            </span>
            <Example share={share} sample={title} saved={saved} onChanged={onChanged} />
            <Button
              aria-label={`Remove ${title || "the sample"}`}
              icon="cross"
              onClick={() => set(samples.filter((s) => (s.title ?? "") !== title))}
            >
              Remove
            </Button>
          </li>
        ))}
      </ul>
      {adding ? (
        <AddSample
          inputs={inputs.filter((i) => !i.credential)}
          taken={titles}
          last={lastRun(pathOfShare(share))}
          onAdd={(more) => (set([...samples, ...more]), setAdding(false))}
          onClose={() => setAdding(false)}
        />
      ) : (
        <Button icon="plus" disabled={titles.length >= most} onClick={() => setAdding(true)}>
          Add a sample
        </Button>
      )}
    </fieldset>
  );
}

interface ExampleProps {
  share: Share;
  sample: string;
  saved: boolean;
  onChanged: () => Promise<void>;
}

// Example stores the result of a sample. Where visitors bring credentials, so does the owner.
function Example({ share, sample, saved, onChanged }: ExampleProps) {
  const say = useToast();
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<Failure | null>(null);
  const stored = share.examples?.find((e) => (e.sample ?? "") === sample);
  const wanted =
    failure?.reason === "INPUT_MISSING" ? failure.violations.map((v) => v.field.replace("inputs.", "")) : [];
  const [credentials, setCredentials] = useState<Record<string, string>>({});
  const store = async () => {
    setBusy(true);
    setFailure(null);
    try {
      await storeExample(pathOfShare(share), sample, credentials);
      setCredentials({});
      await onChanged();
      say("The example is stored");
    } catch (cause) {
      setFailure(cause as Failure);
    }
    setBusy(false);
  };
  return (
    <>
      {stored && <span className={style.why}>Example of {moment(stored.createTime ?? "")}</span>}
      <Button
        icon="play"
        busy={busy}
        disabled={!saved}
        title={saved ? undefined : "Save the changes first"}
        onClick={() => void store()}
      >
        {stored ? "Run again" : "Run and show as example"}
      </Button>
      {failure && <Trouble failure={failure} />}
      {wanted.map((name) => (
        <Field key={name} label={name} help="Used for this run alone, as a visitor's is.">
          {(d) => (
            <Input
              {...d}
              secret
              value={credentials[name] ?? ""}
              onChange={(e) => setCredentials({ ...credentials, [name]: e.target.value })}
            />
          )}
        </Field>
      ))}
    </>
  );
}
