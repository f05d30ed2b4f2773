import type { Input } from "../api/client";
import { beyond, explain, same, sentence } from "../api/explain";
import type { Failure } from "../api/failure";
import type { StepInfo } from "../graph/stepsOf";
import { fieldErrors, refusedCredential } from "../run/errors";
import { providerName } from "../run/providers";
import type { Run } from "../run/useRun";
import { Icon } from "../ui/icons";
import { StepList } from "./Progress";
import style from "./RunFailure.module.css";

interface Props {
  inputs: Input[];
  steps: StepInfo[];
  run: Run;
  failure: Failure;
  small: boolean;
}

// RunFailure says what failed, why, what to do, and whether it counted: each once, as plain text.
export function RunFailure({ inputs, steps, run, failure, small }: Props) {
  const { counted } = failure;
  const stopped = run.phase === "cancelled";
  const refused = refusedCredential(inputs, failure);
  const { title, advice } = refused
    ? {
        title: `${providerName(refused.provider) || "The provider"} did not accept your key`,
        advice: "Correct it and run again.",
      }
    : explain(failure);
  const status = failure.metadata.status;
  const began = steps.filter((s) => run.steps[s.name]);
  const fields = fieldErrors(inputs, failure);
  const reason = sentence(failure.message);
  const said = beyond(title, reason);
  const atFields = Object.values(fields).some(
    (text) => same(text, reason) || reason.toLowerCase().includes(text.toLowerCase().replace(/\.$/, "")),
  );
  const more = failure.violations.filter(
    (v) => !Object.values(fields).some((text) => same(text, v.description)) && !failure.message.includes(v.description),
  );
  return (
    <div className={small ? style.small : style.failure} data-part="failure">
      <div className={stopped ? `${style.text} ${style.calm}` : style.text} role={stopped ? undefined : "alert"}>
        <h3 className={style.title}>
          <Icon name={stopped ? "stop" : "warning"} /> {title}
        </h3>
        {failure.step && (
          <p>
            In step <code>{failure.step}</code>
            {status && !failure.message.includes(status) && <> (the provider answered {status})</>}.
          </p>
        )}
        {said && !stopped && !atFields && <p>{said}</p>}
        {atFields && <p>See the marked field.</p>}
        {more.length > 0 && (
          <ul>
            {more.map((v, i) => (
              <li key={i}>
                <code>{v.field}</code> {v.description}
              </li>
            ))}
          </ul>
        )}
        {advice && !same(advice, reason) && <p>{advice}</p>}
        {failure.retryAfter > 0 && <p>Again in {wait(failure.retryAfter)}.</p>}
        {counted !== undefined && (
          <p className={style.counted}>{counted ? "This run counted." : "This run was not counted."}</p>
        )}
      </div>
      {!small && began.length > 0 && <StepList steps={began.slice(0, 30)} run={run} />}
      {failure.requestId && <p className={style.fine}>Request {failure.requestId}</p>}
    </div>
  );
}

function wait(seconds: number): string {
  if (seconds < 90) return `${Math.ceil(seconds)} seconds`;
  if (seconds < 5400) return `${Math.round(seconds / 60)} minutes`;
  return `${Math.round(seconds / 3600)} hours`;
}
