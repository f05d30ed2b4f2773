import { lazy, Suspense, useEffect, useState } from "react";
import { moment } from "../../api/explain";
import { listWorkflows, type Workflow } from "../../api/owner";
import { Button } from "../../ui/Button";
import { EmptyState } from "../../ui/EmptyState";
import { Input } from "../../ui/Field";
import { Skeleton } from "../../ui/Skeleton";
import { Tag } from "../../ui/Tag";
import { FirstRun, useFirstSteps } from "../first/FirstRun";
import page from "../parts/Page.module.css";
import { Trouble } from "../parts/Trouble";
import { useList } from "../parts/useList";
import { useTitle } from "../parts/useTitle";
import { Link, navigate, pathOf, useAddress } from "../routes";
import { useMe } from "../session";
import { useRunsToday } from "./useRunsToday";
import style from "./Workflows.module.css";

const StartHere = lazy(() => import("../templates/StartHere"));
const NewWorkflow = lazy(() => import("./NewWorkflow"));

const typing = 200; // ms without a key before a search

// WorkflowsPage lists the workflows. The server searches and pages.
export function WorkflowsPage() {
  useTitle("Workflows");
  const { workspace, editor, owner } = useMe();
  const { query } = useAddress();
  const words = query.get("q") ?? "";
  const list = useList<Workflow>(["workflows", workspace, words], (token) => listWorkflows(workspace, words, token));
  const [making, setMaking] = useState(false);
  const asked = editor && query.has("new"); // by the command palette
  const close = () => {
    setMaking(false);
    if (asked) navigate(pathOf.workflows(workspace), true);
  };
  const steps = useFirstSteps(owner && words === "");
  const ran = useRunsToday(workspace);
  const searching = words !== "" || list.rows.length > 0;
  return (
    <>
      <div className={page.head}>
        <h1 className={page.title}>Workflows</h1>
        {searching && <Search workspace={workspace} start={words} />}
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
        <ul className={style.list} aria-label="Workflows" aria-busy={list.isFetching || undefined}>
          {list.rows.map((w) => (
            <Row key={w.name} workflow={w} workspace={workspace} runs={ran(w)} />
          ))}
        </ul>
      )}
      {list.hasNextPage && (
        <div className={page.more}>
          <Button busy={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
            Show more
          </Button>
        </div>
      )}
    </>
  );
}

function Search({ workspace, start }: { workspace: string; start: string }) {
  const [text, setText] = useState(start);
  useEffect(() => {
    const wanted = text.trim();
    if (wanted === start) return;
    const timer = setTimeout(() => {
      const path = pathOf.workflows(workspace);
      navigate(wanted ? `${path}?${new URLSearchParams({ q: wanted })}` : path, true);
    }, typing);
    return () => clearTimeout(timer);
  }, [text, start, workspace]);
  return (
    <Input
      type="search"
      className={style.search}
      aria-label="Search workflows"
      placeholder="Search"
      maxLength={200}
      value={text}
      onChange={(e) => setText(e.target.value)}
    />
  );
}

interface RowProps {
  workflow: Workflow;
  workspace: string;
  runs: number | undefined; // today; undefined until it is known
}

function Row({ workflow, workspace, runs }: RowProps) {
  const id = workflow.name?.split("/")[3] ?? "";
  const [active, paused] = [workflow.activeShares ?? 0, workflow.pausedShares ?? 0];
  return (
    <li className={style.row}>
      <div className={style.name}>
        <Link className={style.title} href={pathOf.workflow(workspace, id)}>
          {workflow.title || id}
        </Link>
        <span className={style.id}>{id}</span>
      </div>
      <span>{workflow.liveVersion ? `Version ${workflow.liveVersion}` : "Not published"}</span>
      <span className={style.links}>
        {active > 0 && (
          <Tag tone="good" icon="link">
            {active === 1 ? "1 link" : `${active} links`}
          </Tag>
        )}
        {paused > 0 && <Tag icon="stop">{paused} paused</Tag>}
        {active + paused === 0 && <span className={page.quiet}>No link</span>}
      </span>
      <span className={style.runs}>
        {runs !== undefined && (
          <>
            <strong>{runs.toLocaleString("en-GB")}</strong> {runs === 1 ? "run" : "runs"} today
          </>
        )}
      </span>
      <span className={style.changed}>changed {moment(workflow.updateTime ?? "")}</span>
    </li>
  );
}

function Waiting() {
  return (
    <div className={style.list} aria-busy="true" aria-label="Workflows" role="status">
      {[0, 1, 2].map((i) => (
        <div key={i} className={style.row}>
          <Skeleton width="40%" />
        </div>
      ))}
    </div>
  );
}
