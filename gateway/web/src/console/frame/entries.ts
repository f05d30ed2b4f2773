import { pathOf } from "../routes";
import type { Me } from "../session";

export interface Entry {
  page: string;
  label: string;
  icon: string;
  href: string;
}

// entriesOf lists the pages that the role may open, for the rail and the command palette.
export function entriesOf({ operator, editor, owner, workspace }: Me): Entry[] {
  if (operator) return operators(workspace);
  const all: (Entry & { off?: boolean })[] = [
    { page: "workflows", label: "Workflows", icon: "fork", href: pathOf.workflows(workspace) },
    { page: "templates", label: "Templates", icon: "grid", href: pathOf.templates(workspace), off: !editor },
    { page: "runs", label: "Runs", icon: "history", href: pathOf.runs(workspace) },
    { page: "usage", label: "Usage", icon: "analytics", href: pathOf.usage(workspace) },
    { page: "credentials", label: "Credentials", icon: "lock", href: pathOf.credentials(workspace), off: !editor },
    { page: "models", label: "Models", icon: "model", href: pathOf.models(workspace) },
    { page: "keys", label: "Keys", icon: "key", href: pathOf.keys(workspace), off: !owner },
    { page: "people", label: "People", icon: "people", href: pathOf.people(workspace), off: !owner },
    { page: "audit", label: "Audit", icon: "scroll", href: pathOf.audit(workspace), off: !owner },
    { page: "reports", label: "Reports", icon: "warning", href: pathOf.reports(workspace), off: !editor },
    { page: "sessions", label: "Sessions", icon: "monitor", href: pathOf.sessions(workspace) },
  ];
  return all.filter((e) => !e.off);
}

// operators have their own workspace, with the public models and the keys of operators and
// guests, besides those of others.
const operators = (at: string): Entry[] => [
  { page: "workspaces", label: "Workspaces", icon: "cloud", href: pathOf.workspaces() },
  { page: "usage", label: "Usage", icon: "analytics", href: pathOf.usage(at) },
  { page: "models", label: "Models", icon: "model", href: pathOf.models(at) },
  { page: "keys", label: "Keys", icon: "key", href: pathOf.keys(at) },
  { page: "audit", label: "Audit", icon: "scroll", href: pathOf.audit(at) },
  { page: "reports", label: "Reports", icon: "warning", href: pathOf.reports(at) },
  { page: "sessions", label: "Sessions", icon: "monitor", href: pathOf.sessions(at) },
];
