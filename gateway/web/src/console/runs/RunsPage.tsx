import { moment } from "../../api/explain";
import { listRuns, type Run, type RunState } from "../../api/owner";
import { Button } from "../../ui/Button";
import { EmptyState } from "../../ui/EmptyState";
import { Select } from "../../ui/Select";
import { Table } from "../../ui/Table";
import { Tag } from "../../ui/Tag";
import { Named } from "../parts/Named";
import page from "../parts/Page.module.css";
import { setQuery } from "../parts/query";
import { Trouble } from "../parts/Trouble";
import { useList } from "../parts/useList";
import { useTitle } from "../parts/useTitle";
import { Link, pathOf, useAddress } from "../routes";
import { useMe } from "../session";
import { State, states, took } from "./state";

// RunsPage lists runs, newest first, of all workflows, of one, or of one link.
export default function RunsPage() {
  useTitle("Runs");
  const { workspace } = useMe();
  const { query } = useAddress();
  const [workflow, share, key] = [query.get("workflow") ?? "", query.get("share") ?? "", query.get("key") ?? ""];
  const state = stateOf(query.get("state"));
  const list = useList<Run>(["runs", workspace, workflow, share, key, state], (token) =>
    listRuns(workspace, { workflow, share, key, state }, token),
  );
  return (
    <>
      <div className={page.head}>
        <h1 className={page.title}>Runs</h1>
        {(workflow || share || key) && (
          <>
            <Tag tone="accent">{filterOf(list.rows, { workflow, share, key })}</Tag>
            <Link href={pathOf.runs(workspace)}>Show all runs</Link>
          </>
        )}
        <span className={page.choice}>
          <Select
            aria-label="State"
            value={state ?? ""}
            onChange={(e) => setQuery({ state: e.target.value })}
            options={[{ value: "", label: "Every state" }, ...choices]}
          />
        </span>
      </div>
      {list.error ? (
        <Trouble failure={list.error} onRetry={() => void list.refetch()} />
      ) : (
        <div className={page.wide}>
          <Table<Run>
            caption="Runs"
            rows={list.rows}
            keyOf={(r) => r.name ?? ""}
            empty={
              state && !list.isPending ? (
                <EmptyState icon="search" title="Nothing matches">
                  No run is in this state.
                </EmptyState>
              ) : (
                <EmptyState icon="history" title={list.isPending ? "Loading" : "No runs yet"}>
                  Runs of your workflows and of your keys appear here. Inputs and outputs are not kept.
                </EmptyState>
              )
            }
            columns={[
              {
                id: "time",
                head: "Started",
                cell: (r) => <Link href={pathOf.run(workspace, idOfRun(r))}>{moment(r.startTime ?? "")}</Link>,
              },
              { id: "state", head: "State", cell: (r) => <State run={r} /> },
              { id: "workflow", head: "Workflow", cell: (r) => <OfWorkflow run={r} workspace={workspace} /> },
              { id: "share", head: "Link", cell: (r) => <OfShare run={r} workspace={workspace} /> },
              {
                id: "visitor",
                head: "Visitor",
                cell: (r) => (r.visitor ? <code>{r.visitor.slice(0, 14)}</code> : "you"),
              },
              { id: "key", head: "Paid by", cell: (r) => <OfKey run={r} /> },
              { id: "took", head: "Took", number: true, cell: (r) => took(r) },
            ]}
          />
        </div>
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

const choices = Object.entries(states).map(([value, [, label]]) => ({ value, label }));

const idOfRun = (run: Run) => run.name?.split("/")[3] ?? "";

// stateOf reads a state from the address. Words that are no state mean every state.
function stateOf(word: string | null): RunState | undefined {
  return word !== null && Object.hasOwn(states, word) ? (word as RunState) : undefined;
}

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

// filterOf names what the list is limited to, by a title if one of its runs has it.
function filterOf(rows: Run[], { workflow, share, key }: { workflow: string; share: string; key: string }): string {
  const [of] = rows;
  const flow = of?.workflowTitle || workflow;
  if (share) return `${flow}, link ${of?.shareTitle || share}`;
  return workflow ? flow : `key ${of?.chargedKeyTitle || key}`;
}
