import { Exact, isNumber, stringify } from "../../json/exact";

const most = 200;

// Table shows rows of plain values.
export function Table({ columns, rows }: { columns: string[]; rows: unknown[][] }) {
  return (
    <div className="table-room">
      <table>
        <thead>
          <tr>
            {columns.map((c) => (
              <th key={c} scope="col">
                {c}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.slice(0, most).map((r, i) => (
            <tr key={i}>
              {r.map((v, j) => (
                <td key={j} className={isNumber(v) ? "num" : ""}>
                  {cell(v)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      {rows.length > most && <p className="quiet-text">and {rows.length - most} more; see the JSON for all.</p>}
    </div>
  );
}

export function cell(v: unknown): string {
  if (v === null || v === undefined) return "–";
  if (typeof v === "number") return Number.isInteger(v) ? String(v) : v.toFixed(3);
  return typeof v === "object" && !(v instanceof Exact) ? stringify(v) : String(v);
}
