import { useState, type ReactNode } from "react";
import { Field as Labelled, Slider, Input, type Described } from "../../ui/Field";
import { Segments } from "../../ui/Segments";
import { Select } from "../../ui/Select";
import { Switch } from "../../ui/Switch";
import type { Field } from "../catalogue/fields";
import { isReference } from "../model/refs";
import { CredentialValue } from "./CredentialValue";
import style from "./Form.module.css";
import { ModelValue } from "./ModelValue";
import { OperationsValue } from "./OperationsValue";
import { ReferencePicker } from "./ReferencePicker";
import { References } from "./References";
import { JSONValue, NumberValue, TextValue } from "./TextValue";

interface Props {
  owner: string;
  field: Field;
  value: unknown; // undefined: not set
  error: string;
  disabled: boolean;
  onChange: (value: unknown) => void;
}

// FieldRow is one setting of a step: a constant, or what another step gives.
export function FieldRow({ owner, field, value, error, disabled, onChange }: Props) {
  const both = !!field.wiring && field.wiring.via === "self" && !!field.control;
  const wired = field.wiring?.via === "self" && (isReference(value) || !field.control);
  const [mode, setMode] = useState<"value" | "step">(wired ? "step" : "value");
  const shown = both && isReference(value) ? "step" : both ? mode : wired ? "step" : "value";
  const toggle = both && (
    <Segments
      label={`Source of ${field.title}`}
      value={shown}
      options={[
        { id: "value", label: "Value" },
        { id: "step", label: "From a step" },
      ]}
      onChange={(next) => {
        setMode(next);
        if (next === "value" && isReference(value)) onChange(field.default ?? undefined);
      }}
    />
  );
  if (field.control === "switch" && shown === "value")
    return (
      <Row error={error} help={field.help} aside={toggle}>
        <Switch
          label={field.title}
          disabled={disabled}
          checked={(value ?? field.default) === true}
          onChange={(on) => onChange(on)}
        />
      </Row>
    );
  return (
    <Labelled
      label={field.title}
      optional={!field.required && field.default === undefined}
      aside={toggle}
      help={field.help}
      error={error}
    >
      {(d) =>
        shown === "step" && field.wiring ? (
          <ReferencePicker label={field.title} owner={owner} wiring={field.wiring} value={value} onChange={onChange} />
        ) : (
          <Constant {...{ owner, field, value, disabled, onChange }} described={d} />
        )
      }
    </Labelled>
  );
}

function Row(p: { error: string; help: string; aside: ReactNode; children: ReactNode }) {
  return (
    <div className={style.row}>
      {p.children}
      {p.aside}
      {p.help && <p className={style.help}>{p.help}</p>}
      {p.error && <p className={style.error}>{p.error}</p>}
    </div>
  );
}

type ConstantProps = Omit<Props, "error"> & { described: Described };

function Constant({ owner, field, value, disabled, onChange, described }: ConstantProps) {
  const common = { described, value, disabled, onChange, placeholder: placeholderOf(field.default) };
  switch (field.control) {
    case "enum":
      return (
        <Select
          {...described}
          disabled={disabled}
          value={typeof value === "string" ? value : ""}
          onChange={(e) => onChange(e.target.value === "" ? undefined : e.target.value)}
          options={[
            ...(typeof value === "string" && field.options.includes(value)
              ? []
              : [{ value: typeof value === "string" ? value : "", label: emptyOf(field, value) }]),
            ...(typeof value === "string" && !field.required && field.options.includes(value)
              ? [{ value: "", label: emptyOf(field, undefined) }]
              : []),
            ...field.options.map((o) => ({ value: o, label: o })),
          ]}
        />
      );
    case "ratio":
      return <Ratio {...common} field={field} />;
    case "number":
    case "integer":
      return <NumberValue {...common} whole={field.control === "integer"} />;
    case "credential":
      return <CredentialValue {...common} field={field} />;
    case "model":
      return <ModelValue {...common} field={field} />;
    case "operations":
      return <OperationsValue {...common} step={owner.replace(/^steps\./, "")} />;
    case "map":
    case "list":
      return field.wiring ? <References {...{ owner, field, value, disabled, onChange }} /> : <JSONValue {...common} />;
    case "json":
      return <JSONValue {...common} />;
    default:
      return <TextValue {...common} long={/prompt|template|message|text$/.test(field.name)} />;
  }
}

const emptyOf = (field: Field, value: unknown) =>
  typeof value === "string" && value
    ? value
    : typeof field.default === "string"
      ? `Default: ${field.default}`
      : "Choose";

function placeholderOf(value: unknown): string | undefined {
  return ["string", "number", "boolean"].includes(typeof value) && value !== "" ? String(value) : undefined;
}

function Ratio({
  described,
  value,
  disabled,
  onChange,
  field,
}: {
  described: Described;
  value: unknown;
  disabled: boolean;
  onChange: (value: unknown) => void;
  field: Field;
}) {
  const now = Number(value ?? field.default ?? 0) || 0;
  const take = (text: string) => {
    const n = Number(text);
    if (text !== "" && n >= 0 && n <= 1) onChange(n);
  };
  return (
    <div className={style.ratio}>
      <Slider
        min={0}
        max={1}
        step={0.01}
        value={now}
        disabled={disabled}
        aria-label={`${field.title}, slider`}
        onChange={(e) => take(e.target.value)}
      />
      <Input
        {...described}
        type="number"
        min={0}
        max={1}
        step={0.01}
        value={now}
        disabled={disabled}
        onChange={(e) => take(e.target.value)}
      />
    </div>
  );
}
