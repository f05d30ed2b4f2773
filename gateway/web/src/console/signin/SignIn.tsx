import { useRef, useState, type FormEvent, type ReactNode } from "react";
import { useQuery } from "@tanstack/react-query";
import { whoami, type Whoami } from "../../api/client";
import type { Failure } from "../../api/failure";
import { signIn, type SignInWith } from "../../api/session";
import { Button } from "../../ui/Button";
import { Field, Input } from "../../ui/Field";
import { Trouble } from "../parts/Trouble";
import { useTitle } from "../parts/useTitle";
import { failureWords } from "../parts/words";
import { Link, navigate } from "../routes";
import { Provider } from "./Provider";
import { Welcome } from "./Welcome";
import style from "./SignIn.module.css";

interface Props {
  // The code of a sign-in link; empty without one.
  code: string;
  // Query of the address: signing up continues to the same page.
  query: URLSearchParams;
  onDone: () => Promise<void>;
  onDrop: () => void;
}

// SignIn is the page that a browser without a session sees.
export function SignIn({ code, query, onDone, onDrop }: Props) {
  useTitle("Sign in");
  return (
    <Welcome
      title="Share AI workflows by link. Your keys stay yours."
      lead="Build a workflow, send one link, and let people view, run and fork it. You decide who pays."
    >
      {code ? <WithCode code={code} onDone={onDone} onDrop={onDrop} /> : <Ways onDone={onDone} query={query} />}
    </Welcome>
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

// Ways are the ways to sign in: the identity provider, if there is one, and a key.
function Ways({ onDone, query }: Pick<Props, "onDone" | "query">) {
  const guest = useQuery<Whoami, Failure>({ queryKey: ["guest"], queryFn: () => whoami(""), staleTime: 60_000 });
  const provider = guest.data?.identityProvider ?? "";
  return (
    <>
      <Provider name={provider} problem={query.get("problem") ?? ""} />
      <WithKey onDone={onDone} query={query} second={!!provider} canSignUp={!!guest.data?.canSignUp} />
    </>
  );
}

interface KeyProps extends Pick<Props, "onDone" | "query"> {
  second: boolean; // after the identity provider
  canSignUp: boolean;
}

// WithKey sends the key once. The field is emptied at the same moment: the page keeps no key.
function WithKey({ onDone, query, second, canSignUp }: KeyProps) {
  const search = query.toString();
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
        {(d) => <Input {...d} ref={input} mono secret autoFocus={!second} placeholder="kh_" />}
      </Field>
      {failure && !refused && <Trouble failure={failure} />}
      <Button type="submit" look={second ? "outline" : "filled"} size={44} busy={busy}>
        Sign in with a key
      </Button>
      <Hint>
        {canSignUp ? (
          <>
            No key? <Link href={`/app/sign-up${search && `?${search}`}`}>Create a workspace</Link> of your own.
          </>
        ) : (
          <>
            No key? Ask the operator of this server. <code>keyhole sign-in-link</code> makes a link that signs in once.
          </>
        )}
      </Hint>
    </form>
  );
}

// WithCode asks before it signs in: a link can come from somebody else, and would sign in to
// their workspace.
function WithCode({ code, onDone, onDrop }: Omit<Props, "query">) {
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
