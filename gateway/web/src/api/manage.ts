// What owners do with credentials, keys, sessions, models, usage and the audit log, and what
// operators do with workspaces.
import { call, client } from "./client";
import { pageOf, type Credential, type Key, type Page } from "./owner";
import type { components } from "./schema";

type Schemas = components["schemas"];
export type Session = Schemas["v1Session"];
export type Budget = Schemas["v1Budget"];
export type AuditEvent = Schemas["v1AuditEvent"];
export type Model = Schemas["v1Model"];
export type ModelVersion = Schemas["v1ModelVersion"];
export type ModelAlias = Schemas["v1ModelAlias"];
export type Usage = Schemas["v1QueryUsageResponse"];
export type UsageRow = Schemas["v1UsageRow"];
export type CredentialUsage = Schemas["v1CredentialUsage"];
export type Workspace = Schemas["v1Workspace"];
export type Tested = Schemas["v1TestCredentialResponse"];

const pageSize = 25;
const text = { parseAs: "text" } as const;

const paging = (pageToken: string, more: Record<string, string | undefined> = {}) => ({
  pageSize,
  pageToken: pageToken || undefined,
  ...Object.fromEntries(Object.entries(more).map(([k, v]) => [k, v || undefined])),
});

// Credentials.

const credentials = "/v1/workspaces/{workspace}/credentials";
const oneCredential = "/v1/workspaces/{workspace}/credentials/{credential}";

export function listCredentials(
  workspace: string,
  words: string,
  pageToken: string,
  of: { provider?: string; use?: "" | "in_use" | "not_in_use" } = {},
): Promise<Page<Credential>> {
  const params = { path: { workspace }, query: paging(pageToken, { text: words, provider: of.provider, use: of.use }) };
  return pageOf(call(client.GET(credentials, { params, ...text })), "credentials");
}

export interface CredentialPath {
  workspace: string;
  credential: string;
}

export function getCredential(path: CredentialPath): Promise<Credential> {
  return call(client.GET(oneCredential, { params: { path }, ...text }));
}

export function createCredential(workspace: string, credentialId: string, body: Credential): Promise<Credential> {
  const params = { path: { workspace }, query: { credentialId } };
  return call(client.POST(credentials, { params, body, ...text }));
}

// updateCredential changes what the body names.
export function updateCredential(path: CredentialPath, body: Partial<Credential>): Promise<Credential> {
  return call(client.PATCH(oneCredential, { params: { path }, body, ...text }));
}

export function deleteCredential(path: CredentialPath, force: boolean): Promise<unknown> {
  return call(client.DELETE(oneCredential, { params: { path, query: { force: force || undefined } }, ...text }));
}

export function testCredential(path: CredentialPath): Promise<Tested> {
  return call(client.POST(`${oneCredential}:test`, { params: { path }, body: {}, ...text }));
}

// Keys.

const keys = "/v1/workspaces/{workspace}/keys";
const oneKey = "/v1/workspaces/{workspace}/keys/{key}";

export function listKeys(workspace: string, words: string, pageToken: string): Promise<Page<Key>> {
  const params = { path: { workspace }, query: paging(pageToken, { text: words }) };
  return pageOf(call(client.GET(keys, { params, ...text })), "keys");
}

const mostKeys = 500; // of a list to pick from

// keysOf returns the keys that can pay.
export async function keysOf(workspace: string): Promise<Key[]> {
  const params = { path: { workspace }, query: { pageSize: mostKeys } };
  const page = await call<{ keys?: Key[] }>(client.GET(keys, { params, ...text }));
  return (page.keys ?? []).filter((k) => !k.revokeTime);
}

export function getKey(path: { workspace: string; key: string }): Promise<Key> {
  return call(client.GET(oneKey, { params: { path }, ...text }));
}

// createKey returns the key itself. No other call does.
export function createKey(workspace: string, body: Partial<Key>): Promise<Key> {
  return call(client.POST(keys, { params: { path: { workspace } }, body, ...text }));
}

export function updateKey(path: { workspace: string; key: string }, body: Partial<Key>): Promise<Key> {
  return call(client.PATCH(oneKey, { params: { path }, body, ...text }));
}

export function revokeKey(path: { workspace: string; key: string }): Promise<unknown> {
  return call(client.DELETE(oneKey, { params: { path }, ...text }));
}

// Workspaces, for operators.

const oneWorkspace = "/v1/workspaces/{workspace}";

export function listWorkspaces(words: string, pageToken: string): Promise<Page<Workspace>> {
  const params = { query: paging(pageToken, { text: words }) };
  return pageOf(call(client.GET("/v1/workspaces", { params, ...text })), "workspaces");
}

export function getWorkspace(workspace: string): Promise<Workspace> {
  return call(client.GET(oneWorkspace, { params: { path: { workspace } }, ...text }));
}

export function createWorkspace(workspaceId: string, body: Partial<Workspace>): Promise<Workspace> {
  return call(client.POST("/v1/workspaces", { params: { query: { workspaceId } }, body, ...text }));
}

export function updateWorkspace(workspace: string, body: Partial<Workspace>): Promise<Workspace> {
  return call(client.PATCH(oneWorkspace, { params: { path: { workspace } }, body, ...text }));
}

// Sessions.

export function listSessions(workspace: string, pageToken: string): Promise<Page<Session>> {
  const params = { path: { workspace }, query: paging(pageToken) };
  return pageOf(call(client.GET("/v1/workspaces/{workspace}/sessions", { params, ...text })), "sessions");
}

export function endSession(path: { workspace: string; session: string }, revokeKeys: boolean): Promise<unknown> {
  const params = { path, query: { revokeKeys: revokeKeys || undefined } };
  return call(client.DELETE("/v1/workspaces/{workspace}/sessions/{session}", { params, ...text }));
}

// approveLogin lets the command line with a challenge sign in as this session does.
export function approveLogin(challenge: string): Promise<Schemas["v1LoginApproval"]> {
  return call(client.POST("/v1/sessions:approve", { body: { challenge }, ...text }));
}

// Audit.

export interface AuditFilter {
  resource: string;
  action: string;
  since: string;
  until: string;
}

export function listAudit(
  workspace: string,
  of: AuditFilter,
  pageToken: string,
  size = pageSize,
): Promise<Page<AuditEvent>> {
  const query = paging(pageToken, {
    resource: of.resource,
    action: of.action,
    startTime: of.since,
    endTime: of.until,
  });
  const params = { path: { workspace }, query: { ...query, pageSize: size } };
  return pageOf(call(client.GET("/v1/workspaces/{workspace}/audit", { params, ...text })), "events");
}

// Usage.

export interface UsageQuery {
  groupBy: string;
  byDay?: boolean;
  since: string;
  until?: string;
}

const mostUsagePages = 10; // of 500 rows each

// queryUsage reads all pages, up to 5000 rows.
export async function queryUsage(workspace: string, of: UsageQuery): Promise<Usage> {
  const all: Usage = { rows: [], credentials: [] };
  let pageToken: string | undefined;
  for (let i = 0; i < mostUsagePages; i++) {
    const query = {
      groupBy: of.groupBy || undefined,
      byDay: of.byDay || undefined,
      startTime: of.since,
      endTime: of.until,
      pageSize: 500,
      pageToken,
    };
    const params = { path: { workspace }, query };
    const got: Usage = await call(client.GET("/v1/workspaces/{workspace}/usage", { params, ...text }));
    all.rows!.push(...(got.rows ?? []));
    all.credentials!.push(...(got.credentials ?? []));
    all.nextPageToken = got.nextPageToken;
    pageToken = got.nextPageToken || undefined;
    if (!pageToken) break;
  }
  return all;
}

// Models.

const models = "/v1/workspaces/{workspace}/models";
const oneModel = "/v1/workspaces/{workspace}/models/{model}";

export interface ModelPath {
  workspace: string;
  model: string;
}

export function listModels(workspace: string, words: string, pageToken: string): Promise<Page<Model>> {
  const params = { path: { workspace }, query: paging(pageToken, { text: words }) };
  return pageOf(call(client.GET(models, { params, ...text })), "models");
}

export function getModel(path: ModelPath): Promise<Model> {
  return call(client.GET(oneModel, { params: { path }, ...text }));
}

export function createModel(workspace: string, modelId: string, body: Partial<Model>): Promise<Model> {
  return call(client.POST(models, { params: { path: { workspace }, query: { modelId } }, body, ...text }));
}

export function updateModel(path: ModelPath, body: Partial<Model>): Promise<Model> {
  return call(client.PATCH(oneModel, { params: { path }, body, ...text }));
}

export function deleteModel(path: ModelPath): Promise<unknown> {
  return call(client.DELETE(oneModel, { params: { path }, ...text }));
}

export function listModelVersions(path: ModelPath, pageToken: string): Promise<Page<ModelVersion>> {
  const params = { path, query: paging(pageToken) };
  return pageOf(call(client.GET(`${oneModel}/versions`, { params, ...text })), "versions");
}

export function createModelVersion(path: ModelPath): Promise<ModelVersion> {
  return call(client.POST(`${oneModel}/versions`, { params: { path }, body: {}, ...text }));
}

export function deleteModelVersion(path: ModelPath & { version: string }): Promise<unknown> {
  return call(client.DELETE(`${oneModel}/versions/{version}`, { params: { path }, ...text }));
}

// Model aliases: names in workflows, and the models that they mean.

const aliases = "/v1/workspaces/{workspace}/modelAliases";

export function listAliases(workspace: string, pageToken: string): Promise<Page<ModelAlias>> {
  const params = { path: { workspace }, query: paging(pageToken) };
  return pageOf(call(client.GET(aliases, { params, ...text })), "modelAliases");
}

export function createAlias(workspace: string, alias: string, model: string): Promise<ModelAlias> {
  return call(client.POST(aliases, { params: { path: { workspace } }, body: { alias, model }, ...text }));
}

export function deleteAlias(workspace: string, id: string): Promise<unknown> {
  const path = { workspace, modelAlias: id };
  return call(client.DELETE(`${aliases}/{modelAlias}`, { params: { path }, ...text }));
}
