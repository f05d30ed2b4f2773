// A model is tried in the draft of a workflow of its own: an ordinary draft run, with the key,
// the budget and the limits of every other one. No link leads there.
import { readDraft, runWorkflow, saveDraft } from "../../api/editor";
import { Failure } from "../../api/failure";
import { createWorkflowNamed, getWorkflow, type WorkflowPath } from "../../api/owner";
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

export const trialOf = (model: string) => `try-${model}`.slice(0, 63);

// startTrial prepares the draft and runs it.
export function startTrial(path: WorkflowPath, title: string, definition: string): Start {
  return async (request, signal) => runWorkflow(path, request, await prepared(path, title, definition), signal);
}

async function prepared(path: WorkflowPath, title: string, definition: string): Promise<string> {
  try {
    await getWorkflow(path);
  } catch (cause) {
    if (!(cause instanceof Failure) || cause.reason !== "NOT_FOUND") throw cause;
    await createWorkflowNamed(path, `Try ${title}`);
  }
  const draft = await readDraft(path);
  if (draft?.definition === definition) return draft.resource.etag ?? "";
  return (await saveDraft(path, definition, draft?.resource.etag ?? "")).resource.etag ?? "";
}
