// Workflows to start from: the same for everybody.
import { stringify } from "../json/exact";
import { call, client } from "./client";
import { createWorkflow, saveDraft } from "./editor";
import type { WorkflowPath } from "./owner";
import type { components } from "./schema";

export type Template = components["schemas"]["v1Template"];

const text = { parseAs: "text" } as const;

export async function listTemplates(): Promise<Template[]> {
  const page = await call<{ templates?: Template[] }>(client.GET("/v1/templates", { ...text }));
  return page.templates ?? [];
}

export function getTemplate(template: string): Promise<Template> {
  return call(client.GET("/v1/templates/{template}", { params: { path: { template } }, ...text }));
}

export const idOf = (template: Template) => template.name?.split("/")[1] ?? "";

// makeFrom makes a workflow whose draft is the definition of a template.
export async function makeFrom(workspace: string, id: string): Promise<WorkflowPath> {
  const template = await getTemplate(id);
  const made = await createWorkflow(workspace, template.title ?? id);
  const path = { workspace, workflow: made.name?.split("/")[3] ?? "" };
  await saveDraft(path, stringify(template.definition, 2), "");
  return path;
}
