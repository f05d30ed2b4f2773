import { type ReactNode } from "react";
import type { Failure } from "../../api/failure";
import { EmptyState } from "../../ui/EmptyState";
import { Skeleton } from "../../ui/Skeleton";
import { Table, type Column } from "../../ui/Table";
import page from "./Page.module.css";
import { ShowMore } from "./ShowMore";
import { Trouble } from "./Trouble";

// List is what useList returns.
export interface List<T> {
  rows: T[];
  error: Failure | null;
  isPending: boolean;
  isFetching: boolean;
  hasNextPage: boolean;
  isFetchingNextPage: boolean;
  refetch: () => unknown;
  fetchNextPage: () => unknown;
}

interface Props<T> {
  caption: string;
  list: List<T>;
  columns: Column<T>[];
  keyOf: (row: T) => string;
  empty: ReactNode;
  searched?: boolean; // an empty list then means that nothing matches
}

// Listing shows a list of the server in each of its states: loading, failed, empty, paged.
export function Listing<T>({ caption, list, columns, keyOf, empty, searched }: Props<T>) {
  if (list.error) return <Trouble failure={list.error} onRetry={() => void list.refetch()} />;
  if (list.isPending) return <Waiting caption={caption} />;
  return (
    <>
      <div className={page.wide} aria-busy={list.isFetching || undefined}>
        <Table<T>
          caption={caption}
          rows={list.rows}
          keyOf={keyOf}
          columns={columns}
          empty={searched ? <EmptyState icon="search" title="Nothing matches" /> : empty}
        />
      </div>
      <ShowMore list={list} />
    </>
  );
}

function Waiting({ caption }: { caption: string }) {
  return (
    <div className={page.waiting} role="status" aria-busy="true" aria-label={caption}>
      {[60, 45, 70, 50].map((width) => (
        <Skeleton key={width} width={`${width}%`} />
      ))}
    </div>
  );
}
