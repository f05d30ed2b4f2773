// The state of a run, in words.
import { explain } from "../../api/explain";
import type { Failure } from "../../api/failure";
import type { Run, RunState } from "../../api/owner";
import { Tag, type Tone } from "../../ui/Tag";

export const states: Record<RunState, [Tone, string]> = {
  RUN_STATE_RUNNING: ["accent", "Running"],
  RUN_STATE_SUCCEEDED: ["good", "Succeeded"],
  RUN_STATE_FAILED: ["bad", "Failed"],
  RUN_STATE_CANCELLED: ["plain", "Cancelled"],
  RUN_STATE_ABANDONED: ["bad", "Abandoned"],
  RUN_STATE_STOPPED: ["plain", "Stopped"],
};

export function State({ run }: { run: Run }) {
  const [tone, word] = states[run.state as RunState] ?? ["plain", "Unknown"];
  return (
    <span title={run.message || undefined}>
      <Tag tone={tone}>{word}</Tag>
    </span>
  );
}

export function took(run: Run): string {
  if (!run.startTime || !run.endTime) return "";
  return `${((Date.parse(run.endTime) - Date.parse(run.startTime)) / 1000).toFixed(2)} s`;
}

// titleOf names a run by what it ran.
export function titleOf(run: Run): string {
  const workflow = run.workflowTitle || run.workflow?.split("/")[3];
  if (workflow) return run.draft ? `Draft of ${workflow}` : `Run of ${workflow}`;
  return run.share ? "Run through a link" : "Run of a definition that is not saved";
}

// wordsOfReason describes a reason for which the server has no text.
export function wordsOfReason(reason: string): string {
  return explain({ reason } as Failure).title;
}
