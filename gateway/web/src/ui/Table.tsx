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

// Table shows rows. Where it has little room, each row is a card with the heads as labels. The roles are stated
// because some browsers take them from a table that is not displayed as one.
export function Table<Row>({ caption, columns, rows, keyOf, empty }: Props<Row>) {
  if (rows.length === 0 && empty) return empty;
  return (
    <div className={style.room} tabIndex={0} role="region" aria-label={caption}>
      <table className={style.table} role="table">
        <caption className="sr-only">{caption}</caption>
        <thead className={style.heads} role="rowgroup">
          <tr role="row">
            {columns.map((c) => (
              <th key={c.id} scope="col" role="columnheader" className={classes(style.head, c.number && style.number)}>
                {c.head}
              </th>
            ))}
          </tr>
        </thead>
        <tbody role="rowgroup">
          {rows.map((row, i) => (
            <tr key={keyOf(row, i)} className={style.row} role="row">
              {columns.map((c) => (
                <td
                  key={c.id}
                  role="cell"
                  data-label={c.head}
                  className={classes(style.cell, c.number && style.number)}
                >
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
