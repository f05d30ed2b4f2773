import { lazy, Suspense, useEffect, useId } from "react";
import type { Allowance, SharedWorkflow } from "../../api/client";
import { Icon } from "../../ui/icons";
import type { Picture } from "../picture";
import type { Run } from "../useRun";
import { Progress } from "./Progress";
import { RunFailure } from "./RunFailure";
import { Used } from "./Used";

// What shows results is fetched when a run begins: nobody needs it before.
const fetchResults = () => import("./Results");
const Results = lazy(fetchResults);

interface Props {
  view: SharedWorkflow;
  run: Run;
  input: Picture | null;
  allowances: Allowance[];
  onCancel: () => void;
}

// ResultPanel shows a run: first nothing, then progress, then outputs.
export function ResultPanel({ view, run, input, allowances, onCancel }: Props) {
  const title = useId();
  useEffect(() => {
    if (run.phase === "running") fetchResults().catch(() => undefined); // asked for again when it is shown
  }, [run.phase]);
  return (
    <section className="panel result-panel" aria-labelledby={title} aria-busy={run.phase === "running"}>
      <div className="panel-head">
        <h2 id={title}>Result</h2>
        <p className="sr-only" role="status">
          {spoken(run, view)}
        </p>
        {run.phase === "succeeded" && <Used run={run} allowances={allowances} />}
      </div>
      {run.phase === "idle" && <Nothing view={view} />}
      {run.phase === "running" && <Progress view={view} run={run} onCancel={onCancel} />}
      {(run.phase === "failed" || run.phase === "cancelled") && run.failure && (
        <RunFailure view={view} run={run} failure={run.failure} />
      )}
      {run.phase === "succeeded" && run.response && (
        <Suspense fallback={<p className="quiet-text">Loading…</p>}>
          <Results response={run.response} input={input} />
        </Suspense>
      )}
    </section>
  );
}

function Nothing({ view }: { view: SharedWorkflow }) {
  const outputs = view.interface?.outputs ?? [];
  return (
    <div className="nothing">
      <span className="nothing-icon">
        <Icon name="visualization" size={28} />
      </span>
      <p>{view.runnable ? "Run it on the sample, or on your own input." : "Can't run now: see the reason above."}</p>
      {outputs.length > 0 && (
        <p className="quiet-text">
          Gives{" "}
          {outputs.map((o, i) => (
            <span key={o.name}>
              {i > 0 && (i === outputs.length - 1 ? " and " : ", ")}
              <strong>{o.name}</strong>
            </span>
          ))}
          .
        </p>
      )}
    </div>
  );
}

function spoken(run: Run, view: SharedWorkflow): string {
  switch (run.phase) {
    case "running": {
      const done = Object.values(run.steps).filter((s) => s.state !== "started").length;
      return `Running. ${done} of ${(view.graph?.nodes ?? []).filter((n) => n.id?.startsWith("steps.")).length} steps done.`;
    }
    case "succeeded":
      return "Finished. The result follows.";
    case "failed":
      return "The run failed.";
    case "cancelled":
      return "The run was cancelled.";
    default:
      return "";
  }
}
