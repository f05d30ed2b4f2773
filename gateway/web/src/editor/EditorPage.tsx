import { useQuery } from "@tanstack/react-query";
import { ReactFlowProvider } from "@xyflow/react";
import { readWorkflow, type Saved } from "../api/editor";
import type { Failure } from "../api/failure";
import type { Workflow } from "../api/owner";
import { Trouble } from "../console/parts/Trouble";
import { useTitle } from "../console/parts/useTitle";
import { useMe } from "../console/session";
import { Editor } from "./Editor";
import { blank } from "./model/doc";
import { format } from "./text/patch";

// EditorPage loads a workflow and opens it in the editor.
export default function EditorPage({ workflow }: { workflow: string }) {
  const { workspace } = useMe();
  const path = { workspace, workflow };
  const loaded = useQuery<Saved<Workflow>, Failure>({
    queryKey: ["editor", workspace, workflow],
    queryFn: () => readWorkflow(path),
    // A late answer never replaces the definition that the user edits.
    staleTime: Infinity,
    gcTime: 0,
    refetchOnWindowFocus: false,
  });
  useTitle(loaded.data?.resource.title || workflow);
  if (loaded.error) return <Trouble failure={loaded.error} onRetry={() => void loaded.refetch()} page />;
  if (!loaded.data) return null;
  return (
    <ReactFlowProvider>
      <Editor path={path} workflow={loaded.data.resource} text={readable(loaded.data.definition)} />
    </ReactFlowProvider>
  );
}

// readable lays out a text of one line. Others are as somebody wrote them.
function readable(text: string): string {
  if (!text) return blank;
  return text.trim().includes("\n") ? text : format(text);
}
