import { Exact, isNumber, stringify } from "../json/exact";
import { Table as Grid } from "../ui/Table";

const most = 200;

// Table shows rows of plain values.
export function Table({ name, columns, rows }: { name: string; columns: string[]; rows: unknown[][] }) {
  return (
    <>
      <Grid
        caption={name}
        rows={rows.slice(0, most)}
        keyOf={(_, i) => i}
        columns={columns.map((c, i) => ({
          id: c,
          head: c,
          number: rows.every((r) => isNumber(r[i])),
          cell: (r: unknown[]) => cell(r[i]),
        }))}
      />
      {rows.length > most && <p>and {rows.length - most} more; see the JSON for all.</p>}
    </>
  );
}

export function cell(v: unknown): string {
  if (v === null || v === undefined) return "–";
  if (typeof v === "number") return Number.isInteger(v) ? String(v) : v.toFixed(3);
  return typeof v === "object" && !(v instanceof Exact) ? stringify(v) : String(v);
}
