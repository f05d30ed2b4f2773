import { moment } from "../../api/explain";
import type { Workflow } from "../../api/owner";
import { Sparkline } from "../../ui/Sparkline";
import { Table } from "../../ui/Table";
import page from "../parts/Page.module.css";
import { Link, pathOf } from "../routes";
import { useMe } from "../session";
import { LinkCount, Problem } from "./marks";
import { idOfWorkflow, runsOf, runsToday, titleOfWorkflow, versionOf, weekInWords } from "./words";

// WorkflowTable shows workflows as rows: many fit on a screen.
export function WorkflowTable({ rows, busy }: { rows: Workflow[]; busy: boolean }) {
  const { workspace } = useMe();
  return (
    <div className={page.wide} aria-busy={busy || undefined}>
      <Table<Workflow>
        caption="Workflows"
        rows={rows}
        keyOf={(w) => w.name ?? ""}
        columns={[
          {
            id: "title",
            head: "Workflow",
            cell: (w) => (
              <span className={page.name}>
                <Link href={pathOf.workflow(workspace, idOfWorkflow(w))}>{titleOfWorkflow(w)}</Link>
                {w.title && <span className={page.quiet}>{idOfWorkflow(w)}</span>}
              </span>
            ),
          },
          { id: "version", head: "Version", cell: versionOf },
          {
            id: "links",
            head: "Links",
            cell: (w) => (
              <span className={page.tags}>
                <LinkCount of={w} />
              </span>
            ),
          },
          {
            id: "problems",
            head: "Problems",
            cell: (w) => (
              <span className={page.tags}>
                <Problem of={w} />
              </span>
            ),
          },
          { id: "week", head: "7 days", cell: (w) => <Sparkline values={runsOf(w)} label={weekInWords(w)} /> },
          { id: "today", head: "Runs today", number: true, cell: runsToday },
          { id: "changed", head: "Changed", cell: (w) => moment(w.updateTime ?? "") },
        ]}
      />
    </div>
  );
}
