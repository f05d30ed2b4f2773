import { useMutation, useQuery } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { forkShared, whoami, type Fork, type ForkReport, type SharedWorkflow, type Whoami } from "../../api/client";
import { explain, same, sentence } from "../../api/explain";
import type { Failure } from "../../api/failure";
import { Button } from "../../ui/Button";
import { CopyButton } from "../../ui/CopyButton";
import { Dialog, DialogFoot } from "../../ui/Dialog";
import { Field, Input } from "../../ui/Field";
import { Icon } from "../../ui/icons";
import { Notice } from "../../ui/Tag";
import { consolePath } from "../consolePath";
import style from "./ForkDialog.module.css";

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
  // A person who is signed in forks with their session.
  const me = useQuery<Whoami, Failure>({
    queryKey: ["fork", "me"],
    queryFn: () => whoami(""),
    staleTime: 0,
    retry: false,
  });
  const signedIn = !ownKey && (me.data?.role === "member" || me.data?.role === "editor");
  const { mutate: lookUp } = look;
  useEffect(() => {
    if (signedIn) lookUp("");
  }, [signedIn, lookUp]);
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
        <form onSubmit={(e) => (e.preventDefault(), fork.mutate(look.data))} autoComplete="off">
          <p className={style.line}>
            <span>
              Into workspace <strong>{look.data.parent.replace("workspaces/", "")}</strong>
            </span>
            <Button look="link" onClick={() => look.reset()}>
              Use another key
            </Button>
          </p>
          <Field label="Title">
            {(d) => <Input {...d} value={title} maxLength={200} onChange={(e) => setTitle(e.target.value)} />}
          </Field>
          <Field label="Id" optional help="Made from the title when empty. Letters, digits, - and _.">
            {(d) => <Input {...d} value={id} maxLength={63} onChange={(e) => setID(e.target.value.toLowerCase())} />}
          </Field>
          <Report report={look.data.report} when="before" />
          {fork.error && <Trouble failure={fork.error} />}
          <DialogFoot>
            <Button type="submit" look="filled" size={40} busy={fork.isPending}>
              Fork
            </Button>
          </DialogFoot>
        </form>
      ) : (
        <KeyStep
          start={ownKey}
          token={token}
          canSignUp={!!me.data?.canSignUp}
          busy={look.isPending}
          failure={look.error}
          onKey={(k) => (setKey(k), look.mutate(k))}
        />
      )}
    </Dialog>
  );
}

interface KeyStepProps {
  start: string;
  token: string;
  canSignUp: boolean;
  busy: boolean;
  failure: Failure | null;
  onKey: (key: string) => void;
}

function KeyStep({ start, token, canSignUp, busy, failure, onKey }: KeyStepProps) {
  const input = useRef<HTMLInputElement>(null);
  const [empty, setEmpty] = useState(!start);
  const signIn = consolePath();
  return (
    <form autoComplete="off" onSubmit={(e) => (e.preventDefault(), onKey(input.current?.value.trim() || start))}>
      {signIn && (
        <p className={style.line}>
          <span>
            <a href={`${signIn}?fork=${token}`}>Sign in</a>
            {canSignUp && (
              <>
                {" "}
                or <a href={`${signIn}/sign-up?fork=${token}`}>create a workspace</a>
              </>
            )}{" "}
            to fork without a key.
          </span>
        </p>
      )}
      <Field
        label="Your Keyhole key"
        help="The copy goes to the workspace of this key. Only this page keeps the key. Who runs this server gives out keys."
      >
        {(d) => (
          <Input
            {...d}
            ref={input}
            secret
            placeholder={start ? "the key that you run on" : "kh_…"}
            aria-invalid={!!failure}
            onChange={(e) => setEmpty(!start && !e.target.value.trim())}
          />
        )}
      </Field>
      {failure && <Trouble failure={failure} />}
      <DialogFoot>
        <Button type="submit" look="filled" size={40} busy={busy} disabled={empty}>
          {busy ? "Checking…" : "Continue"}
        </Button>
      </DialogFoot>
    </form>
  );
}

// Report lists what the copy lacks, as the API reports it.
function Report({ report, when }: { report: ForkReport; when: "before" | "after" }) {
  const slots = report.unboundSlots ?? [];
  const models = report.unreachableModels ?? [];
  return (
    <section className={style.report} aria-label="Fork report">
      <h3 className={style.title}>{when === "before" ? "Before it runs, you need" : "It still needs"}</h3>
      {slots.length === 0 && models.length === 0 && (
        <p className={style.entry}>
          <Icon name="check" /> Nothing. It runs as it is.
        </p>
      )}
      <ul>
        {slots.map((s) => (
          <li key={`${s.step}.${s.field}`} className={style.entry}>
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
          <li key={m} className={style.entry}>
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
  const reason = sentence(failure.message);
  return (
    <Notice tone="bad" role="alert">
      <strong>{title}.</strong>
      <p>
        {!same(title, reason) && reason} {failure.reason === "UNAUTHENTICATED" ? "" : advice}
      </p>
    </Notice>
  );
}

function Done({ fork, onClose }: { fork: Fork; onClose: () => void }) {
  const name = fork.workflow?.name ?? "";
  const [, workspace, , workflow] = name.split("/");
  const home = consolePath();
  return (
    <div>
      <p className={style.line}>
        <code data-part="fork-name">{name}</code> <CopyButton text={name} label="Copy name" />
      </p>
      {fork.report?.forkedFrom && <p className={style.quiet}>Forked from {fork.report.forkedFrom}.</p>}
      <Report report={fork.report ?? {}} when="after" />
      {!home && (
        <p className={style.quiet}>
          Look at it with <code>keyhole workflow get {workflow}</code>, share it with{" "}
          <code>keyhole share create {workflow}</code>.
        </p>
      )}
      <DialogFoot>
        <Button size={40} onClick={onClose}>
          Done
        </Button>
        {home && (
          <a className={style.editor} href={`${home}/${workspace}/workflows/${workflow}/edit`}>
            Open in editor
          </a>
        )}
      </DialogFoot>
    </div>
  );
}
