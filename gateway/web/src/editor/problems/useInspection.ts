import { startTransition, useCallback, useEffect, useRef, useState } from "react";
import { inspectText } from "../../api/editor";
import type { Failure } from "../../api/failure";
import type { Inspection, WorkflowPath } from "../../api/owner";
import { stringify } from "../../json/exact";
import type { Doc } from "../model/doc";

const pause = 350; // ms without an edit before the server is asked

export interface Inspected {
  inspection?: Inspection;
  doc?: Doc; // the document that it is about
  failure?: Failure;
  // Whether the answer for the current document is pending.
  stale: boolean;
  // Asks again about the same text: what is around it has changed.
  again: () => void;
}

// useInspection asks the server about the text, while it is edited. Typing never waits for
// it; an answer about an older text is dropped.
export function useInspection(path: WorkflowPath, doc: Doc): Inspected {
  const [found, setFound] = useState<Omit<Inspected, "stale" | "again">>({});
  const { workspace, workflow } = path;
  const first = useRef(true);
  const [round, setRound] = useState(0);
  const again = useCallback(() => setRound((n) => n + 1), []);
  useEffect(() => {
    const controller = new AbortController();
    // Typing has priority over an answer.
    const take = (next: Parameters<typeof setFound>[0]) => startTransition(() => setFound(next));
    const ask = async () => {
      first.current = false;
      try {
        const inspection = await inspectText({ workspace, workflow }, doc.text, controller.signal);
        if (!controller.signal.aborted) take((old) => ({ inspection: newer(old.inspection, inspection), doc }));
      } catch (cause) {
        if (!controller.signal.aborted) take((old) => ({ ...old, doc, failure: cause as Failure }));
      }
    };
    const timer = setTimeout(() => void ask(), first.current ? 0 : pause);
    return () => {
      clearTimeout(timer);
      controller.abort();
    };
  }, [workspace, workflow, doc, round]);
  return { ...found, stale: found.doc !== doc, again };
}

// newer is the old object if the answer says the same: then nothing is drawn again.
function newer(old: Inspection | undefined, now: Inspection): Inspection {
  return old && stringify(old) === stringify(now) ? old : now;
}
