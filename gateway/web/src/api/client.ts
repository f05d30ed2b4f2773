// The typed client of the gateway's API: types from the OpenAPI document, calls by
// openapi-fetch. Same origin only: a visitor's key travels in a header, a session in a cookie
// that no script can read.
import createClient from "openapi-fetch";
import { parse, stringify } from "../json/exact";
import { failureOf, networkFailure } from "./failure";
import type { components, paths } from "./schema";

type Schemas = components["schemas"];
export type SharedWorkflow = Schemas["v1SharedWorkflow"];
export type Input = Schemas["v1Input"];
export type Output = Schemas["v1Output"];
export type Graph = Schemas["v1Graph"];
export type GraphNode = Schemas["v1GraphNode"];
export type GraphEdge = Schemas["v1GraphEdge"];
export type Sample = Schemas["v1Sample"];
export type Example = Schemas["v1Example"];
export type Allowance = Schemas["v1Allowance"];
export type Terms = Schemas["v1Terms"];
export type LineItem = Schemas["v1LineItem"];
export type RunEvent = Schemas["v1RunEvent"];
export type StepProgress = Schemas["v1StepProgress"];
export type StepOutputs = Schemas["v1StepOutputs"];
export type RunResponse = Schemas["v1RunResponse"];
export type ForkReport = Schemas["v1ForkReport"];
export type Fork = Schemas["v1ForkSharedWorkflowResponse"];
export type Whoami = Schemas["v1WhoamiResponse"];

// A page in a frame uses no session: the site with the frame could trick people into clicks, and their session would
// pay.
export const framed = window.location.pathname.startsWith("/embed/");

export const client = createClient<paths>({
  credentials: framed ? "omit" : "same-origin",
  referrerPolicy: "no-referrer",
  bodySerializer: (body) => stringify(body),
});

function headers(key: string): Record<string, string> {
  return key ? { authorization: `Bearer ${key}` } : {};
}

// call converts every error into a Failure. Answers come as text, so that their
// numbers keep their value.
export async function call<T>(request: Promise<{ data?: string; error?: unknown; response: Response }>): Promise<T> {
  const text = await answerOf(request);
  try {
    return parse(text) as T;
  } catch (cause) {
    throw networkFailure(cause);
  }
}

export async function answerOf<T>(request: Promise<{ data?: T; error?: unknown; response: Response }>): Promise<T> {
  let answer;
  try {
    answer = await request;
  } catch (cause) {
    throw networkFailure(cause);
  }
  if (answer.data === undefined) throw failureOf(answer.error, answer.response);
  return answer.data;
}

export function getSharedWorkflow(token: string, key: string, signal?: AbortSignal): Promise<SharedWorkflow> {
  return call(
    client.GET("/v1/shared/{token}", { params: { path: { token } }, headers: headers(key), signal, parseAs: "text" }),
  );
}

export interface RunRequest {
  inputs: Record<string, unknown>;
  destinations: Record<string, string>;
  requestId: string;
}

// runShared starts a run and returns the body of its stream.
export async function runShared(
  token: string,
  key: string,
  body: RunRequest,
  signal: AbortSignal,
): Promise<ReadableStream<Uint8Array>> {
  const stream = await answerOf(
    client.POST("/v1/shared/{token}:runStream", {
      params: { path: { token } },
      headers: headers(key),
      body,
      signal,
      parseAs: "stream",
    }) as Promise<{ data?: ReadableStream<Uint8Array>; error?: unknown; response: Response }>,
  );
  return stream;
}

export interface ForkRequest {
  parent: string;
  workflowId?: string;
  title?: string;
  validateOnly?: boolean;
}

export function forkShared(token: string, key: string, body: ForkRequest): Promise<Fork> {
  return call(
    client.POST("/v1/shared/{token}:fork", {
      params: { path: { token } },
      headers: headers(key),
      body,
      parseAs: "text",
    }),
  );
}

export function whoami(key: string): Promise<Whoami> {
  return call(client.GET("/v1/whoami", { headers: headers(key), parseAs: "text" }));
}
