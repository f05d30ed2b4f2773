import { useMutation } from "@tanstack/react-query";
import { useId, useRef, useState } from "react";
import { forkShared, whoami, type Fork, type ForkReport, type SharedWorkflow } from "../../api/client";
import { explain } from "../../api/explain";
import type { Failure } from "../../api/failure";
import { CopyButton } from "../../ui/CopyButton";
import { Dialog } from "../../ui/Dialog";
import { Icon } from "../../ui/icons";
import { sentence } from "../Problem";

interface Props {
  view: SharedWorkflow;
  token: string;
  ownKey: string;
  onClose: () => void;
}

interface Place {
  parent: string;
  report: ForkReport;
}

// ForkDialog makes the visitor's own copy, in steps: the key, what the copy lacks, the copy.
export default function ForkDialog({ view, token, ownKey, onClose }: Props) {
  const [key, setKey] = useState(ownKey);
  const [title, setTitle] = useState(view.title ?? "");
  const [id, setID] = useState("");
  const look = useMutation<Place, Failure, string>({
    mutationFn: async (k) => {
      const who = await whoami(k);
      const { report } = await forkShared(token, k, { parent: who.workspace ?? "", validateOnly: true });
      return { parent: who.workspace ?? "", report: report ?? {} };
    },
  });
  const fork = useMutation<Fork, Failure, Place>({
    mutationFn: (p) => forkShared(token, key, { parent: p.parent, title, ...(id ? { workflowId: id } : {}) }),
  });
  return (
    <Dialog
      open
      onClose={onClose}
      title={fork.data ? "Forked" : "Fork this workflow"}
      description={
        fork.data
          ? "The copy is yours. Changes of the original do not affect it."
          : "Makes a copy in your own workspace, without the owner's credentials and private models."
      }
    >
      {fork.data ? (
        <Done fork={fork.data} onClose={onClose} />
      ) : look.data ? (
        <form
          onSubmit={(e) => {
            e.preventDefault();
            fork.mutate(look.data);
          }}
          autoComplete="off"
        >
          <p className="fork-place">
            Into workspace <strong>{look.data.parent.replace("workspaces/", "")}</strong>{" "}
            <button type="button" className="button link" onClick={() => look.reset()}>
              Use another key
            </button>
          </p>
          <Field label="Title" value={title} onChange={setTitle} />
          <Field
            label="Id"
            value={id}
            onChange={(v) => setID(v.toLowerCase())}
            optional
            hint="Made from the title when empty. Letters, digits, - and _."
          />
          <Report report={look.data.report} when="before" />
          {fork.error && <Trouble failure={fork.error} />}
          <div className="dialog-foot">
            <button type="submit" className="button primary" disabled={fork.isPending}>
              {fork.isPending ? "Forking…" : "Fork"}
            </button>
          </div>
        </form>
      ) : (
        <KeyStep
          key="key"
          start={ownKey}
          busy={look.isPending}
          failure={look.error}
          onKey={(k) => {
            setKey(k);
            look.mutate(k);
          }}
        />
      )}
    </Dialog>
  );
}

function KeyStep({
  start,
  busy,
  failure,
  onKey,
}: {
  start: string;
  busy: boolean;
  failure: Failure | null;
  onKey: (key: string) => void;
}) {
  const id = useId();
  const input = useRef<HTMLInputElement>(null);
  const [empty, setEmpty] = useState(!start);
  return (
    <form
      autoComplete="off"
      onSubmit={(e) => {
        e.preventDefault();
        onKey(input.current?.value.trim() || start);
      }}
    >
      <div className="field">
        <label htmlFor={id}>
          <Icon name="key" /> Your Keyhole key
        </label>
        <input
          ref={input}
          id={id}
          type="password"
          autoComplete="off"
          autoCapitalize="off"
          spellCheck={false}
          data-1p-ignore=""
          data-lpignore="true"
          placeholder={start ? "the key that you run on" : "kh_…"}
          aria-invalid={!!failure}
          onChange={(e) => setEmpty(!start && !e.target.value.trim())}
        />
        <p className="hint">The copy goes to the workspace of this key. Only this page keeps the key.</p>
      </div>
      {failure && <Trouble failure={failure} />}
      <div className="dialog-foot">
        <button type="submit" className="button primary" disabled={busy || empty}>
          {busy ? "Checking…" : "Continue"}
        </button>
      </div>
    </form>
  );
}

function Field({
  label,
  value,
  onChange,
  optional,
  hint,
}: {
  label: string;
  value: string;
  onChange: (v: string) => void;
  optional?: boolean;
  hint?: string;
}) {
  const id = useId();
  return (
    <div className="field">
      <label htmlFor={id}>
        {label} {optional && <span className="optional">optional</span>}
      </label>
      <input
        id={id}
        type="text"
        value={value}
        maxLength={200}
        autoComplete="off"
        onChange={(e) => onChange(e.target.value)}
      />
      {hint && <p className="hint">{hint}</p>}
    </div>
  );
}

// Report lists what the copy lacks, as the API reports it.
function Report({ report, when }: { report: ForkReport; when: "before" | "after" }) {
  const slots = report.unboundSlots ?? [];
  const models = report.unreachableModels ?? [];
  return (
    <section className="report" aria-label="Fork report">
      <h3>{when === "before" ? "Before it runs, you need" : "It still needs"}</h3>
      {slots.length === 0 && models.length === 0 && (
        <p>
          <Icon name="check" /> Nothing. It runs as it is.
        </p>
      )}
      <ul>
        {slots.map((s) => (
          <li key={`${s.step}.${s.field}`}>
            <Icon name="key" />
            <span>
              <code>
                {s.step}.{s.field}
              </code>{" "}
              needs your own credential{s.provider && <> for {s.provider}</>}
              {s.destination && (
                <>
                  , sent to <code>{s.destination}</code>
                </>
              )}
              .
            </span>
          </li>
        ))}
        {models.map((m) => (
          <li key={m}>
            <Icon name="model" />
            <span>
              Model <code>{m}</code> is private: choose another model in that step.
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Trouble({ failure }: { failure: Failure }) {
  const { title, advice } = explain(failure);
  return (
    <div className="notice" role="alert">
      <Icon name="warning" />
      <div>
        <strong>{title}.</strong>
        <p>
          {sentence(failure.message)} {failure.reason === "UNAUTHENTICATED" ? "" : advice}
        </p>
      </div>
    </div>
  );
}

function Done({ fork, onClose }: { fork: Fork; onClose: () => void }) {
  const name = fork.workflow?.name ?? "";
  return (
    <div>
      <p className="fork-name">
        <code>{name}</code> <CopyButton className="button small" text={name} label="Copy name" />
      </p>
      {fork.report?.forkedFrom && <p className="quiet-text">Forked from {fork.report.forkedFrom}.</p>}
      <Report report={fork.report ?? {}} when="after" />
      <div className="dialog-foot">
        <button type="button" className="button primary" onClick={onClose}>
          Done
        </button>
      </div>
    </div>
  );
}
