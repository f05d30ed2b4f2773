import { useState, type FormEvent } from "react";
import type { Failure } from "../../api/failure";
import { signUp, type SignedIn } from "../../api/people";
import { Button } from "../../ui/Button";
import { Field, Input } from "../../ui/Field";
import { Trouble } from "../parts/Trouble";
import { useTitle } from "../parts/useTitle";
import { Link } from "../routes";
import { KeyOnce } from "./KeyOnce";
import { Welcome } from "./Welcome";
import style from "./SignIn.module.css";

const valid = /^[a-z][a-z0-9-]{1,38}[a-z0-9]$/;

// SignUp creates a workspace of the visitor's own.
export function SignUp({ forking, onDone }: { forking: boolean; onDone: () => Promise<void> }) {
  useTitle("Create a workspace");
  const [made, setMade] = useState<SignedIn | null>(null);
  if (made) return <KeyOnce made={made} onDone={onDone} />;
  return (
    <Welcome
      title="Create a workspace"
      lead={
        forking
          ? "The copy of the workflow goes into it. You come back to the workflow afterwards."
          : "A place for your workflows, with its own links, keys and allowance."
      }
    >
      <Form onMade={setMade} />
      <p className={style.hint}>
        Have a key? <Link href={`/app${window.location.search}`}>Sign in</Link> instead.
      </p>
    </Welcome>
  );
}

function Form({ onMade }: { onMade: (s: SignedIn) => void }) {
  const [title, setTitle] = useState("");
  const [id, setID] = useState("");
  const [tried, setTried] = useState(false);
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<Failure | null>(null);
  const bad =
    (failure?.reason === "ALREADY_EXISTS" || failure?.reason === "ID_RESERVED") && "Choose another: it is taken.";
  const submit = async (e: FormEvent) => {
    e.preventDefault();
    setTried(true);
    if (busy || !title.trim() || !valid.test(id)) return;
    setBusy(true);
    setFailure(null);
    try {
      onMade(await signUp(id, title.trim()));
    } catch (cause) {
      setFailure(cause as Failure);
      setBusy(false);
    }
  };
  return (
    <form className={style.form} onSubmit={(e) => void submit(e)}>
      <Field label="Your name" error={tried && !title.trim() && "Enter what you are called."}>
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
      <Field
        label="Workspace"
        error={bad || (tried && !valid.test(id) && "Use 3 to 40 small letters, digits and hyphens.")}
        help="Part of addresses, such as my-team. It cannot be changed."
      >
        {(d) => (
          <Input
            {...d}
            mono
            autoCapitalize="off"
            spellCheck={false}
            maxLength={40}
            value={id}
            onChange={(e) => setID(e.target.value.toLowerCase())}
          />
        )}
      </Field>
      {failure && !bad && <Trouble failure={failure} />}
      <Button type="submit" look="filled" size={44} busy={busy}>
        Create the workspace
      </Button>
    </form>
  );
}
