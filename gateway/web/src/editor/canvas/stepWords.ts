// What the last run did with each step, for the blocks of the canvas. Each block listens to
// its own step, so that events of a run do not redraw the whole graph.
import { createContext, useSyncExternalStore } from "react";
import { duration } from "../../result/time";
import type { StepStatus } from "../../run/useRun";

export interface StepWords {
  state: string;
  words: string;
  time: string;
}

export class WordStore {
  private all = new Map<string, StepWords>();
  private readonly listeners = new Set<() => void>();

  readonly subscribe = (listener: () => void) => {
    this.listeners.add(listener);
    return () => void this.listeners.delete(listener);
  };

  of(id: string): StepWords | null {
    return this.all.get(id) ?? null;
  }

  set(steps: Record<string, StepStatus>, saying: Record<string, string>) {
    const next = new Map<string, StepWords>();
    for (const [name, s] of Object.entries(steps)) {
      const id = `steps.${name}`;
      const took = s.began !== undefined && s.ended !== undefined ? duration(s.ended - s.began) : "";
      const now = { state: s.state, words: saying[name] ?? wordOf(s.state), time: took };
      const old = this.all.get(id);
      const same = old && old.state === now.state && old.words === now.words && old.time === now.time;
      next.set(id, same ? old : now);
    }
    this.all = next;
    for (const listener of this.listeners) listener();
  }
}

const wordOf = (state: string) => (state === "started" ? "running" : state === "succeeded" ? "done" : state);

export const Steps = createContext(new WordStore());

export function useStepWords(store: WordStore, id: string): StepWords | null {
  return useSyncExternalStore(store.subscribe, () => store.of(id));
}
