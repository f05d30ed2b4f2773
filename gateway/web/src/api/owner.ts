// What owners do with their workspace: the same API as every other client's.
import { call, client } from "./client";
import type { components } from "./schema";

type Schemas = components["schemas"];
export type Workflow = Schemas["v1Workflow"];
export type WorkflowVersion = Schemas["v1WorkflowVersion"];
export type Inspection = Schemas["v1InspectWorkflowResponse"];
export type Share = Schemas["v1Share"];
export type Sample = Schemas["v1Sample"];
export type Slot = Schemas["v1Slot"];
export type SlotCredential = Schemas["v1SlotCredential"];
export type Presentation = Schemas["v1Presentation"];
export type Notice = Schemas["v1Notice"];
export type Run = Schemas["v1Run"];
export type RunState = Exclude<Schemas["v1RunState"], "RUN_STATE_UNSPECIFIED">;
export type LineItem = Schemas["v1LineItem"];
export type StepEvent = Schemas["v1StepEvent"];
export type Credential = Schemas["v1Credential"];
export type Key = Schemas["v1Key"];

const pageSize = 25;
const text = { parseAs: "text" } as const;

export interface Page<T> {
  rows: T[];
  next: string;
  total?: number; // rows on all pages, on the first page of lists that count
}

type Listed = { nextPageToken?: string; totalSize?: number } & Record<string, unknown>;

// pageOf makes a page of an answer with a list.
export async function pageOf<T>(answer: Promise<Listed>, field: string): Promise<Page<T>> {
  const got = await answer;
  return { rows: (got[field] as T[] | undefined) ?? [], next: got.nextPageToken ?? "", total: got.totalSize };
}

export type WorkflowOrder = "" | "title" | "update_time desc" | "runs desc";

export function listWorkflows(
  workspace: string,
  words: string,
  pageToken: string,
  orderBy: WorkflowOrder = "",
): Promise<Page<Workflow>> {
  const query = {
    pageSize,
    pageToken: pageToken || undefined,
    text: words || undefined,
    orderBy: orderBy || undefined,
  };
  const params = { path: { workspace }, query };
  return pageOf(call(client.GET("/v1/workspaces/{workspace}/workflows", { params, ...text })), "workflows");
}

// countOf asks for one row of a list, and returns how many there are: of keys, those that work.
export async function countOf(
  workspace: string,
  list: "workflows" | "credentials" | "models" | "keys",
): Promise<number> {
  const params = { path: { workspace }, query: { pageSize: 1 } };
  const got = await call<Listed & { activeSize?: number }>(
    client.GET(`/v1/workspaces/{workspace}/${list}`, { params, ...text }),
  );
  return got.activeSize ?? got.totalSize ?? 0;
}

export interface WorkflowPath {
  workspace: string;
  workflow: string;
}

export function getWorkflow(path: WorkflowPath): Promise<Workflow> {
  return call(client.GET("/v1/workspaces/{workspace}/workflows/{workflow}", { params: { path }, ...text }));
}

// createWorkflowNamed makes a workflow without a version that has this id.
export function createWorkflowNamed(path: WorkflowPath, title: string): Promise<Workflow> {
  const params = { path: { workspace: path.workspace }, query: { workflowId: path.workflow } };
  return call(client.POST("/v1/workspaces/{workspace}/workflows", { params, body: { title }, ...text }));
}

// listTrash lists the workflows that were deleted and can be restored.
export function listTrash(workspace: string, words: string, pageToken: string): Promise<Page<Workflow>> {
  const query = { pageSize, pageToken: pageToken || undefined, text: words || undefined, onlyDeleted: true };
  const params = { path: { workspace }, query };
  return pageOf(call(client.GET("/v1/workspaces/{workspace}/workflows", { params, ...text })), "workflows");
}

const oneWorkflow = "/v1/workspaces/{workspace}/workflows/{workflow}";

export function deleteWorkflow(path: WorkflowPath): Promise<Workflow> {
  return call(client.DELETE(oneWorkflow, { params: { path }, ...text }));
}

export function undeleteWorkflow(path: WorkflowPath): Promise<Workflow> {
  return call(client.POST(`${oneWorkflow}:undelete`, { params: { path }, body: {}, ...text }));
}

export function purgeWorkflow(path: WorkflowPath): Promise<unknown> {
  return call(client.POST(`${oneWorkflow}:purge`, { params: { path }, body: {}, ...text }));
}

export function inspect(path: WorkflowPath, version = 0): Promise<Inspection> {
  const body = { version };
  return call(
    client.POST("/v1/workspaces/{workspace}/workflows/{workflow}:inspect", { params: { path }, body, ...text }),
  );
}

export function listVersions(path: WorkflowPath, pageToken: string): Promise<Page<WorkflowVersion>> {
  const params = { path, query: { pageSize, pageToken: pageToken || undefined } };
  return pageOf(
    call(client.GET("/v1/workspaces/{workspace}/workflows/{workflow}/versions", { params, ...text })),
    "versions",
  );
}

export function listShares(path: WorkflowPath, pageToken: string): Promise<Page<Share>> {
  const params = { path, query: { pageSize, pageToken: pageToken || undefined } };
  return pageOf(
    call(client.GET("/v1/workspaces/{workspace}/workflows/{workflow}/shares", { params, ...text })),
    "shares",
  );
}

export function createShare(path: WorkflowPath, body: Partial<Share>): Promise<Share> {
  return call(
    client.POST("/v1/workspaces/{workspace}/workflows/{workflow}/shares", { params: { path }, body, ...text }),
  );
}

export interface SharePath extends WorkflowPath {
  share: string;
}

// updateShare changes the settings that the body names.
export function updateShare(path: SharePath, body: Partial<Share>): Promise<Share> {
  return call(
    client.PATCH("/v1/workspaces/{workspace}/workflows/{workflow}/shares/{share}", { params: { path }, body, ...text }),
  );
}

export function revokeShare(path: SharePath): Promise<unknown> {
  return call(
    client.DELETE("/v1/workspaces/{workspace}/workflows/{workflow}/shares/{share}", { params: { path }, ...text }),
  );
}

export function pauseShare(path: SharePath): Promise<Share> {
  const params = { path };
  return call(
    client.POST("/v1/workspaces/{workspace}/workflows/{workflow}/shares/{share}:pause", { params, body: {}, ...text }),
  );
}

export function resumeShare(path: SharePath): Promise<Share> {
  const params = { path };
  return call(
    client.POST("/v1/workspaces/{workspace}/workflows/{workflow}/shares/{share}:resume", { params, body: {}, ...text }),
  );
}

export function rotateShare(path: SharePath): Promise<Share> {
  const params = { path };
  return call(
    client.POST("/v1/workspaces/{workspace}/workflows/{workflow}/shares/{share}:rotate", { params, body: {}, ...text }),
  );
}

// storeExample runs a sample as a visitor would, and keeps the result for visitors.
export function storeExample(path: SharePath, sample: string, credentials: Record<string, string>): Promise<unknown> {
  const body = { sample, credentials };
  return call(
    client.POST("/v1/workspaces/{workspace}/workflows/{workflow}/shares/{share}:storeExample", {
      params: { path },
      body,
      ...text,
    }),
  );
}

export function getRun(path: { workspace: string; run: string }): Promise<Run> {
  return call(client.GET("/v1/workspaces/{workspace}/runs/{run}", { params: { path }, ...text }));
}

export function listRuns(
  workspace: string,
  of: { workflow: string; share: string; key: string; state?: RunState },
  pageToken: string,
): Promise<Page<Run>> {
  const workflow = of.workflow ? `workspaces/${workspace}/workflows/${of.workflow}` : undefined;
  const chargedKey = of.key ? `workspaces/${workspace}/keys/${of.key}` : undefined;
  const share = of.share && workflow ? `${workflow}/shares/${of.share}` : undefined;
  const query = {
    pageSize,
    pageToken: pageToken || undefined,
    workflow: share ? undefined : workflow,
    share,
    chargedKey,
    state: of.state,
  };
  const params = { path: { workspace }, query };
  return pageOf(call(client.GET("/v1/workspaces/{workspace}/runs", { params, ...text })), "runs");
}
