// One run at a time: its request, its events, its end. The result of the last run that
// succeeded stays until the next one arrives.
import { startTransition, useCallback, useEffect, useRef, useState } from "react";
import type { RunRequest, RunResponse, StepOutputs, StepProgress } from "../api/client";
import { Failure, networkFailure } from "../api/failure";
import { events } from "../api/stream";
import type { Given } from "./useForm";

export type StepState = "started" | "succeeded" | "failed" | "skipped" | "interrupted";

export interface StepStatus {
  state: StepState;
  began?: number;
  ended?: number;
  // What it gave, where the run was asked for it.
  outputs?: StepOutputs;
}

// Result is what a run returned, with the inputs that it belongs to.
export interface Result {
  response: RunResponse;
  given: Given;
  took: number; // ms
}

export interface Run {
  phase: "idle" | "running" | "succeeded" | "failed" | "cancelled";
  steps: Record<string, StepStatus>;
  // Whether a step began: from then on a run may have been charged for.
  reached: boolean;
  failure?: Failure;
}

// Start sends a run and returns the body of its stream of events.
export type Start = (request: RunRequest, signal: AbortSignal) => Promise<ReadableStream<Uint8Array>>;

const idle: Run = { phase: "idle", steps: {}, reached: false };

export function useRun(start: Start) {
  const [run, setRun] = useState<Run>(idle);
  const [result, setResult] = useState<Result | null>(null);
  const abort = useRef<AbortController | null>(null);
  useEffect(() => () => abort.current?.abort(), []);

  const begin = useCallback(
    async (request: RunRequest, given: Given): Promise<Run> => {
      abort.current?.abort();
      const controller = new AbortController();
      abort.current = controller;
      const paint = painter(setRun);
      const began = Date.now();
      let now: Run = { ...idle, phase: "running" };
      const show = (change: Partial<Run>, atOnce = false) => {
        now = { ...now, ...change };
        paint(now, atOnce);
      };
      show({}, true);
      try {
        for await (const event of events(await start(request, controller.signal))) {
          const name = event.step?.step ?? "";
          if (event.step)
            show({ reached: true, steps: { ...now.steps, [name]: advance(now.steps[name], event.step) } });
          if (event.finished) {
            const response = event.finished;
            startTransition(() => setResult({ response, given, took: Date.now() - began }));
            show({ phase: "succeeded", reached: true }, true);
          }
        }
      } catch (cause) {
        const failure = controller.signal.aborted
          ? new Failure("You stopped the run.", "CANCELLED")
          : networkFailure(cause);
        const phase = failure.reason === "CANCELLED" ? "cancelled" : "failed";
        show({ phase, failure, steps: settle(now.steps, failure) }, true);
      }
      return now;
    },
    [start],
  );

  const cancel = useCallback(() => abort.current?.abort(), []);
  return { run, result, begin, cancel };
}

function advance(was: StepStatus | undefined, event: StepProgress): StepStatus {
  const time = event.time ? Date.parse(event.time) : Date.now();
  if (event.state === "started") return { state: "started", began: time };
  return { state: event.state as StepState, began: was?.began, ended: time, outputs: event.outputs };
}

// settle ends the steps that were in progress when the run ended: they were interrupted. Only
// the engine says that a step was skipped.
export function settle(steps: Record<string, StepStatus>, failure: Failure): Record<string, StepStatus> {
  const out: Record<string, StepStatus> = {};
  for (const [name, s] of Object.entries(steps)) out[name] = s.state === "started" ? { ...s, state: "interrupted" } : s;
  if (failure.step) out[failure.step] = { ...out[failure.step], state: "failed" };
  return out;
}

// painter shows events a few times a second and gives priority to the visitor's actions,
// so that the page stays responsive during hundreds of events.
function painter(set: (r: Run) => void) {
  let next: Run | null = null;
  let timer: ReturnType<typeof setTimeout> | 0 = 0;
  return (run: Run, atOnce: boolean) => {
    next = run;
    if (atOnce) {
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
