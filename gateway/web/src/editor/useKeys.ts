// Keys of the whole editor, where no field has them: undo, redo, copy, paste.
import { useEffect, useRef } from "react";
import { copyOf, paste, stepsIn } from "./model/clip";
import type { Document } from "./useDocument";

const typing = (target: EventTarget | null) =>
  target instanceof HTMLElement &&
  (target.isContentEditable ||
    /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName) ||
    target.dataset.part === "json-editor");

export function useKeys(document: Document, selected: string, select: (id: string) => void, readOnly: boolean) {
  const now = useRef({ document, selected, select });
  useEffect(() => {
    now.current = { document, selected, select };
  });
  useEffect(() => {
    if (readOnly) return;
    const press = (e: KeyboardEvent) => {
      if (!(e.ctrlKey || e.metaKey) || typing(e.target)) return;
      const key = e.key.toLowerCase();
      if (key === "z") (e.shiftKey ? now.current.document.redo : now.current.document.undo)();
      else if (key === "y") now.current.document.redo();
      else return;
      e.preventDefault();
    };
    const copy = (e: ClipboardEvent) => {
      const { document: d, selected: id } = now.current;
      if (typing(e.target) || !id.startsWith("steps.") || window.getSelection()?.toString()) return;
      e.clipboardData?.setData("text/plain", copyOf(d.doc, [id]));
      e.preventDefault();
    };
    const insert = (e: ClipboardEvent) => {
      if (typing(e.target)) return;
      const steps = stepsIn(e.clipboardData?.getData("text/plain") ?? "");
      if (steps.length === 0) return;
      e.preventDefault();
      const done = paste(now.current.document.doc.text, steps);
      now.current.document.edit(() => done.text);
      now.current.select(`steps.${done.names[0]}`);
    };
    window.addEventListener("keydown", press);
    window.addEventListener("copy", copy);
    window.addEventListener("paste", insert);
    return () => {
      window.removeEventListener("keydown", press);
      window.removeEventListener("copy", copy);
      window.removeEventListener("paste", insert);
    };
  }, [readOnly]);
}
