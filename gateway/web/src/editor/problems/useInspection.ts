import { useEffect, useRef, useState } from "react";
import { inspectText } from "../../api/editor";
import type { Failure } from "../../api/failure";
import type { Inspection, WorkflowPath } from "../../api/owner";
import type { Doc } from "../model/doc";

const pause = 350; // ms without an edit before the server is asked

export interface Inspected {
  inspection?: Inspection;
  doc?: Doc; // the document that it is about
  failure?: Failure;
  // Whether an answer about the document as it is now is still to come.
  stale: boolean;
}

// useInspection asks the server about the text, while it is edited. Typing never waits for
// it; an answer about an older text is dropped.
export function useInspection(path: WorkflowPath, doc: Doc): Inspected {
  const [found, setFound] = useState<Omit<Inspected, "stale">>({});
  const { workspace, workflow } = path;
  const first = useRef(true);
  useEffect(() => {
    const controller = new AbortController();
    const ask = async () => {
      first.current = false;
      try {
        const inspection = await inspectText({ workspace, workflow }, doc.text, controller.signal);
        if (!controller.signal.aborted) setFound({ inspection, doc });
      } catch (cause) {
        if (!controller.signal.aborted) setFound((old) => ({ ...old, doc, failure: cause as Failure }));
      }
    };
    const timer = setTimeout(() => void ask(), first.current ? 0 : pause);
    return () => {
      clearTimeout(timer);
      controller.abort();
    };
  }, [workspace, workflow, doc]);
  return { ...found, stale: found.doc !== doc };
}
