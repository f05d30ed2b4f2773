import type { StepInfo } from "../graph/stepsOf";
import type { Run, StepStatus } from "../run/useRun";
import { Button } from "../ui/Button";
import style from "./Progress.module.css";
import { StepIcon } from "./StepIcon";
import { duration } from "./time";

const listed = 10; // a longer workflow shows running steps only

// Progress shows the state of each step during a run; small is one line above an old result.
export function Progress({
  steps,
  run,
  small,
  onCancel,
}: {
  steps: StepInfo[];
  run: Run;
  small: boolean;
  onCancel: () => void;
}) {
  const done = steps.filter((s) => run.steps[s.name] && run.steps[s.name]!.state !== "started").length;
  const going = steps.find((s) => run.steps[s.name]?.state === "started");
  return (
    <div className={small ? style.small : style.progress} data-part="progress">
      <div
        className={style.bar}
        role="progressbar"
        aria-label="Steps done"
        aria-valuemin={0}
        aria-valuemax={steps.length}
        aria-valuenow={done}
      >
        <span style={{ transform: `scaleX(${steps.length ? done / steps.length : 0})` }} />
      </div>
      <div className={style.row}>
        <span className={style.words}>
          {going ? `${going.name}, step ${done + 1} of ${steps.length}` : `${done} of ${steps.length} steps`}
        </span>
        <Button onClick={onCancel}>Stop</Button>
      </div>
      {!small && <StepList steps={steps.length <= listed ? steps : around(steps, run)} run={run} />}
    </div>
  );
}

export function StepList({ steps, run }: { steps: StepInfo[]; run: Run }) {
  return (
    <ol className={style.steps}>
      {steps.map((s) => (
        <Step key={s.name} step={s} status={run.steps[s.name]} />
      ))}
    </ol>
  );
}

function Step({ step, status }: { step: StepInfo; status?: StepStatus }) {
  const state = status?.state ?? "waiting";
  return (
    <li className={style.step} data-state={state}>
      <StepIcon state={state} />
      <span className={style.name}>{step.name}</span>
      <span className={style.title}>{step.title}</span>
      <span className={style.time}>{words(state, status)}</span>
    </li>
  );
}

function words(state: string, status?: StepStatus): string {
  switch (state) {
    case "waiting":
      return "";
    case "started":
      return "running";
    case "succeeded":
      return status?.began && status.ended ? duration(status.ended - status.began) : "done";
    default:
      return state;
  }
}

function around(all: StepInfo[], run: Run): StepInfo[] {
  const going = all.filter((s) => run.steps[s.name]?.state === "started");
  const done = all.filter((s) => run.steps[s.name] && run.steps[s.name]!.state !== "started");
  return [...done.slice(-Math.max(2, listed - going.length)), ...going].slice(-listed);
}
