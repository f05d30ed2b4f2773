import { useId } from "react";
import type { Input } from "../api/client";
import { stringify } from "../json/exact";
import { kindOf, labelOf } from "./fields";

interface Props {
  input: Input;
  text: string;
  error?: string;
  disabled: boolean;
  onText: (text: string) => void;
}

// ParameterField is one typed value.
export function ParameterField({ input, text, error, disabled, onText }: Props) {
  const id = useId();
  const name = input.name ?? "";
  const kind = kindOf(input);
  const common = {
    id,
    "data-input": name,
    disabled,
    value: text,
    "aria-invalid": !!error,
    "aria-describedby": `${id}-hint`,
    autoComplete: "off",
    onChange: (e: { target: { value: string } }) => onText(e.target.value),
  };
  const hint = [
    input.description,
    input.defaultValue !== undefined && text !== String(input.defaultValue)
      ? `Default: ${brief(input.defaultValue)}`
      : "",
  ]
    .filter(Boolean)
    .join(" ");
  if (kind === "switch") {
    return (
      <div className="field">
        <label className="check">
          <input
            type="checkbox"
            data-input={name}
            checked={text === "true"}
            disabled={disabled}
            onChange={(e) => onText(String(e.target.checked))}
          />{" "}
          {labelOf(name)}
        </label>
        {hint && <p className="hint">{hint}</p>}
      </div>
    );
  }
  return (
    <div className="field">
      <div className="label-row">
        <label htmlFor={id} title={name}>
          {labelOf(name)}{" "}
          {!input.required && input.defaultValue === undefined && <span className="optional">optional</span>}
        </label>
      </div>
      {kind === "ratio" ? (
        <div className="row">
          <input
            type="range"
            min={0}
            max={1}
            step={0.01}
            value={Number(text) || 0}
            disabled={disabled}
            aria-label={`${labelOf(name)}, slider`}
            onChange={(e) => onText(e.target.value)}
          />
          <input {...common} className="short" inputMode="decimal" />
        </div>
      ) : kind === "json" || text.includes("\n") || text.length > 60 ? (
        <textarea
          {...common}
          rows={Math.min(8, Math.max(2, text.split("\n").length))}
          spellCheck={false}
          className={kind === "json" ? "mono" : ""}
        />
      ) : (
        <input
          {...common}
          type="text"
          inputMode={kind === "integer" ? "numeric" : kind === "number" ? "decimal" : undefined}
        />
      )}
      <p className="hint" id={`${id}-hint`}>
        {error && <span className="error">{error} </span>}
        {hint}
      </p>
    </div>
  );
}

function brief(value: unknown): string {
  const text = typeof value === "string" ? value : stringify(value);
  return text.length > 80 ? `${text.slice(0, 79)}…` : text;
}
