import type { SharedWorkflow } from "../../api/client";
import { Icon } from "../../ui/icons";
import type { Run, StepStatus } from "../useRun";

const listed = 10; // a longer workflow shows running steps only

// Progress shows the state of each step during a run.
export function Progress({ view, run, onCancel }: { view: SharedWorkflow; run: Run; onCancel: () => void }) {
  const all = stepsOf(view);
  const done = all.filter((s) => run.steps[s.name] && run.steps[s.name]!.state !== "started").length;
  const shown = all.length <= listed ? all : window(all, run);
  return (
    <div className="progress">
      <div
        className="progress-bar"
        role="progressbar"
        aria-label="Steps done"
        aria-valuemin={0}
        aria-valuemax={all.length}
        aria-valuenow={done}
      >
        <span style={{ transform: `scaleX(${all.length ? done / all.length : 0})` }} />
      </div>
      <p className="quiet-text">
        {Object.keys(run.steps).length === 0 ? "Starting…" : `${done} of ${all.length} steps`}
      </p>
      <ol className="steps">
        {shown.map((s) => (
          <Step key={s.name} name={s.name} title={s.title} status={run.steps[s.name]} />
        ))}
      </ol>
      <div className="narrow-only">
        <button type="button" className="button" onClick={onCancel}>
          <Icon name="stop" /> Cancel
        </button>
      </div>
    </div>
  );
}

export function Step({ name, title, status }: { name: string; title: string; status?: StepStatus }) {
  const state = status?.state ?? "waiting";
  const took = status?.began && status.ended ? status.ended - status.began : -1;
  return (
    <li className={`step step-${state}`}>
      <span className="step-icon">
        {state === "succeeded" ? (
          <Icon name="check" size={13} />
        ) : state === "failed" ? (
          <Icon name="cross" size={13} />
        ) : state === "skipped" ? (
          <Icon name="skip" size={13} />
        ) : null}
      </span>
      <span className="step-name">{name}</span>
      <span className="step-title">{title}</span>
      <span className="step-time">
        {state === "started"
          ? "running"
          : state === "waiting"
            ? ""
            : state === "succeeded"
              ? took >= 0
                ? duration(took)
                : "done"
              : state}
      </span>
    </li>
  );
}

export function stepsOf(view: SharedWorkflow): { name: string; title: string }[] {
  return (view.graph?.nodes ?? [])
    .filter((n) => n.id?.startsWith("steps."))
    .map((n) => {
      const [, ...rest] = (n.label ?? "").split(" · ");
      return { name: n.id!.slice("steps.".length), title: rest.join(" · ") };
    });
}

function window(all: { name: string; title: string }[], run: Run) {
  const going = all.filter((s) => run.steps[s.name]?.state === "started");
  const done = all.filter((s) => run.steps[s.name] && run.steps[s.name]!.state !== "started");
  return [...done.slice(-Math.max(2, listed - going.length)), ...going].slice(-listed);
}

export function duration(ms: number): string {
  if (ms < 1) return "< 1 ms";
  if (ms < 1000) return `${Math.round(ms)} ms`;
  return `${(ms / 1000).toFixed(1)} s`;
}
