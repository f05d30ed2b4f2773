import { memo, useContext } from "react";
import { StepIcon } from "../../result/StepIcon";
import { duration } from "../../result/time";
import type { Run } from "../../run/useRun";
import { Selected } from "../context";
import type { StepInfo } from "../../graph/stepsOf";
import style from "./Dock.module.css";

interface Props {
  steps: StepInfo[];
  run: Run;
  onSelect: (id: string) => void;
}

// Timeline shows when each step ran, and for how long.
export const Timeline = memo(function Timeline({ steps, run, onSelect }: Props) {
  const selected = useContext(Selected);
  const timed = steps.flatMap((s) => {
    const status = run.steps[s.name];
    return status ? [{ name: s.name, ...status }] : [];
  });
  const began = Math.min(...timed.map((t) => t.began ?? Infinity));
  const ended = Math.max(...timed.map((t) => t.ended ?? t.began ?? 0));
  const whole = Math.max(1, ended - began);
  return (
    <div className={style.timeline} data-part="timeline">
      <div className={style.times}>
        <h3>Steps</h3>
        {timed.length > 0 && Number.isFinite(began) && <span>{duration(ended - began)}</span>}
      </div>
      {timed.length === 0 && <p className={style.quiet}>Run it to see how long each step takes.</p>}
      <ol>
        {timed.map((t) => (
          <li key={t.name}>
            <button
              type="button"
              className={style.step}
              aria-pressed={selected === `steps.${t.name}`}
              onClick={() => onSelect(`steps.${t.name}`)}
            >
              <StepIcon state={t.state} />
              <span className={style.name}>{t.name}</span>
              <span className={style.track} aria-hidden="true">
                <span
                  style={{
                    left: `${(100 * ((t.began ?? ended) - began)) / whole}%`,
                    width: `${Math.max(2, (100 * ((t.ended ?? ended) - (t.began ?? ended))) / whole)}%`,
                  }}
                />
              </span>
              <span className={style.took}>
                {t.began !== undefined && t.ended !== undefined ? duration(t.ended - t.began) : t.state}
              </span>
            </button>
          </li>
        ))}
      </ol>
    </div>
  );
});
