import { type ReactNode } from "react";
import { classes } from "./classes";
import style from "./Table.module.css";

export interface Column<Row> {
  id: string;
  head: string;
  number?: boolean;
  cell: (row: Row) => ReactNode;
}

interface Props<Row> {
  caption: string; // for screen readers
  columns: Column<Row>[];
  rows: Row[];
  keyOf: (row: Row, index: number) => string | number;
  empty?: ReactNode;
}

export function Table<Row>({ caption, columns, rows, keyOf, empty }: Props<Row>) {
  if (rows.length === 0 && empty) return empty;
  return (
    <div className={style.room} tabIndex={0} role="region" aria-label={caption}>
      <table className={style.table}>
        <caption className="sr-only">{caption}</caption>
        <thead>
          <tr>
            {columns.map((c) => (
              <th key={c.id} scope="col" className={classes(style.head, c.number && style.number)}>
                {c.head}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row, i) => (
            <tr key={keyOf(row, i)} className={style.row}>
              {columns.map((c) => (
                <td key={c.id} className={classes(style.cell, c.number && style.number)}>
                  {c.cell(row)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
