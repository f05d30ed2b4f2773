import { useState, type FormEvent } from "react";
import { explain, sentence } from "../api/explain";
import type { Failure } from "../api/failure";
import { unlockShared } from "../api/gate";
import { Button } from "../ui/Button";
import { Field, Input } from "../ui/Field";
import { Icon } from "../ui/icons";
import { consolePath } from "./consolePath";
import type { Link } from "./link";
import style from "./Problem.module.css";

// Gate is the page of a link that asks for something before it opens. It has the title of the link and what is asked
// for; the server tells strangers nothing else.
export function Gate({ link, failure, onOpen }: { link: Link; failure: Failure; onOpen: () => Promise<unknown> }) {
  const asks = (failure.metadata.asks ?? "").split(",");
  const membership = asks.includes("membership");
  const signIn = consolePath();
  return (
    <section className={style.problem} aria-labelledby="gate" data-part="gate">
      <span className={style.icon}>
        <Icon name="key" size={24} />
      </span>
      <h1 className={style.title} id="gate">
        {failure.metadata.title}
      </h1>
      {membership && (
        <p>
          This link opens for members of a workspace that its owner chose.{" "}
          {signIn && !link.embed && <a href={`${signIn}?link=${link.token}`}>Sign in</a>}
        </p>
      )}
      {link.embed ? (
        // A password belongs on a page of this server, not in somebody else's frame.
        <a href={`/s/${link.token}`} target="_blank" rel="noopener noreferrer">
          Open the full page
        </a>
      ) : (
        asks.includes("password") && (
          <>
            <p>This link opens with a password. Ask the person who sent it to you.</p>
            <Password token={link.token} onOpen={onOpen} />
          </>
        )
      )}
    </section>
  );
}

function Password({ token, onOpen }: { token: string; onOpen: () => Promise<unknown> }) {
  const [password, setPassword] = useState("");
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState("");
  const submit = async (e: FormEvent) => {
    e.preventDefault();
    if (busy || !password) return;
    setBusy(true);
    setProblem("");
    try {
      const asks = await unlockShared(token, password);
      if (asks.length > 0) setProblem("The password is right. You also have to be a member: sign in.");
      else await onOpen();
    } catch (cause) {
      const f = cause as Failure;
      setProblem(sentence(f.message) || explain(f).title);
    }
    setBusy(false);
  };
  return (
    <form className={style.form} onSubmit={(e) => void submit(e)}>
      <Field label="Password" error={problem}>
        {(d) => (
          <Input
            {...d}
            type="password"
            autoComplete="current-password"
            autoFocus
            maxLength={200}
            value={password}
            onChange={(e) => setPassword(e.target.value)}
          />
        )}
      </Field>
      <Button type="submit" look="filled" size={44} busy={busy}>
        Open
      </Button>
    </form>
  );
}
