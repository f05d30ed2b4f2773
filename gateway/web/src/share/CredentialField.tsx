import { useId } from "react";
import type { Input } from "../api/client";
import { Icon } from "../ui/icons";
import { labelOf } from "./fields";

interface Props {
  input: Input;
  // moved: its destination has changed since the link was made.
  moved: boolean;
  error?: string;
  disabled: boolean;
  onType: () => void;
}

// CredentialField takes a visitor's own credential. Only the input element holds it: no
// state, no attribute, no storage. The run panel reads the element and clears it.
export function CredentialField({ input, moved, error, disabled, onType }: Props) {
  const id = useId();
  const name = input.name ?? "";
  return (
    <div className="field">
      <label htmlFor={id}>
        <Icon name="key" /> {labelOf(name)} {!input.required && <span className="optional">optional</span>}
      </label>
      <input
        id={id}
        type="password"
        data-input={name}
        data-credential={name}
        autoComplete="off"
        autoCapitalize="off"
        spellCheck={false}
        data-1p-ignore=""
        data-lpignore="true"
        disabled={disabled}
        onChange={onType}
        aria-invalid={!!error}
        aria-describedby={`${id}-to`}
        aria-required={input.required}
      />
      <p className="hint" id={`${id}-to`}>
        {error && <span className="error">{error} </span>}
        {input.destination ? (
          <>
            Will be sent to <code>{input.destination}</code>
            {input.knownProvider ? (
              ", the provider's own address"
            ) : (
              <strong> — not a known provider's address. Send it only if you trust it.</strong>
            )}{" "}
          </>
        ) : null}
        {moved && <strong>The owner has changed this since the link was made. </strong>}
        Used for this run only; not stored.
      </p>
    </div>
  );
}
