// What tests do as owners, over the API.
import { inject } from "vitest";

export const base = inject("base");
export const provider = inject("provider");
export const demo = inject("token");
export const ownerKey = inject("ownerKey");
export const operatorKey = inject("operatorKey");

export async function call<T = Record<string, unknown>>(
  method: string,
  path: string,
  body?: unknown,
  key = ownerKey,
  change = (text: string) => text,
): Promise<T> {
  const response = await fetch(base + path, {
    method,
    headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
    body: body === undefined ? undefined : change(JSON.stringify(body)),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
  return JSON.parse(text) as T;
}

let count = 0;
const fresh = (word: string) => `${word}-${process.pid}-${++count}`;

export interface Shared {
  name: string;
  token: string;
}

export async function share(
  definition: unknown,
  settings: Record<string, unknown> = {},
  title = "A workflow",
  description = "",
  change?: (text: string) => string,
): Promise<Shared> {
  const id = fresh("wf");
  await call(
    "POST",
    `/v1/workspaces/demo/workflows?workflowId=${id}`,
    { title, description, definition },
    ownerKey,
    change,
  );
  return call<Shared>("POST", `/v1/workspaces/demo/workflows/${id}/shares`, settings);
}

export async function credential(value: string): Promise<string> {
  const id = fresh("cred");
  await call("POST", `/v1/workspaces/demo/credentials?credentialId=${id}`, {
    provider: "openai_compatible",
    value,
    hosts: [provider],
  });
  return id;
}

// otherKey is a key of another workspace: a visitor with an account.
export async function otherKey(): Promise<{ key: string; workspace: string }> {
  const workspace = fresh("visitor");
  await call("POST", `/v1/workspaces?workspaceId=${workspace}`, { title: workspace }, operatorKey);
  const { key } = await call<{ key: string }>(
    "POST",
    `/v1/workspaces/${workspace}/keys`,
    { title: "visitor" },
    operatorKey,
  );
  return { key, workspace };
}

export async function seen(): Promise<{ keys: string[]; gone: number }> {
  return (await fetch(`${provider}/seen`)).json() as Promise<{ keys: string[]; gone: number }>;
}

// Definitions.

export function ask(behaviour: string, slot: string) {
  return {
    version: "1.0",
    inputs: [{ type: "WorkflowParameter", name: "question", kind: ["string"], default_value: "What is it?" }],
    steps: [
      {
        type: "roboflow_core/openai_compatible@v1",
        name: "llm",
        base_url: `${provider}/${behaviour}`,
        model_name: "m",
        prompt: "$inputs.question",
        api_key: slot,
      },
    ],
    outputs: [{ type: "JsonField", name: "answer", selector: "$steps.llm.output" }],
  };
}

export function greet(
  inputs: unknown[] = [{ type: "WorkflowParameter", name: "who", kind: ["string"], default_value: "world" }],
) {
  return {
    version: "1.0",
    inputs,
    steps: [
      {
        type: "roboflow_core/string_template@v1",
        name: "hello",
        template: "hello {who}",
        data: { who: "$inputs.who" },
        data_operations: {},
      },
    ],
    outputs: [{ type: "JsonField", name: "text", selector: "$steps.hello.output" }],
  };
}

// chain is as many steps as wished, one after the other in rows.
export function chain(n: number, rows = 8) {
  const steps = Array.from({ length: n }, (_, i) => ({
    type: "roboflow_core/string_template@v1",
    name: `s${i}`,
    template: "{v}",
    data: { v: i < rows ? "$inputs.who" : `$steps.s${i - rows}.output` },
    data_operations: {},
  }));
  return {
    version: "1.0",
    inputs: [{ type: "WorkflowParameter", name: "who", kind: ["string"], default_value: "x" }],
    steps,
    outputs: [{ type: "JsonField", name: "last", selector: `$steps.s${n - 1}.output` }],
  };
}
