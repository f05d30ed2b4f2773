import { useState } from "react";
import type { Failure } from "../../api/failure";
import { startSignIn } from "../../api/session";
import { Button } from "../../ui/Button";
import { Trouble } from "../parts/Trouble";
import { problemText } from "./problem";
import style from "./SignIn.module.css";

interface Props {
  name: string; // of the identity provider; empty without one
  problem: string; // the reason why the last sign-in there failed; empty for none
}

// Provider signs in with the identity provider. The browser leaves the page, and comes back signed in.
export function Provider({ name, problem }: Props) {
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<Failure | null>(null);
  if (!name) return null;
  const leave = async () => {
    setBusy(true);
    setFailure(null);
    try {
      window.location.assign(await startSignIn(wanted()));
    } catch (cause) {
      setFailure(cause as Failure);
      setBusy(false);
    }
  };
  const text = problemText(problem);
  return (
    <div className={style.form}>
      {text && !failure && (
        <p role="alert" className={style.bad}>
          <strong>{name} did not sign you in.</strong> {text}
        </p>
      )}
      {failure && <Trouble failure={failure} />}
      <Button look="filled" size={44} busy={busy} autoFocus onClick={() => void leave()}>
        Sign in with {name}
      </Button>
      <p className={style.or}>or</p>
    </div>
  );
}

// wanted is the page of the address. The server takes pages of the console only.
function wanted(): string {
  const { pathname, search } = window.location;
  const query = new URLSearchParams(search);
  query.delete("problem");
  const rest = query.size > 0 ? `?${query}` : "";
  return /^\/app\/sign-in\/?$/.test(pathname) || pathname === "/" ? `/app${rest}` : pathname + rest;
}
