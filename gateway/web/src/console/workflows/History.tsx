import { listRuns, type Run, type WorkflowPath } from "../../api/owner";
import { EmptyState } from "../../ui/EmptyState";
import page from "../parts/Page.module.css";
import { ShowMore } from "../parts/ShowMore";
import { Trouble } from "../parts/Trouble";
import { useList } from "../parts/useList";
import { Link, pathOf } from "../routes";
import { RunTable } from "../runs/RunTable";
import { Versions } from "./Versions";

// History is what happened to a workflow: its runs, and its versions.
export function History({ path, live }: { path: WorkflowPath; live: number }) {
  return (
    <>
      <Runs path={path} />
      <Versions path={path} live={live} />
    </>
  );
}

function Runs({ path }: { path: WorkflowPath }) {
  const { workspace, workflow } = path;
  const of = { workflow, share: "", key: "" };
  const list = useList<Run>(["runs", workspace, workflow, "history"], (token) => listRuns(workspace, of, token));
  return (
    <section className={page.section} aria-labelledby="history">
      <h2 className={page.sub} id="history">
        Runs
        <Link className={page.quiet} href={pathOf.runs(workspace, { workflow })}>
          Open in Runs
        </Link>
      </h2>
      {list.error ? (
        <Trouble failure={list.error} onRetry={() => void list.refetch()} />
      ) : (
        <RunTable
          caption="Runs of this workflow"
          rows={list.rows}
          of={workflow}
          empty={
            <EmptyState icon="history" title={list.isPending ? "Loading" : "No runs yet"}>
              Yours and those of its visitors appear here.
            </EmptyState>
          }
        />
      )}
      <ShowMore list={list} />
    </section>
  );
}
