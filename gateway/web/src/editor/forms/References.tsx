import { Button } from "../../ui/Button";
import { Input } from "../../ui/Field";
import type { Field } from "../catalogue/fields";
import style from "./Form.module.css";
import { isReference } from "../model/refs";
import { ReferencePicker } from "./ReferencePicker";
import { JSONValue } from "./TextValue";

interface Props {
  owner: string;
  field: Field;
  value: unknown;
  disabled: boolean;
  onChange: (value: unknown) => void;
}

type Fields = Record<string, unknown>;

// References edits a list or a map of references, row by row.
export function References({ owner, field, value, disabled, onChange }: Props) {
  const wiring = { ...field.wiring!, via: "self" as const };
  const map = field.wiring!.via === "map";
  const rows: [string, unknown][] = map
    ? Object.entries((value ?? {}) as Fields)
    : (Array.isArray(value) ? value : []).map((v, i): [string, unknown] => [String(i), v]);
  const write = (next: [string, unknown][]) => onChange(map ? Object.fromEntries(next) : next.map(([, v]) => v));
  const change = (i: number, row: [string, unknown]) => write(rows.map((r, at) => (at === i ? row : r)));
  return (
    <div className={style.rows}>
      {rows.map(([key, v], i) => (
        <div key={i} className={style.pair}>
          {map && (
            <Input
              aria-label={`Name ${i + 1} of ${field.title}`}
              value={key}
              disabled={disabled}
              onChange={(e) => {
                const name = e.target.value;
                if (!rows.some(([k], at) => at !== i && k === name)) change(i, [name, v]);
              }}
            />
          )}
          {isReference(v) || v === "" ? (
            <ReferencePicker
              label={map ? `${field.title} ${key}` : `${field.title} ${i + 1}`}
              owner={owner}
              wiring={wiring}
              value={v}
              onChange={(selector) => change(i, [key, selector])}
            />
          ) : (
            <JSONValue
              described={{ id: `${field.name}-${i}`, "aria-invalid": undefined, "aria-describedby": undefined }}
              value={v}
              disabled={disabled}
              onChange={(next) => change(i, [key, next ?? ""])}
            />
          )}
          <Button
            look="ghost"
            square
            icon="cross"
            size={28}
            disabled={disabled}
            onClick={() => write(rows.filter((_, at) => at !== i))}
          >
            {`Remove ${map ? key : i + 1}`}
          </Button>
        </div>
      ))}
      <Button look="link" icon="plus" disabled={disabled} onClick={() => write([...rows, [freshKey(rows), ""]])}>
        {map ? "Add a value" : "Add one"}
      </Button>
    </div>
  );
}

function freshKey(rows: [string, unknown][]): string {
  for (let i = rows.length + 1; ; i++) if (!rows.some(([k]) => k === `value_${i}`)) return `value_${i}`;
}
