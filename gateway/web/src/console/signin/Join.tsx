import { useQuery } from "@tanstack/react-query";
import { useState, type FormEvent } from "react";
import type { Failure } from "../../api/failure";
import { join, lookUpInvitation, type Leads, type SignedIn } from "../../api/people";
import { Button } from "../../ui/Button";
import { Field, Input } from "../../ui/Field";
import { roleOf } from "../people/roles";
import { Trouble } from "../parts/Trouble";
import { useTitle } from "../parts/useTitle";
import { failureWords } from "../parts/words";
import { KeyOnce } from "./KeyOnce";
import { Welcome } from "./Welcome";
import style from "./SignIn.module.css";

interface Props {
  code: string;
  // Name of the person who is signed in here already; empty if nobody is.
  now: string;
  onDone: () => Promise<void>;
  onDrop: () => void;
}

// Join shows the workspace and the role of an invitation before it is accepted, and asks for a name.
export function Join({ code, now, onDone, onDrop }: Props) {
  useTitle("Join");
  const leads = useQuery<Leads, Failure>({
    queryKey: ["invitation"],
    queryFn: () => lookUpInvitation(code),
    gcTime: 0,
  });
  const [made, setMade] = useState<SignedIn | null>(null);
  if (made) return <KeyOnce made={made} onDone={onDone} />;
  if (leads.isPending) return null;
  if (leads.error) {
    return (
      <Welcome title="This invitation does not work" lead="">
        <p role="alert" className={style.bad}>
          {failureWords(leads.error).text}
        </p>
        <Button look="filled" size={44} onClick={onDrop}>
          Go on without it
        </Button>
      </Welcome>
    );
  }
  const workspace = leads.data.workspace?.split("/")[1] ?? "";
  const role = roleOf(leads.data.role);
  return (
    <Welcome
      title={`Join ${leads.data.workspaceTitle || workspace}`}
      lead={`You are invited to the workspace ${workspace} as ${role.label.toLowerCase()}. ${role.you}`}
    >
      {now && <p className={style.hint}>This signs you out of {now} in this browser.</p>}
      <Form code={code} email={leads.data.email ?? ""} onMade={setMade} />
      <Button look="link" onClick={onDrop}>
        Not now
      </Button>
    </Welcome>
  );
}

function Form({ code, email, onMade }: { code: string; email: string; onMade: (s: SignedIn) => void }) {
  const [title, setTitle] = useState("");
  const [busy, setBusy] = useState(false);
  const [missing, setMissing] = useState(false);
  const [failure, setFailure] = useState<Failure | null>(null);
  const submit = async (e: FormEvent) => {
    e.preventDefault();
    setMissing(!title.trim());
    if (busy || !title.trim()) return;
    setBusy(true);
    setFailure(null);
    try {
      onMade(await join(code, title.trim()));
    } catch (cause) {
      setFailure(cause as Failure);
      setBusy(false);
    }
  };
  return (
    <form className={style.form} onSubmit={(e) => void submit(e)}>
      <Field
        label="Your name"
        error={missing && "Enter what you are called."}
        help={email ? `Invited as ${email}.` : "The owners of the workspace see it."}
      >
        {(d) => (
          <Input
            {...d}
            autoFocus
            autoComplete="name"
            maxLength={80}
            value={title}
            onChange={(e) => setTitle(e.target.value)}
          />
        )}
      </Field>
      {failure && <Trouble failure={failure} />}
      <Button type="submit" look="filled" size={44} busy={busy}>
        Join the workspace
      </Button>
    </form>
  );
}
