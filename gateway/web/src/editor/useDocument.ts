// The state of an editor: the text with its history, and what it says.
import { useCallback, useMemo, useState } from "react";
import { readDoc, type Doc } from "./model/doc";
import { change, redo, start, undo, type History } from "./model/history";

export interface Document {
  doc: Doc;
  // Typed text that is not JSON, with the reason. The graph does not change.
  broken: { text: string; why: string } | null;
  canUndo: boolean;
  canRedo: boolean;
  // edit takes what graph or form made of the text. Edits of the same thing are one change.
  edit: (next: (text: string) => string, what?: string) => void;
  type: (text: string) => void;
  mend: () => void;
  undo: () => void;
  redo: () => void;
}

interface State {
  history: History;
  broken: Document["broken"];
}

export function useDocument(text: string): Document {
  const [state, setState] = useState<State>(() => ({ history: start(text), broken: null }));
  const doc = useMemo(() => readDoc(state.history.text), [state.history.text]);
  const edit = useCallback<Document["edit"]>((next, what = "") => {
    const now = Date.now();
    setState((s) => (s.broken ? s : { ...s, history: change(s.history, checked(next(s.history.text)), what, now) }));
  }, []);
  const type = useCallback((typed: string) => {
    const now = Date.now();
    setState((s) => {
      const why = faultOf(typed);
      return why
        ? { ...s, broken: { text: typed, why } }
        : { history: change(s.history, typed, "json", now), broken: null };
    });
  }, []);
  const move = useCallback(
    (way: (h: History) => History) => setState((s) => ({ history: way(s.history), broken: null })),
    [],
  );
  return useMemo(
    () => ({
      doc,
      broken: state.broken,
      canUndo: state.history.past.length > 0 || state.broken !== null,
      canRedo: state.history.future.length > 0,
      edit,
      type,
      mend: () => move((h) => h),
      undo: () => move(state.broken ? (h) => h : undo),
      redo: () => move(redo),
    }),
    [doc, state, edit, type, move],
  );
}

// checked stops an edit that would break the document.
function checked(text: string): string {
  readDoc(text);
  return text;
}

function faultOf(text: string): string {
  try {
    readDoc(text);
    return "";
  } catch (cause) {
    return (cause as Error).message;
  }
}
