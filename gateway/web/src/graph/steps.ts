// The states of steps, for the blocks of a graph. Each block listens to its own step, so
// that events of a run do not redraw the whole graph.
import { createContext, useContext, useEffect, useState, useSyncExternalStore } from "react";
import type { StepStatus } from "../run/useRun";

export class StepStore {
  private steps: Record<string, StepStatus> = {};
  private readonly listeners = new Set<() => void>();

  readonly subscribe = (listener: () => void) => {
    this.listeners.add(listener);
    return () => void this.listeners.delete(listener);
  };

  stateOf(nodeId: string): string {
    return nodeId.startsWith("steps.") ? (this.steps[nodeId.slice("steps.".length)]?.state ?? "") : "";
  }

  set(steps: Record<string, StepStatus>) {
    this.steps = steps;
    for (const listener of this.listeners) listener();
  }
}

export const Steps = createContext(new StepStore());

// useStepStore updates one store.
export function useStepStore(steps: Record<string, StepStatus>): StepStore {
  const [store] = useState(() => new StepStore());
  useEffect(() => store.set(steps), [store, steps]);
  return store;
}

export function useStepState(nodeId: string): string {
  const store = useContext(Steps);
  return useSyncExternalStore(store.subscribe, () => store.stateOf(nodeId));
}
