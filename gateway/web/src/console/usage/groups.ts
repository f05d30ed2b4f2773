// The groups of the usage page: what is counted in each, and their names for people.
import type { CredentialUsage, Usage, UsageRow } from "../../api/manage";
import type { Point } from "./series";

export type Group = "workflow" | "share" | "key" | "model" | "visitor" | "credential";

export const groups: { id: Group; label: string }[] = [
  { id: "workflow", label: "Workflow" },
  { id: "share", label: "Link" },
  { id: "key", label: "Key" },
  { id: "model", label: "Model" },
  { id: "visitor", label: "Visitor" },
  { id: "credential", label: "Credential" },
];

export const counted: Record<Group, string> = {
  workflow: "Runs",
  share: "Runs",
  key: "Runs",
  model: "Pictures",
  visitor: "Runs",
  credential: "Calls",
};

const none: Record<Group, string> = {
  workflow: "Inline definitions",
  share: "Without a link",
  key: "Other keys",
  model: "Models of others",
  visitor: "Without a visitor",
  credential: "Other credentials",
};

// nameOf is the last part of a resource name: a link with its workflow, a model with its version.
export function nameOf(group: Group, name: string): string {
  if (!name) return none[group];
  const parts = name.split("/");
  if (parts[0] !== "workspaces") return name.length > 24 ? `${name.slice(0, 14)}…` : name;
  if (group === "share") return `${parts[3]}, link ${parts[5] ?? ""}`;
  if (group === "model") return parts.length > 5 ? `${parts[3]}, version ${parts[5]}` : (parts[3] ?? name);
  return parts.at(-1) ?? name;
}

const number = (text: string | undefined) => Number(text ?? 0);

// titlesOf is what the groups are called, if they have a title.
export function titlesOf(usage: Usage): Map<string, string> {
  const titles = new Map<string, string>();
  for (const r of [...(usage.rows ?? []), ...(usage.credentials ?? [])]) {
    if (r.group && r.title) titles.set(r.group, r.title);
  }
  return titles;
}

// pointsOf is what is counted, by group and day.
export function pointsOf(group: Group, usage: Usage): Point[] {
  if (group === "credential") {
    return (usage.credentials ?? []).map((r) => ({ group: r.group ?? "", day: r.day ?? "", value: number(r.calls) }));
  }
  const value = (r: UsageRow) => number(group === "model" ? r.modelImages : r.runs);
  return (usage.rows ?? []).map((r) => ({ group: r.group ?? "", day: r.day ?? "", value: value(r) }));
}

// withVisitors are the groups that several visitors may belong to.
export const withVisitors: Group[] = ["workflow", "share", "key"];

// visitorsOf counts the visitors of each group in the whole time.
export function visitorsOf(usage: Usage): Map<string, number> {
  return new Map((usage.rows ?? []).map((r) => [r.group ?? "", number(r.visitors)]));
}

export interface Sum {
  runs: number;
  failed: number;
  calls: number;
  tokens: number;
}

// sumsOf adds up the days of each group.
export function sumsOf(group: Group, usage: Usage): Map<string, Sum> {
  const sums = new Map<string, Sum>();
  const add = (name: string, runs: number, failed: number, calls: number, tokens: number) => {
    const s = sums.get(name) ?? { runs: 0, failed: 0, calls: 0, tokens: 0 };
    sums.set(name, {
      runs: s.runs + runs,
      failed: s.failed + failed,
      calls: s.calls + calls,
      tokens: s.tokens + tokens,
    });
  };
  const tokens = (r: UsageRow | CredentialUsage) => number(r.inputTokens) + number(r.outputTokens);
  if (group === "credential") {
    for (const r of usage.credentials ?? []) {
      add(r.group ?? "", number(r.runs), number(r.failedCalls), number(r.calls), tokens(r));
    }
  } else {
    for (const r of usage.rows ?? []) {
      add(r.group ?? "", number(r.runs), number(r.failedRuns), number(r.credentialCalls), tokens(r));
    }
  }
  return sums;
}
