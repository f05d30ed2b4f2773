import type { Input as WorkflowInput } from "../../api/client";
import type { Inspection, Presentation } from "../../api/owner";
import { readable } from "../../run/fields";
import { Button } from "../../ui/Button";
import { Input } from "../../ui/Field";
import { Switch } from "../../ui/Switch";
import style from "./More.module.css";
import { arranged, moved, type Shown } from "./order";

interface Props {
  shape: NonNullable<Inspection["interface"]>;
  page: Presentation;
  set: (part: Partial<Presentation>) => void;
}

// Labels name and order the inputs and outputs for visitors, and hide some.
export function Labels({ shape, page, set }: Props) {
  const inputs = new Map((shape.inputs ?? []).map((i) => [i.name ?? "", i]));
  return (
    <>
      <List
        title="Inputs"
        hides="Fixed"
        rows={arranged([...inputs.keys()], page.inputs)}
        whyShown={(name) => whyShown(inputs.get(name))}
        onRows={(rows) => set({ inputs: rows })}
      />
      <List
        title="Outputs"
        hides="Hidden"
        rows={arranged(
          (shape.outputs ?? []).map((o) => o.name ?? ""),
          page.outputs,
        )}
        whyShown={() => ""}
        onRows={(rows) => set({ outputs: rows })}
      />
    </>
  );
}

// whyShown says why visitors must see an input.
function whyShown(input: WorkflowInput | undefined): string {
  if (input?.credential) return "a credential";
  return input?.defaultValue === undefined ? "has no default" : "";
}

interface ListProps {
  title: string;
  hides: string;
  rows: Shown[];
  whyShown: (name: string) => string;
  onRows: (rows: Shown[]) => void;
}

function List({ title, hides, rows, whyShown, onRows }: ListProps) {
  if (rows.length === 0) return null;
  const change = (at: number, part: Partial<Shown>) =>
    onRows(rows.map((row, i) => (i === at ? { ...row, ...part } : row)));
  return (
    <fieldset className={style.group}>
      <legend>{title}</legend>
      <ul className={style.rows}>
        {rows.map((row, at) => {
          const why = whyShown(row.name);
          return (
            <li key={row.name} className={style.row}>
              <code>{row.name}</code>
              <Input
                aria-label={`Label of ${row.name}`}
                placeholder={readable(row.name)}
                maxLength={80}
                value={row.label ?? ""}
                disabled={why === "a credential"}
                onChange={(e) => change(at, { label: e.target.value })}
              />
              <span className={style.order}>
                <Button
                  square
                  icon="up"
                  aria-label={`Move ${row.name} up`}
                  disabled={at === 0}
                  onClick={() => onRows(moved(rows, at, -1))}
                />
                <Button
                  square
                  icon="down"
                  aria-label={`Move ${row.name} down`}
                  disabled={at === rows.length - 1}
                  onClick={() => onRows(moved(rows, at, 1))}
                />
              </span>
              {why ? (
                <span className={style.why}>Always shown: {why}</span>
              ) : (
                <Switch
                  label={
                    <>
                      {hides} <span className="sr-only">: {row.name}</span>
                    </>
                  }
                  checked={!!row.hidden}
                  onChange={(hidden) => change(at, { hidden })}
                />
              )}
            </li>
          );
        })}
      </ul>
    </fieldset>
  );
}
