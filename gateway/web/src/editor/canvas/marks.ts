// Highlights in the graph: the selection, problems. Each block and each line listens to its own
// mark, so that a selection draws two blocks again and not two hundred.
import { createContext, useContext, useSyncExternalStore } from "react";
import type { Trouble } from "../problems/problems";

export interface Marks {
  selected: string; // a block
  at: boolean; // the keyboard is there
  wire: string; // a line that is selected
  troubles: Map<string, Trouble[]>;
}

export class MarkStore {
  private marks: Marks = { selected: "", at: false, wire: "", troubles: new Map() };
  private readonly listeners = new Set<() => void>();

  readonly subscribe = (listener: () => void) => {
    this.listeners.add(listener);
    return () => void this.listeners.delete(listener);
  };

  get now(): Marks {
    return this.marks;
  }

  set(marks: Marks) {
    this.marks = marks;
    for (const listener of this.listeners) listener();
  }
}

export const MarkContext = createContext(new MarkStore());

// useMark draws again only when what is picked differs.
export function useMark<T extends string | boolean>(pick: (marks: Marks) => T): T {
  const store = useContext(MarkContext);
  return useSyncExternalStore(store.subscribe, () => pick(store.now));
}
