import { useState } from "react";
import type { SignedIn } from "../../api/people";
import { Button } from "../../ui/Button";
import { CopyButton } from "../../ui/CopyButton";
import { Field, Input } from "../../ui/Field";
import { useTitle } from "../parts/useTitle";
import { Welcome } from "./Welcome";
import style from "./SignIn.module.css";

// KeyOnce shows the key of somebody who has just joined, before the page forgets it.
export function KeyOnce({ made, onDone }: { made: SignedIn; onDone: () => Promise<void> }) {
  useTitle("Your key");
  const [busy, setBusy] = useState(false);
  const key = made.key?.key ?? "";
  const go = async () => {
    setBusy(true);
    await onDone();
  };
  return (
    <Welcome
      title={`Welcome, ${made.person?.title ?? ""}`}
      lead="You are signed in. Keep this key: it signs you in next time, here and on the command line. It is shown once."
    >
      <div className={style.form}>
        <Field label="Your key" help="Put it into your password manager. Anyone who has it can act as you.">
          {(d) => <Input {...d} mono readOnly value={key} data-1p-ignore="" onFocus={(e) => e.target.select()} />}
        </Field>
        <CopyButton size={44} text={key} label="Copy the key" />
        <Button look="filled" size={44} busy={busy} onClick={() => void go()}>
          I have kept the key
        </Button>
      </div>
    </Welcome>
  );
}
