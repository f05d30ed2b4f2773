import type { Input } from "../api/client";
import { Checkbox, Field, Input as TextInput } from "../ui/Field";
import { labelOf } from "./fields";
import { hostOf, keyPage, providerName } from "./providers";
import style from "./CredentialField.module.css";

interface Props {
  input: Input;
  // moved: its destination has changed since the link was made.
  moved: boolean;
  error?: string;
  disabled: boolean;
  onType: () => void;
  onKeep: (on: boolean) => void;
}

// CredentialField takes a visitor's own credential. Only the input element holds it: no
// state, no attribute, no storage. The run panel reads the element and clears it.
export function CredentialField({ input, moved, error, disabled, onType, onKeep }: Props) {
  const name = input.name ?? "";
  const page = input.knownProvider ? keyPage(input.provider) : "";
  return (
    <div className={style.credential}>
      <Field
        label={labelOf(input)}
        optional={!input.required}
        error={error}
        aside={
          page && (
            <a href={page} target="_blank" rel="noopener noreferrer">
              Where do I get one?
            </a>
          )
        }
        help={<Destination input={input} moved={moved} />}
      >
        {(d) => (
          <TextInput
            {...d}
            secret
            className={style.secret}
            data-input={name}
            data-credential={name}
            disabled={disabled}
            onChange={onType}
            aria-required={input.required}
          />
        )}
      </Field>
      <Checkbox label="Keep it until I close this tab" disabled={disabled} onChange={(e) => onKeep(e.target.checked)} />
    </div>
  );
}

function Destination({ input, moved }: { input: Input; moved: boolean }) {
  const host = input.destination ? hostOf(input.destination) : "";
  return (
    <>
      {host && (
        <>
          Sent only to <strong>{host}</strong>
          {input.knownProvider ? `, ${providerName(input.provider) || "the provider"}'s own address. ` : ". "}
          {!input.knownProvider && (
            <span className={style.warn}>This is not a known provider's address. Send it only if you trust it. </span>
          )}
        </>
      )}
      {moved && <span className={style.warn}>The owner has changed this since the link was made. </span>}
      Never saved; forgotten when you close this tab. The owner does not see it.
    </>
  );
}
