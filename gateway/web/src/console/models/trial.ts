// A model is tried in the draft of a workflow that lasts as long as the run: an ordinary draft
// run, with the key, the budget and the limits of every other one. No link leads there.
import { createWorkflow, runWorkflow, saveDraft } from "../../api/editor";
import { createWorkflowNamed, deleteWorkflow, purgeWorkflow, type WorkflowPath } from "../../api/owner";
import type { Start } from "../../run/useRun";

// blocks are the steps that run a model of a task, with their outputs.
const blocks: Record<string, { type: string; outputs: string[] }> = {
  "object-detection": { type: "roboflow_core/roboflow_object_detection_model@v2", outputs: ["predictions"] },
  "instance-segmentation": { type: "roboflow_core/roboflow_instance_segmentation_model@v2", outputs: ["predictions"] },
  "keypoint-detection": { type: "roboflow_core/roboflow_keypoint_detection_model@v2", outputs: ["predictions"] },
  "semantic-segmentation": { type: "roboflow_core/roboflow_semantic_segmentation_model@v1", outputs: ["predictions"] },
  classification: { type: "roboflow_core/roboflow_classification_model@v2", outputs: ["predictions"] },
  "multi-label-classification": {
    type: "roboflow_core/roboflow_multi_label_classification_model@v2",
    outputs: ["predictions"],
  },
  "text-recognition": { type: "roboflow_core/pp_ocr@v1", outputs: ["result", "predictions"] },
};

export const canTry = (task: string | undefined) => Object.hasOwn(blocks, task ?? "");

export const outputsOf = (task: string) => (blocks[task]?.outputs ?? []).map((name) => ({ name, kinds: ["*"] }));

// definitionOf is a workflow of one step.
export function definitionOf(task: string, model: string): string {
  const { type, outputs } = blocks[task]!;
  return JSON.stringify({
    version: "1.0",
    inputs: [{ type: "WorkflowImage", name: "image" }],
    steps: [{ type, name: "model", images: "$inputs.image", model_id: model }],
    outputs: outputs.map((name) => ({ type: "JsonField", name, selector: `$steps.model.${name}` })),
  });
}

const letters = 8; // of the id, which no other trial has

// startTrial makes a workflow, runs its draft, and removes the workflow when the run has ended.
export function startTrial(workspace: string, title: string, definition: string): Start {
  return async (request, signal) => {
    const path = { workspace, workflow: `trial-${crypto.randomUUID().replaceAll("-", "").slice(0, letters)}` };
    await createWorkflowNamed(path, `Try ${title}`);
    try {
      const draft = await saveDraft(path, definition, "");
      return ending(await runWorkflow(path, request, draft.resource.etag ?? "", signal), () => remove(path));
    } catch (cause) {
      await remove(path);
      throw cause;
    }
  };
}

// keepTrial makes a workflow that stays, and returns its id.
export async function keepTrial(workspace: string, title: string, definition: string): Promise<string> {
  const made = await createWorkflow(workspace, `Try ${title}`);
  const workflow = made.name?.split("/")[3] ?? "";
  await saveDraft({ workspace, workflow }, definition, "");
  return workflow;
}

// remove deletes the workflow, past the trash.
async function remove(path: WorkflowPath): Promise<void> {
  try {
    await deleteWorkflow(path);
    await purgeWorkflow(path);
  } catch {
    // The run is what was asked for, and it has its result.
  }
}

// ending is a stream that says when it has ended: read to its end, failed, or no longer wanted.
function ending(stream: ReadableStream<Uint8Array>, then: () => Promise<void>): ReadableStream<Uint8Array> {
  const reader = stream.getReader();
  return new ReadableStream({
    async pull(controller) {
      try {
        const { done, value } = await reader.read();
        if (!done) return controller.enqueue(value);
        controller.close();
      } catch (cause) {
        controller.error(cause);
      }
      await then();
    },
    async cancel(reason) {
      await reader.cancel(reason);
      await then();
    },
  });
}
