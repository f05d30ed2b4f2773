import { moment } from "../../api/explain";
import type { Run } from "../../api/owner";
import { Table, type Column } from "../../ui/Table";
import type { ReactNode } from "react";
import { Named } from "../parts/Named";
import { Link, pathOf } from "../routes";
import { useMe } from "../session";
import { State, took } from "./state";

interface Props {
  caption: string;
  rows: Run[];
  empty: ReactNode;
  of?: string; // the one workflow that all runs are of
}

// RunTable lists runs, newest first.
export function RunTable({ caption, rows, empty, of }: Props) {
  const { workspace } = useMe();
  const workflow: Column<Run> = {
    id: "workflow",
    head: "Workflow",
    cell: (r) => <OfWorkflow run={r} workspace={workspace} />,
  };
  const version: Column<Run> = { id: "version", head: "Version", cell: (r) => (r.draft ? "the draft" : r.version) };
  return (
    <Table<Run>
      caption={caption}
      rows={rows}
      keyOf={(r) => r.name ?? ""}
      empty={empty}
      columns={[
        {
          id: "time",
          head: "Started",
          cell: (r) => <Link href={pathOf.run(workspace, idOfRun(r))}>{moment(r.startTime ?? "")}</Link>,
        },
        { id: "state", head: "State", cell: (r) => <State run={r} /> },
        of ? version : workflow,
        { id: "share", head: "Link", cell: (r) => <OfShare run={r} workspace={workspace} /> },
        { id: "visitor", head: "Visitor", cell: (r) => (r.visitor ? <code>{r.visitor.slice(0, 14)}</code> : "you") },
        { id: "key", head: "Paid by", cell: (r) => <OfKey run={r} /> },
        { id: "took", head: "Took", number: true, cell: (r) => took(r) },
      ]}
    />
  );
}

const idOfRun = (run: Run) => run.name?.split("/")[3] ?? "";

function OfWorkflow({ run, workspace }: { run: Run; workspace: string }) {
  const id = run.workflow?.split("/")[3];
  if (!id) return "inline, or of another workspace";
  const link = (words: string) => <Link href={pathOf.workflow(workspace, id)}>{words}</Link>;
  return <Named title={run.workflowTitle} id={id} link={link} />;
}

function OfShare({ run, workspace }: { run: Run; workspace: string }) {
  const [, , , workflow, , share] = run.share?.split("/") ?? [];
  if (!share || !workflow) return "";
  const link = (words: string) => <Link href={pathOf.runs(workspace, { workflow, share })}>{words}</Link>;
  return <Named title={run.shareTitle} id={share} link={link} />;
}

function OfKey({ run }: { run: Run }) {
  const id = run.chargedKey?.split("/")[3];
  return id ? <Named title={run.chargedKeyTitle} id={id} /> : "the visitor";
}
