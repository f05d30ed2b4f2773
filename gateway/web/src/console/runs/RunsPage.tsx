import { listRuns, type Run, type RunState } from "../../api/owner";
import { EmptyState } from "../../ui/EmptyState";
import { Select } from "../../ui/Select";
import { Tag } from "../../ui/Tag";
import page from "../parts/Page.module.css";
import { setQuery } from "../parts/query";
import { ShowMore } from "../parts/ShowMore";
import { Trouble } from "../parts/Trouble";
import { useList } from "../parts/useList";
import { useTitle } from "../parts/useTitle";
import { Link, pathOf, useAddress } from "../routes";
import { useMe } from "../session";
import { RunTable } from "./RunTable";
import { states } from "./state";

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
          <RunTable
            caption="Runs"
            rows={list.rows}
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
          />
        </div>
      )}
      <ShowMore list={list} />
    </>
  );
}

const choices = Object.entries(states).map(([value, [, label]]) => ({ value, label }));

// stateOf reads a state from the address. Words that are no state mean every state.
function stateOf(word: string | null): RunState | undefined {
  return word !== null && Object.hasOwn(states, word) ? (word as RunState) : undefined;
}

// filterOf names what the list is limited to, by a title if one of its runs has it.
function filterOf(rows: Run[], { workflow, share, key }: { workflow: string; share: string; key: string }): string {
  const [of] = rows;
  const flow = of?.workflowTitle || workflow;
  if (share) return `${flow}, link ${of?.shareTitle || share}`;
  return workflow ? flow : `key ${of?.chargedKeyTitle || key}`;
}
