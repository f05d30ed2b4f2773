import { useRef, useState, type FormEvent, type ReactNode } from "react";
import type { Failure } from "../../api/failure";
import { signIn, type SignInWith } from "../../api/session";
import { Button } from "../../ui/Button";
import { Field, Input } from "../../ui/Field";
import { Mark } from "../../ui/icons";
import { Trouble } from "../parts/Trouble";
import { useTitle } from "../parts/useTitle";
import { failureWords } from "../parts/words";
import { navigate } from "../routes";
import style from "./SignIn.module.css";

interface Props {
  // The code of a sign-in link; empty without one.
  code: string;
  onDone: () => Promise<void>;
  onDrop: () => void;
}

// SignIn is what a browser sees that nobody is signed in with.
export function SignIn({ code, onDone, onDrop }: Props) {
  useTitle("Sign in");
  return (
    <main className={style.page}>
      <div className={style.brand}>
        <Mark size={28} /> Keyhole
      </div>
      <div className={style.words}>
        <h1 className={style.title}>Share AI workflows by link. Your keys stay yours.</h1>
        <p className={style.lead}>
          Build a workflow, send one link, and let people view, run and fork it. You decide who pays.
        </p>
      </div>
      {code ? <WithCode code={code} onDone={onDone} onDrop={onDrop} /> : <WithKey onDone={onDone} />}
    </main>
  );
}

function useSignIn(onDone: () => Promise<void>) {
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<Failure | null>(null);
  const go = async (credential: SignInWith) => {
    setBusy(true);
    setFailure(null);
    try {
      await signIn(credential);
      if (window.location.pathname === "/app/sign-in") navigate("/app", true);
      await onDone();
    } catch (cause) {
      setFailure(cause as Failure);
      setBusy(false);
    }
  };
  return { busy, failure, go };
}

// WithKey sends the key once. The field is emptied at the same moment: the page keeps no key.
function WithKey({ onDone }: { onDone: () => Promise<void> }) {
  const input = useRef<HTMLInputElement>(null);
  const [missing, setMissing] = useState(false);
  const { busy, failure, go } = useSignIn(onDone);
  const submit = (e: FormEvent) => {
    e.preventDefault();
    const key = input.current!.value.trim();
    input.current!.value = "";
    setMissing(!key);
    if (key && !busy) void go({ key });
    else input.current!.focus();
  };
  const refused = failure?.reason === "UNAUTHENTICATED" || failure?.reason === "INVALID_REQUEST";
  const error = missing ? "Enter your key." : refused && "This key is not known here, or it was revoked.";
  return (
    <form className={style.form} autoComplete="off" onSubmit={submit}>
      <Field label="Keyhole key" error={error} help="Used once to open a session. It is not kept in this page.">
        {(d) => (
          <Input
            {...d}
            ref={input}
            mono
            type="password"
            autoFocus
            autoCapitalize="off"
            spellCheck={false}
            data-1p-ignore=""
            data-lpignore="true"
            placeholder="kh_"
          />
        )}
      </Field>
      {failure && !refused && <Trouble failure={failure} />}
      <Button type="submit" look="filled" size={44} busy={busy}>
        Sign in with a key
      </Button>
      <Hint>
        No key? Ask the person who runs this server. <code>keyhole sign-in-link</code> makes a link that signs in once.
      </Hint>
    </form>
  );
}

// WithCode asks before it signs in: a link can come from somebody else, and would sign in to
// their workspace.
function WithCode({ code, onDone, onDrop }: Props) {
  const { busy, failure, go } = useSignIn(onDone);
  return (
    <div className={style.form}>
      {failure ? (
        <>
          <p role="alert" className={style.bad}>
            <strong>This link does not sign in any more.</strong> {failureWords(failure).text}
          </p>
          <Button look="filled" size={44} onClick={onDrop}>
            Sign in with a key
          </Button>
        </>
      ) : (
        <>
          <Button look="filled" size={44} busy={busy} autoFocus onClick={() => void go({ code })}>
            Sign in with this link
          </Button>
          <Hint>The link works once. Use it only if you made it, or got it from someone you trust.</Hint>
        </>
      )}
    </div>
  );
}

function Hint({ children }: { children: ReactNode }) {
  return <p className={style.hint}>{children}</p>;
}
