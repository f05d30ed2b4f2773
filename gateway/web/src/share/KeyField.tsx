import { useRef, useState } from "react";
import { sentence } from "../api/explain";
import type { Failure } from "../api/failure";
import { Button } from "../ui/Button";
import { Field, Input } from "../ui/Field";
import style from "./KeyField.module.css";

interface Props {
  ownKey: string;
  setKey: (key: string) => void;
  refused: Failure | null;
  charged: string;
  disabled: boolean;
}

// KeyField lets visitors run on their own Keyhole key. The key stays in the memory of the
// page until the page is closed.
export function KeyField({ ownKey, setKey, refused, charged, disabled }: Props) {
  const input = useRef<HTMLInputElement>(null);
  const [open, setOpen] = useState(false);
  if (charged === "owner" && !ownKey) return null; // the owner pays for every visitor
  if (!open && !ownKey) {
    return (
      <Button look="link" icon="key" className={style.open} onClick={() => setOpen(true)}>
        Use your own Keyhole key
      </Button>
    );
  }
  const use = () => setKey(input.current?.value.trim() ?? "");
  const clear = () => {
    if (input.current) input.current.value = "";
    setKey("");
    setOpen(false);
  };
  return (
    <Field
      label="Your Keyhole key"
      optional
      error={refused && `Unknown key. ${sentence(refused.message)}`}
      help={`Runs are ${ownKey && !refused ? "" : "then "}charged to this key. Only this page keeps it.`}
    >
      {(d) => (
        <div className={style.row}>
          <Input
            {...d}
            ref={input}
            secret
            disabled={disabled}
            onBlur={use}
            placeholder="kh_…"
            onKeyDown={(e) => {
              if (e.key === "Enter") {
                e.preventDefault();
                use();
              }
            }}
          />
          <Button size={40} onClick={clear} disabled={disabled}>
            Clear
          </Button>
        </div>
      )}
    </Field>
  );
}
