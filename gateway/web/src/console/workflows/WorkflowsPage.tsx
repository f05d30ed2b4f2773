import { lazy, Suspense, useState } from "react";
import { listWorkflows, type Workflow } from "../../api/owner";
import { Button } from "../../ui/Button";
import { EmptyState } from "../../ui/EmptyState";
import { Segments } from "../../ui/Segments";
import { Select } from "../../ui/Select";
import { Skeleton } from "../../ui/Skeleton";
import { FirstRun, useFirstSteps } from "../first/FirstRun";
import page from "../parts/Page.module.css";
import { setQuery } from "../parts/query";
import { Search } from "../parts/Search";
import { ShowMore } from "../parts/ShowMore";
import { Trouble } from "../parts/Trouble";
import { useList } from "../parts/useList";
import { useTitle } from "../parts/useTitle";
import { Link, navigate, pathOf, useAddress } from "../routes";
import { useMe } from "../session";
import { Cards } from "./Cards";
import { orderOf, orders, useView, views } from "./view";
import { WorkflowTable } from "./WorkflowTable";
import style from "./Workflows.module.css";

const StartHere = lazy(() => import("../templates/StartHere"));
const NewWorkflow = lazy(() => import("./NewWorkflow"));

// WorkflowsPage lists the workflows. The server searches, sorts and pages.
export function WorkflowsPage() {
  useTitle("Workflows");
  const { workspace, editor, owner } = useMe();
  const { query } = useAddress();
  const words = query.get("q") ?? "";
  const order = orderOf(query.get("sort"));
  const list = useList<Workflow>(["workflows", workspace, words, order.by], (token) =>
    listWorkflows(workspace, words, token, order.by),
  );
  const [view, setView] = useView();
  const [making, setMaking] = useState(false);
  const asked = editor && query.has("new"); // by the command palette
  const close = () => {
    setMaking(false);
    if (asked) navigate(pathOf.workflows(workspace), true);
  };
  const steps = useFirstSteps(owner && words === "");
  const View = view === "table" ? WorkflowTable : Cards;
  const searching = words !== "" || list.rows.length > 0;
  return (
    <>
      <div className={page.head}>
        <h1 className={page.title}>Workflows</h1>
        {searching && (
          <>
            <span className={page.quiet}>{list.total === 1 ? "1 workflow" : `${list.total ?? 0} workflows`}</span>
            <Search label="Search workflows" />
            <span className={page.choice}>
              <Select
                aria-label="Sort by"
                value={order.value}
                options={[...orders]}
                onChange={(e) => setQuery({ sort: e.target.value === orders[0].value ? "" : e.target.value })}
              />
            </span>
            <Segments label="Show as" options={views} value={view} onChange={setView} />
          </>
        )}
        {editor && <Link href={pathOf.trash(workspace)}>Trash</Link>}
        {editor && (
          <Button look="filled" icon="plus" onClick={() => setMaking(true)}>
            New workflow
          </Button>
        )}
      </div>
      <Suspense fallback={null}>{(making || asked) && <NewWorkflow onClose={close} />}</Suspense>
      {list.data && <FirstRun workflows={list.rows} steps={steps} />}
      {list.error ? (
        <Trouble failure={list.error} onRetry={() => void list.refetch()} />
      ) : list.isPending || steps.pending ? (
        <Waiting />
      ) : list.rows.length === 0 ? (
        words ? (
          <EmptyState icon="search" title="No workflow matches">
            The search looks at titles and ids.
          </EmptyState>
        ) : editor ? (
          <Suspense fallback={<Waiting />}>
            <StartHere onNew={() => setMaking(true)} />
          </Suspense>
        ) : (
          <EmptyState icon="fork" title="No workflows yet">
            Editors and owners of the workspace make them.
          </EmptyState>
        )
      ) : (
        <View rows={list.rows} busy={list.isFetching} />
      )}
      <ShowMore list={list} />
    </>
  );
}

function Waiting() {
  return (
    <div className={style.waiting} aria-busy="true" aria-label="Workflows" role="status">
      {[0, 1, 2].map((i) => (
        <Skeleton key={i} height={240} />
      ))}
    </div>
  );
}
