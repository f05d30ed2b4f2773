import type { Input } from "../api/client";
import { stringify } from "../json/exact";
import { Checkbox, Field, Input as TextInput, Slider, TextArea } from "../ui/Field";
import { kindOf, labelOf } from "./fields";
import style from "./ParameterField.module.css";

interface Props {
  input: Input;
  text: string;
  error?: string;
  disabled: boolean;
  onText: (text: string) => void;
}

// ParameterField is one typed value.
export function ParameterField({ input, text, error, disabled, onText }: Props) {
  const kind = kindOf(input);
  const label = labelOf(input);
  const common = {
    "data-input": input.name ?? "",
    disabled,
    value: text,
    onChange: (e: { target: { value: string } }) => onText(e.target.value),
  };
  if (kind === "switch") {
    return (
      <Checkbox
        label={label}
        data-input={input.name}
        checked={text === "true"}
        disabled={disabled}
        onChange={(e) => onText(String(e.target.checked))}
      />
    );
  }
  const long = kind === "json" || text.includes("\n") || text.length > 60;
  const changed = input.defaultValue !== undefined && text !== String(input.defaultValue);
  const help = [input.description, changed && `Default: ${brief(input.defaultValue)}`].filter(Boolean).join(" ");
  return (
    <Field label={label} optional={!input.required && input.defaultValue === undefined} error={error} help={help}>
      {(d) =>
        kind === "ratio" ? (
          <div className={style.ratio}>
            <Slider
              min={0}
              max={1}
              step={0.01}
              value={Number(text) || 0}
              disabled={disabled}
              aria-label={`${label}, slider`}
              onChange={(e) => onText(e.target.value)}
            />
            <TextInput {...d} {...common} className={style.number} inputMode="decimal" />
          </div>
        ) : long ? (
          <TextArea
            {...d}
            {...common}
            rows={Math.min(8, Math.max(2, text.split("\n").length))}
            mono={kind === "json"}
          />
        ) : (
          <TextInput
            {...d}
            {...common}
            inputMode={kind === "integer" ? "numeric" : kind === "number" ? "decimal" : undefined}
          />
        )
      }
    </Field>
  );
}

function brief(value: unknown): string {
  const text = typeof value === "string" ? value : stringify(value);
  return text.length > 80 ? `${text.slice(0, 79)}…` : text;
}
