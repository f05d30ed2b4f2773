import { sentence } from "../../api/explain";
import type { Run, StepEvent } from "../../api/owner";
import { StepIcon } from "../../result/StepIcon";
import { duration } from "../../result/time";
import page from "../parts/Page.module.css";
import style from "./Run.module.css";
import { wordsOfReason } from "./state";

const states: Record<string, string> = { succeeded: "Succeeded", failed: "Failed", skipped: "Skipped" };

// Timeline shows when each step ran, for how long, and why one failed.
export function Timeline({ run }: { run: Run }) {
  const steps = run.steps ?? [];
  const began = Math.min(...steps.map((s) => time(s.startTime)));
  const whole = Math.max(1, ...steps.map((s) => time(s.endTime) - began));
  return (
    <section className={page.section} aria-labelledby="steps">
      <h2 className={page.sub} id="steps">
        Steps
      </h2>
      {steps.length === 0 ? (
        <p className={page.hint}>
          {run.state === "RUN_STATE_RUNNING" ? "They appear when the run has ended." : "No step began."}
        </p>
      ) : (
        <ol className={style.steps}>
          {steps.map((s) => (
            <li key={s.step} className={style.step}>
              <StepIcon state={stateOf(s, steps)} />
              <span className={style.name}>{s.step}</span>
              <span className={style.state}>{wordOf(s, steps)}</span>
              <span className={style.track} aria-hidden="true">
                <span
                  style={{
                    left: `${(100 * (time(s.startTime) - began)) / whole}%`,
                    width: `${(100 * (time(s.endTime) - time(s.startTime))) / whole}%`,
                  }}
                />
              </span>
              <span className={style.took}>
                {s.state === "skipped" ? "" : duration(time(s.endTime) - time(s.startTime))}
              </span>
              {s.reason && (
                <span className={style.error}>{sentence(run.message ?? "") || wordsOfReason(s.reason)}</span>
              )}
            </li>
          ))}
        </ol>
      )}
    </section>
  );
}

const time = (iso: string | undefined) => Date.parse(iso ?? "") || 0;

// stateOf distinguishes a step that failed from one that ended because another step failed.
function stateOf(step: StepEvent, all: readonly StepEvent[]): string {
  const interrupted = step.state === "failed" && !step.reason && all.some((s) => s.reason);
  return interrupted ? "interrupted" : (step.state ?? "");
}

function wordOf(step: StepEvent, all: readonly StepEvent[]): string {
  return states[stateOf(step, all)] ?? "Interrupted";
}
