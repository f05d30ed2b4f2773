// One run at a time: its request, its events, its end.
import { startTransition, useCallback, useEffect, useRef, useState } from "react";
import { runShared, type RunRequest, type RunResponse } from "../api/client";
import { Failure, networkFailure } from "../api/failure";
import { events } from "../api/stream";

export type StepState = "started" | "succeeded" | "failed" | "skipped";

export interface StepStatus {
  state: StepState;
  began?: number;
  ended?: number;
}

export interface Run {
  phase: "idle" | "running" | "succeeded" | "failed" | "cancelled";
  steps: Record<string, StepStatus>;
  began: number;
  ended: number;
  response?: RunResponse;
  failure?: Failure;
}

const idle: Run = { phase: "idle", steps: {}, began: 0, ended: 0 };

export function useRun(token: string) {
  const [run, setRun] = useState<Run>(idle);
  const abort = useRef<AbortController | null>(null);
  useEffect(() => () => abort.current?.abort(), []);

  const start = useCallback(
    async (key: string, request: RunRequest) => {
      abort.current?.abort();
      const controller = new AbortController();
      abort.current = controller;
      const paint = painter(setRun);
      let now: Run = { phase: "running", steps: {}, began: Date.now(), ended: 0 };
      const show = (change: Partial<Run>, at_once = false) => {
        now = { ...now, ...change };
        paint(now, at_once);
      };
      show({}, true);
      try {
        for await (const event of events(await runShared(token, key, request, controller.signal))) {
          if (event.step)
            show({
              steps: { ...now.steps, [event.step.step ?? ""]: advance(now.steps[event.step.step ?? ""], event.step) },
            });
          if (event.finished) show({ phase: "succeeded", response: event.finished, ended: Date.now() }, true);
        }
      } catch (cause) {
        const failure = controller.signal.aborted
          ? new Failure("You cancelled the run.", "CANCELLED")
          : networkFailure(cause);
        const phase = failure.reason === "CANCELLED" ? "cancelled" : "failed";
        show({ phase, failure, ended: Date.now(), steps: settle(now.steps, failure) }, true);
      }
      return now;
    },
    [token],
  );

  const cancel = useCallback(() => abort.current?.abort(), []);
  const refuse = useCallback((failure: Failure) => setRun({ ...idle, phase: "failed", failure }), []);
  return { run, start, cancel, refuse };
}

function advance(was: StepStatus | undefined, event: { state?: string; time?: string }): StepStatus {
  const time = event.time ? Date.parse(event.time) : Date.now();
  if (event.state === "started") return { state: "started", began: time };
  return { state: event.state as StepState, began: was?.began, ended: time };
}

// settle ends the steps that still run when the run ends.
function settle(steps: Record<string, StepStatus>, failure: Failure): Record<string, StepStatus> {
  const out: Record<string, StepStatus> = {};
  for (const [name, s] of Object.entries(steps))
    out[name] = s.state === "started" ? { ...s, state: name === failure.step ? "failed" : "skipped" } : s;
  if (failure.step) out[failure.step] = { ...out[failure.step], state: "failed" };
  return out;
}

// painter shows events a few times a second and gives priority to the visitor's actions,
// so that the page stays responsive during hundreds of events.
function painter(set: (r: Run) => void) {
  let next: Run | null = null;
  let timer: ReturnType<typeof setTimeout> | 0 = 0;
  return (run: Run, at_once: boolean) => {
    next = run;
    if (at_once) {
      clearTimeout(timer);
      timer = 0;
      startTransition(() => set(run));
    } else if (!timer) {
      timer = setTimeout(() => {
        timer = 0;
        startTransition(() => {
          if (next) set(next);
        });
      }, 60);
    }
  };
}
