// People and invitations of a workspace, and the ways to become one of them.
import { call, client } from "./client";
import type { Page } from "./owner";
import type { components } from "./schema";
import { post } from "./session";

type Schemas = components["schemas"];
export type Person = Schemas["v1Person"];
export type Invitation = Schemas["v1Invitation"];
export type Leads = Schemas["v1LookUpInvitationResponse"];
export type SignedIn = Schemas["v1SignedIn"];
export type Role = Schemas["v1PersonRole"];

const text = { parseAs: "text" } as const;
const pageSize = 50;

export async function listPeople(workspace: string, pageToken: string): Promise<Page<Person>> {
  const params = { path: { workspace }, query: { pageSize, pageToken: pageToken || undefined } };
  const got = await call<{ people?: Person[]; nextPageToken?: string }>(
    client.GET("/v1/workspaces/{workspace}/people", { params, ...text }),
  );
  return { rows: got.people ?? [], next: got.nextPageToken ?? "" };
}

const idOf = (name: string) => name.split("/")[3] ?? "";

export function updatePerson(workspace: string, name: string, body: Partial<Person>): Promise<Person> {
  const params = { path: { workspace, people: idOf(name) } };
  return call(client.PATCH("/v1/workspaces/{workspace}/people/{people}", { params, body, ...text }));
}

export function removePerson(workspace: string, name: string): Promise<unknown> {
  const params = { path: { workspace, people: idOf(name) } };
  return call(client.DELETE("/v1/workspaces/{workspace}/people/{people}", { params, ...text }));
}

export async function listInvitations(workspace: string, pageToken: string): Promise<Page<Invitation>> {
  const params = { path: { workspace }, query: { pageSize, pageToken: pageToken || undefined } };
  const got = await call<{ invitations?: Invitation[]; nextPageToken?: string }>(
    client.GET("/v1/workspaces/{workspace}/invitations", { params, ...text }),
  );
  return { rows: got.invitations ?? [], next: got.nextPageToken ?? "" };
}

export function createInvitation(workspace: string, body: { role: Role; email: string }): Promise<Invitation> {
  return call(
    client.POST("/v1/workspaces/{workspace}/invitations", { params: { path: { workspace } }, body, ...text }),
  );
}

export function revokeInvitation(workspace: string, name: string): Promise<unknown> {
  const params = { path: { workspace, invitation: idOf(name) } };
  return call(client.DELETE("/v1/workspaces/{workspace}/invitations/{invitation}", { params, ...text }));
}

export function lookUpInvitation(code: string): Promise<Leads> {
  return call(client.POST("/v1/invitations:lookUp", { body: { code }, ...text }));
}

// join accepts an invitation. The session goes into a cookie; the reply has the person's key,
// which is shown once.
export function join(code: string, title: string): Promise<SignedIn> {
  return post<SignedIn>("/app/join", { code, title });
}

export function signUp(workspaceId: string, title: string): Promise<SignedIn> {
  return post<SignedIn>("/app/sign-up", { workspaceId, title });
}
