import { useQuery } from "@tanstack/react-query";
import { ReactFlowProvider } from "@xyflow/react";
import { readDraft, readWorkflow } from "../api/editor";
import type { Failure } from "../api/failure";
import type { WorkflowPath } from "../api/owner";
import { Trouble } from "../console/parts/Trouble";
import { useTitle } from "../console/parts/useTitle";
import { useMe } from "../console/session";
import type { Start } from "./draft/useDraft";
import { Editor } from "./Editor";
import { blank } from "./model/doc";
import { format } from "./text/patch";

// EditorPage loads a workflow and opens it in the editor.
export default function EditorPage({ workflow }: { workflow: string }) {
  const { workspace } = useMe();
  const path = { workspace, workflow };
  const loaded = useQuery<Start, Failure>({
    queryKey: ["editor", workspace, workflow],
    queryFn: () => load(path),
    // A late answer never replaces the definition that the user edits.
    staleTime: Infinity,
    gcTime: 0,
    refetchOnWindowFocus: false,
  });
  useTitle(loaded.data?.workflow.title || workflow);
  if (loaded.error) return <Trouble failure={loaded.error} onRetry={() => void loaded.refetch()} page />;
  if (!loaded.data) return null;
  return (
    <ReactFlowProvider>
      <Editor path={path} start={loaded.data} />
    </ReactFlowProvider>
  );
}

// load reads the live version and the draft. The user edits the draft, if there is one.
async function load(path: WorkflowPath): Promise<Start> {
  const [live, draft] = await Promise.all([readWorkflow(path), readDraft(path)]);
  return {
    workflow: live.resource,
    live: readable(live.definition),
    draft: draft && {
      text: readable(draft.definition),
      etag: draft.resource.etag ?? "",
      time: draft.resource.updateTime ?? "",
    },
  };
}

// readable lays out a text of one line. Others are as somebody wrote them.
function readable(text: string): string {
  if (!text) return blank;
  return text.trim().includes("\n") ? text : format(text);
}
