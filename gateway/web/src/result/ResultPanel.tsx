import { lazy, Suspense, useEffect, useId, useState, type ReactNode } from "react";
import type { Input, Output } from "../api/client";
import type { StepInfo } from "../graph/stepsOf";
import type { Picture } from "../run/picture";
import type { Result, Run } from "../run/useRun";
import { EmptyState } from "../ui/EmptyState";
import panel from "../ui/Panel.module.css";
import { Segments } from "../ui/Segments";
import { Tag } from "../ui/Tag";
import { outputLabel } from "../run/fields";
import { Progress } from "./Progress";
import style from "./ResultPanel.module.css";
import { RunFailure } from "./RunFailure";
import { duration } from "./time";

// The code that shows results is loaded when a run begins, or with the view of a link that has an
// example.
let loaded: typeof import("./Results") | undefined;
export const fetchResults = async () => (loaded = await import("./Results"));
// What is loaded already is shown immediately: a real promise would show the fallback first.
const Results = lazy(() => (loaded ? ready(loaded) : fetchResults()));

function ready<T>(value: T): Promise<T> {
  return { then: (take: (value: T) => void) => take(value) } as Promise<T>;
}

interface Props {
  inputs: Input[];
  outputs: Output[];
  steps: StepInfo[];
  run: Run;
  // The last result. It stays, marked, while another run has not replaced it.
  result: Result | null;
  // What the form holds now differs from what the result belongs to.
  changed: "" | "picture" | "inputs";
  // The picture that is chosen, to fill the first screen.
  picture?: Picture;
  runnable: boolean;
  used?: ReactNode;
  // The owner's stored result of the sample in the form. It stays, dimmed, until a run has a result.
  example?: Result;
  onCancel: () => void;
}

// ResultPanel shows a run: first its expected outputs, then its steps, then its outputs.
export function ResultPanel({
  inputs,
  outputs,
  steps,
  run,
  result,
  changed,
  picture,
  runnable,
  used,
  example,
  onCancel,
}: Props) {
  const title = useId();
  const [raw, setRaw] = useState(false);
  useEffect(() => {
    if (run.phase === "running") fetchResults().catch(() => undefined); // asked for again when it is shown
  }, [run.phase]);
  const failure = run.phase === "failed" || run.phase === "cancelled" ? run.failure : undefined;
  const stored = result ? undefined : example;
  const old = result && (run.phase !== "succeeded" || changed !== "");
  return (
    <section
      className={`${panel.panel} ${style.panel}`}
      aria-labelledby={title}
      aria-busy={run.phase === "running"}
      data-part="result"
    >
      <div className={style.head}>
        <h2 className={style.title} id={title}>
          Result
        </h2>
        {old && <Tag tone="warn">{changed === "picture" ? "From the previous picture" : "From the previous run"}</Tag>}
        {stored && (
          <>
            <Tag tone="accent">Example</Tag>
            {run.phase === "idle" && <span className={style.took}>Stored by the owner. Run to make your own.</span>}
          </>
        )}
        <p className="sr-only" role="status">
          {spoken(run, steps.length)}
        </p>
        <span className={style.push} />
        {result && !old && <span className={style.took}>{duration(result.took)}</span>}
        {(result || stored) && (
          <Segments
            label="View of the result"
            value={raw ? "json" : "result"}
            onChange={(v) => setRaw(v === "json")}
            options={[
              { id: "result", label: "Result" },
              { id: "json", label: "Result as JSON" },
            ]}
          />
        )}
      </div>
      {run.phase === "running" && <Progress steps={steps} run={run} small={!!result || !!stored} onCancel={onCancel} />}
      {failure && <RunFailure inputs={inputs} steps={steps} run={run} failure={failure} small={!!result} />}
      {result ? (
        <div className={old ? `${style.body} ${style.old}` : style.body} data-part={old ? "old-result" : "new-result"}>
          <Suspense fallback={null}>
            <Results result={result} outputs={outputs} raw={raw} />
          </Suspense>
        </div>
      ) : stored ? (
        <div className={run.phase === "idle" ? style.body : `${style.body} ${style.old}`} data-part="example">
          <Suspense fallback={<Nothing outputs={outputs} picture={picture} runnable={runnable} />}>
            <Results result={stored} outputs={outputs} raw={raw} />
          </Suspense>
        </div>
      ) : (
        run.phase !== "running" && !failure && <Nothing outputs={outputs} picture={picture} runnable={runnable} />
      )}
      {result && !old && used && <div className={style.used}>{used}</div>}
    </section>
  );
}

// Nothing fills the first screen with the picture that a run would read.
function Nothing({ outputs, picture, runnable }: { outputs: Output[]; picture?: Picture; runnable: boolean }) {
  const gives = outputs.map((o) => o.label || outputLabel(o).toLowerCase());
  const words = (
    <>
      {runnable
        ? "Run it to see the result."
        : picture?.shown
          ? "It cannot run now: see the reason above."
          : "See the reason above."}
      {gives.length > 0 && <> You get: {gives.join(", ")}.</>}
    </>
  );
  if (!picture?.shown)
    return (
      <EmptyState icon="play" title={runnable ? "Not run yet" : "Cannot run now"}>
        {words}
      </EmptyState>
    );
  return (
    <figure className={style.before}>
      <span className={style.stage}>
        <img src={picture.shown} alt="The picture that a run reads" />
      </span>
      <figcaption className={style.words}>{words}</figcaption>
    </figure>
  );
}

function spoken(run: Run, total: number): string {
  switch (run.phase) {
    case "running":
      return `Running. ${Object.values(run.steps).filter((s) => s.state !== "started").length} of ${total} steps done.`;
    case "succeeded":
      return "Finished. The result follows.";
    case "failed":
      return "The run failed.";
    case "cancelled":
      return "The run was stopped.";
    default:
      return "";
  }
}
