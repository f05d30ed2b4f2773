// Reports about links, and what the operator has suspended.
import { call, client } from "./client";
import { pageOf, type Page } from "./owner";
import type { components } from "./schema";

export type Report = components["schemas"]["v1Report"];
export type Kind = NonNullable<Report["kind"]>;
export type Suspension = components["schemas"]["v1OperatorSuspension"];

export const kinds: { value: Kind; label: string }[] = [
  { value: "REPORT_KIND_PHISHING", label: "It tricks people out of keys or money" },
  { value: "REPORT_KIND_HARMFUL", label: "It does harm, or is against the law" },
  { value: "REPORT_KIND_COPYRIGHT", label: "It uses somebody else's work" },
  { value: "REPORT_KIND_OTHER", label: "Something else" },
];

const text = { parseAs: "text" } as const;

export function reportLink(token: string, kind: Kind, words: string): Promise<unknown> {
  const params = { path: { token } };
  return call(client.POST("/v1/shared/{token}:report", { params, body: { kind, text: words }, ...text }));
}

// listReports lists the reports of a workspace, or of all for "-".
export function listReports(workspace: string, pageToken: string): Promise<Page<Report>> {
  const params = { path: { workspace }, query: { pageSize: 25, pageToken: pageToken || undefined } };
  return pageOf(call(client.GET("/v1/workspaces/{workspace}/reports", { params, ...text })), "reports");
}

export function listSuspensions(workspace: string, pageToken: string): Promise<Page<Suspension>> {
  const params = { path: { workspace }, query: { pageSize: 25, pageToken: pageToken || undefined } };
  return pageOf(call(client.GET("/v1/workspaces/{workspace}/suspensions", { params, ...text })), "suspensions");
}

export function suspend(workspace: string, target: string, reason: string): Promise<Suspension> {
  const params = { path: { workspace } };
  return call(client.POST("/v1/workspaces/{workspace}/suspensions", { params, body: { target, reason }, ...text }));
}

export function lift(workspace: string, suspension: string): Promise<unknown> {
  const params = { path: { workspace, suspension } };
  return call(client.DELETE("/v1/workspaces/{workspace}/suspensions/{suspension}", { params, ...text }));
}
