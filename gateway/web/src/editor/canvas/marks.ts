// Highlights in the graph: the selection, problems. Each block and each line listens to its own
// mark, so that a selection asks two blocks and not two hundred.
import { createContext, useCallback, useContext, useSyncExternalStore } from "react";
import type { Trouble } from "../problems/problems";
import { Listeners } from "./listeners";

export interface Marks {
  selected: string; // a block
  at: boolean; // the keyboard is there
  wire: string; // a line that is selected
  troubles: Map<string, Trouble[]>;
}

export class MarkStore {
  private marks: Marks = { selected: "", at: false, wire: "", troubles: new Map() };
  private readonly listeners = new Listeners();

  readonly subscribe = this.listeners.add;

  get now(): Marks {
    return this.marks;
  }

  set(marks: Marks) {
    const old = this.marks;
    this.marks = marks;
    const changed = new Set<string>();
    if (old.selected !== marks.selected || old.at !== marks.at) changed.add(old.selected).add(marks.selected);
    if (old.wire !== marks.wire) changed.add(old.wire).add(marks.wire);
    if (old.troubles !== marks.troubles)
      for (const id of [...old.troubles.keys(), ...marks.troubles.keys()]) changed.add(id);
    this.listeners.tell(changed);
  }
}

export const MarkContext = createContext(new MarkStore());

// useMark draws again only when what is picked differs. What is picked depends on the marks of
// these blocks and lines alone.
export function useMark<T extends string | boolean>(pick: (marks: Marks) => T, ...ids: string[]): T {
  const store = useContext(MarkContext);
  const key = ids.join("\n");
  const subscribe = useCallback((listener: () => void) => store.subscribe(key.split("\n"), listener), [store, key]);
  return useSyncExternalStore(subscribe, () => pick(store.now));
}
