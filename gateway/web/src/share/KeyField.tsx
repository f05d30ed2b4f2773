import { useId, useRef, useState } from "react";
import type { Failure } from "../api/failure";
import { Icon } from "../ui/icons";

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
  const id = useId();
  const input = useRef<HTMLInputElement>(null);
  const [open, setOpen] = useState(false);
  if (charged === "owner" && !ownKey) return null; // the owner pays for every visitor
  if (!open && !ownKey) {
    return (
      <button type="button" className="button link" onClick={() => setOpen(true)}>
        <Icon name="key" /> Use your own Keyhole key
      </button>
    );
  }
  const use = () => setKey(input.current?.value.trim() ?? "");
  const clear = () => {
    if (input.current) input.current.value = "";
    setKey("");
    setOpen(false);
  };
  return (
    <div className="field">
      <label htmlFor={id}>
        <Icon name="key" /> Your Keyhole key <span className="optional">optional</span>
      </label>
      <div className="row">
        <input
          ref={input}
          id={id}
          type="password"
          autoComplete="off"
          autoCapitalize="off"
          spellCheck={false}
          data-1p-ignore=""
          data-lpignore="true"
          disabled={disabled}
          onBlur={use}
          aria-invalid={!!refused}
          aria-describedby={`${id}-hint`}
          placeholder="kh_…"
          onKeyDown={(e) => {
            if (e.key === "Enter") {
              e.preventDefault();
              use();
            }
          }}
        />
        <button type="button" className="button" onClick={clear} disabled={disabled}>
          Clear
        </button>
      </div>
      <p className="hint" id={`${id}-hint`}>
        {refused ? (
          <span className="error">Unknown key: {refused.message}.</span>
        ) : ownKey ? (
          "Runs are charged to this key. Only this page keeps it."
        ) : (
          "Runs are then charged to this key. Only this page keeps it."
        )}
      </p>
    </div>
  );
}
