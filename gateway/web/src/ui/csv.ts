// CSV for spreadsheets. A cell that begins like a formula gets an apostrophe before it: a
// spreadsheet would otherwise compute what a stranger wrote into a title.
const formula = /^[=+\-@\t\r＝＋－＠]/;

export type Cell = string | number;

export function cellOf(value: Cell): string {
  if (typeof value === "number") return String(value);
  const safe = formula.test(value.trimStart()) || formula.test(value) ? `'${value}` : value;
  return /[",\r\n;\t]|^\s|\s$/.test(safe) ? `"${safe.replace(/"/g, '""')}"` : safe;
}

export function csvOf(head: string[], rows: Cell[][]): string {
  return [head, ...rows].map((row) => row.map(cellOf).join(",")).join("\r\n") + "\r\n";
}

// csvFile is a file that spreadsheets read as UTF-8.
export function csvFile(head: string[], rows: Cell[][]): Blob {
  return new Blob(["\ufeff", csvOf(head, rows)], { type: "text/csv;charset=utf-8" });
}
