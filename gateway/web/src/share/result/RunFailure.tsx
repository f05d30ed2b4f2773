import type { SharedWorkflow } from "../../api/client";
import { explain } from "../../api/explain";
import type { Failure } from "../../api/failure";
import { Icon } from "../../ui/icons";
import { sentence } from "../Problem";
import type { Run } from "../useRun";
import { Step, stepsOf } from "./Progress";

// RunFailure shows the failed step, the reason and the next step, all as plain text.
export function RunFailure({ view, run, failure }: { view: SharedWorkflow; run: Run; failure: Failure }) {
  const { title, advice } = explain(failure);
  const cancelled = run.phase === "cancelled";
  const steps = stepsOf(view).filter((s) => run.steps[s.name]);
  const status = failure.metadata.status;
  const more = failure.violations.filter((v) => !failure.message.includes(v.description)); // what the message does not contain already
  return (
    <div className={cancelled ? "failure calm" : "failure"}>
      <div className="failure-text" role={cancelled ? undefined : "alert"}>
        <h3>
          <Icon name={cancelled ? "stop" : "warning"} /> {title}
        </h3>
        {failure.step && (
          <p>
            In step <code>{failure.step}</code>
            {status && <> (the provider answered {status})</>}.
          </p>
        )}
        <p className="failure-message">{sentence(failure.message)}</p>
        {more.length > 0 && (
          <ul>
            {more.map((v, i) => (
              <li key={i}>
                <code>{v.field}</code> {v.description}
              </li>
            ))}
          </ul>
        )}
        {advice && <p>{advice}</p>}
        {failure.retryAfter > 0 && <p>Again in {wait(failure.retryAfter)}.</p>}
      </div>
      {steps.length > 0 && (
        <ol className="steps">
          {steps.slice(0, 30).map((s) => (
            <Step key={s.name} name={s.name} title={s.title} status={run.steps[s.name]} />
          ))}
        </ol>
      )}
      {failure.requestId && <p className="fine">Request {failure.requestId}</p>}
    </div>
  );
}

function wait(seconds: number): string {
  if (seconds < 90) return `${Math.ceil(seconds)} seconds`;
  if (seconds < 5400) return `${Math.round(seconds / 60)} minutes`;
  return `${Math.round(seconds / 3600)} hours`;
}
