import { useQuery } from "@tanstack/react-query";
import { inspectText, readDraft } from "../../api/editor";
import type { Failure } from "../../api/failure";
import type { Inspection, WorkflowPath } from "../../api/owner";
import { useMe } from "../session";
import { Problems } from "./Problems";

// DraftProblems says what is wrong with a draft that differs from the live version. What it adds is
// a hint, so a failure shows nothing.
export function DraftProblems({ path, live }: { path: WorkflowPath; live: string }) {
  const { editor } = useMe();
  const { data } = useQuery<Inspection | null, Failure>({
    queryKey: ["draft inspection", path.workspace, path.workflow, live],
    queryFn: async ({ signal }) => {
      const draft = await readDraft(path);
      if (!draft || draft.resource.definitionHash === live) return null;
      return inspectText(path, draft.definition, signal);
    },
    enabled: editor,
    retry: false,
  });
  return data ? <Problems inspection={data} what="The draft" /> : null;
}
