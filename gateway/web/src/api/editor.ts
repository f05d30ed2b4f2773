// Calls of the editor to the server. Definitions travel as their text: a number or a space that
// a person wrote is the one that is saved.
import { nodeAt } from "../editor/text/patch";
import { parseTree } from "../editor/text/tree";
import { parse, stringify } from "../json/exact";
import { answerOf, call, client, type RunRequest } from "./client";
import { Failure, networkFailure } from "./failure";
import type { Credential, Inspection, Workflow, WorkflowPath } from "./owner";
import type { components } from "./schema";

type Schemas = components["schemas"];
export type Block = Schemas["v1Block"];
export type Model = Schemas["v1Model"];
export type Problem = Schemas["v1Problem"];

const text = { parseAs: "text" } as const;

// Saved is a resource with the text of its definition.
export interface Saved<T> {
  resource: T;
  definition: string;
}

async function saved<T>(request: Promise<{ data?: string; error?: unknown; response: Response }>): Promise<Saved<T>> {
  const body = await answerOf(request);
  try {
    const node = nodeAt(parseTree(body), ["definition"]);
    return { resource: parse(body) as T, definition: node ? body.slice(node.start, node.end) : "" };
  } catch (cause) {
    throw networkFailure(cause);
  }
}

// withText is the body of a request whose definition is this text.
function withText(definition: string, rest: Record<string, unknown>) {
  const fields = stringify(rest).slice(1, -1);
  return { bodySerializer: () => `{"definition":${definition}${fields && `,${fields}`}}` };
}

export function readWorkflow(path: WorkflowPath): Promise<Saved<Workflow>> {
  return saved(client.GET("/v1/workspaces/{workspace}/workflows/{workflow}", { params: { path }, ...text }));
}

export function readVersion(path: WorkflowPath, version: number): Promise<Saved<Schemas["v1WorkflowVersion"]>> {
  const params = { path: { ...path, version: String(version) } };
  return saved(client.GET("/v1/workspaces/{workspace}/workflows/{workflow}/versions/{version}", { params, ...text }));
}

export type Draft = Schemas["v1WorkflowDraft"];

// readDraft returns null where there is no draft.
export async function readDraft(path: WorkflowPath): Promise<Saved<Draft> | null> {
  try {
    return await saved(
      client.GET("/v1/workspaces/{workspace}/workflows/{workflow}/draft", { params: { path }, ...text }),
    );
  } catch (cause) {
    if (cause instanceof Failure && cause.reason === "NOT_FOUND") return null;
    throw cause;
  }
}

// saveDraft saves over the draft with this etag. A base of 0 keeps the one that it has.
export function saveDraft(
  path: WorkflowPath,
  definition: string,
  etag: string,
  baseVersion = 0,
): Promise<Saved<Draft>> {
  return saved(
    client.PATCH("/v1/workspaces/{workspace}/workflows/{workflow}/draft", {
      params: { path },
      body: {},
      ...withText(definition, { etag, baseVersion }),
      ...text,
    }),
  );
}

export async function discardDraft(path: WorkflowPath, etag: string): Promise<void> {
  const params = { path, query: { etag } };
  await call(client.DELETE("/v1/workspaces/{workspace}/workflows/{workflow}/draft", { params, ...text }));
}

export function publishDraft(path: WorkflowPath, etag: string): Promise<Workflow> {
  return call(
    client.POST("/v1/workspaces/{workspace}/workflows/{workflow}/draft:publish", {
      params: { path },
      body: { etag },
      ...text,
    }),
  );
}

// createWorkflow creates a workflow without a version; it has only a draft.
export function createWorkflow(workspace: string, title: string): Promise<Workflow> {
  return call(
    client.POST("/v1/workspaces/{workspace}/workflows", {
      params: { path: { workspace } },
      body: { title },
      ...text,
    }),
  );
}

export function inspectText(path: WorkflowPath, definition: string, signal: AbortSignal): Promise<Inspection> {
  return call(
    client.POST("/v1/workspaces/{workspace}/workflows/{workflow}:inspect", {
      params: { path },
      body: {},
      ...withText(definition, {}),
      ...text,
      signal,
    }),
  );
}

// runWorkflow runs the draft with this etag, or the live version where there is no draft.
export async function runWorkflow(
  path: WorkflowPath,
  request: RunRequest,
  draftEtag: string,
  signal: AbortSignal,
): Promise<ReadableStream<Uint8Array>> {
  const draft = draftEtag !== "";
  return answerOf(
    client.POST("/v1/workspaces/{workspace}/workflows/{workflow}:runStream", {
      params: { path },
      body: { inputs: request.inputs, requestId: request.requestId, draft, draftEtag, stepOutputs: true },
      signal,
      parseAs: "stream",
    }) as Promise<{ data?: ReadableStream<Uint8Array>; error?: unknown; response: Response }>,
  );
}

// listBlocks reads the whole catalogue, without schemas.
export async function listBlocks(): Promise<Block[]> {
  const query = { pageSize: 500, view: "BLOCK_VIEW_BASIC" } as const;
  const page = await call<{ blocks?: Block[] }>(client.GET("/v1/blocks", { params: { query }, ...text }));
  return page.blocks ?? [];
}

export function getBlock(type: string): Promise<Block> {
  const block = type.replace("/", ".");
  return call(client.GET("/v1/blocks/{block}", { params: { path: { block } }, ...text }));
}

const most = 500; // entries of a picker

export async function credentialsOf(workspace: string): Promise<Credential[]> {
  const params = { path: { workspace }, query: { pageSize: most } };
  const page = await call<{ credentials?: Credential[] }>(
    client.GET("/v1/workspaces/{workspace}/credentials", { params, ...text }),
  );
  return page.credentials ?? [];
}

export async function modelsOf(workspace: string): Promise<Model[]> {
  const params = { path: { workspace }, query: { pageSize: most } };
  const page = await call<{ models?: Model[] }>(client.GET("/v1/workspaces/{workspace}/models", { params, ...text }));
  return page.models ?? [];
}
