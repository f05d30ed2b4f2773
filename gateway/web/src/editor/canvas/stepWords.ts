// Results of the last run by step, for the blocks of the canvas. Each block listens to its own
// step, so that events of a run do not redraw the whole graph.
import { createContext, useCallback, useSyncExternalStore } from "react";
import type { StepOutputs } from "../../api/client";
import { duration } from "../../result/time";
import type { StepStatus } from "../../run/useRun";
import type { Kept } from "../run/kept";
import { pictureOf, wordsOf } from "../run/words";
import { Listeners } from "./listeners";

export interface StepWords {
  state: string;
  words: string;
  time: string;
  picture?: string; // object URL of what it gave
}

export class WordStore {
  private all = new Map<string, StepWords>();
  private pictures = new Map<string, { outputs: StepOutputs; url?: string }>();
  private readonly listeners = new Listeners();

  readonly subscribe = this.listeners.add;

  of(id: string): StepWords | null {
    return this.all.get(id) ?? null;
  }

  set(steps: Record<string, StepStatus>, kept: Map<string, Kept>) {
    const next = new Map<string, StepWords>();
    for (const [name, s] of Object.entries(steps)) {
      const id = `steps.${name}`;
      const took = s.began !== undefined && s.ended !== undefined ? duration(s.ended - s.began) : "";
      const filter = kept.get(name);
      const words = filter
        ? `${filter.kept} of ${filter.of} kept`
        : (s.outputs && wordsOf(s.outputs)) || wordOf(s.state);
      const now = { state: s.state, words, time: took, picture: this.pictureOf(id, s.outputs) };
      const old = this.all.get(id);
      const same = old?.state === now.state && old.words === words && old.time === took && old.picture === now.picture;
      next.set(id, same ? old : now);
    }
    for (const id of this.pictures.keys()) if (!next.has(id)) this.pictureOf(id, undefined);
    const before = this.all;
    this.all = next;
    const ids = new Set([...before.keys(), ...next.keys()]);
    this.listeners.tell([...ids].filter((id) => before.get(id) !== next.get(id)));
  }

  // pictureOf keeps the address of a picture while its run is shown.
  private pictureOf(id: string, outputs: StepOutputs | undefined): string | undefined {
    const old = this.pictures.get(id);
    if (old && old.outputs === outputs) return old.url;
    if (old?.url) URL.revokeObjectURL(old.url);
    this.pictures.delete(id);
    if (!outputs) return undefined;
    const blob = pictureOf(outputs);
    const url = blob ? URL.createObjectURL(blob) : undefined;
    this.pictures.set(id, { outputs, url });
    return url;
  }
}

const wordOf = (state: string) => (state === "started" ? "running" : state === "succeeded" ? "done" : state);

export const Steps = createContext(new WordStore());

export function useStepWords(store: WordStore, id: string): StepWords | null {
  const subscribe = useCallback((listener: () => void) => store.subscribe([id], listener), [store, id]);
  return useSyncExternalStore(subscribe, () => store.of(id));
}
