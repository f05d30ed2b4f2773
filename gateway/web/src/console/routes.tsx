// Addresses of the console. They mirror resource names.
import { useSyncExternalStore, type ComponentProps, type MouseEvent } from "react";

export type Route =
  | { page: "home" }
  | { page: "workflows"; workspace: string }
  | { page: "workflow"; workspace: string; workflow: string }
  | { page: "edit"; workspace: string; workflow: string }
  | { page: "people"; workspace: string }
  | { page: "sign-up" }
  | { page: "command-line" }
  | { page: Lists; workspace: string }
  | { page: "credential" | "key" | "model" | "template" | "run"; workspace: string; id: string }
  | { page: "workspaces" }
  | { page: "tenant"; tenant: string }
  | { page: "tenant-key"; tenant: string; id: string }
  | { page: "unknown" };

// Pages that list what a workspace has, and the page of one such thing.
const one = {
  credentials: "credential",
  keys: "key",
  models: "model",
  runs: "run",
  templates: "template",
} as const;
export type Lists = keyof typeof one | "sessions" | "usage" | "audit" | "trash" | "reports";

const id = "([a-z0-9_-]{1,63})";
const ofWorkflow = new RegExp(`^/app/${id}/workflows/${id}(/edit)?/?$`);
const ofPage = new RegExp(
  `^/app/${id}/(workflows|${Object.keys(one).join("|")}|people|sessions|usage|audit|trash|reports)/?$`,
);
const ofTenant = new RegExp(`^/app/workspaces(?:/${id}(?:/keys/${id})?)?/?$`); // "workspaces" is no id of one
const ofOne = new RegExp(`^/app/${id}/(${Object.keys(one).join("|")})/${id}/?$`);

export function routeOf(pathname: string): Route {
  if (pathname === "/" || /^\/app\/?$/.test(pathname) || /^\/app\/(sign-in|join)\/?$/.test(pathname))
    return { page: "home" };
  if (/^\/app\/sign-up\/?$/.test(pathname)) return { page: "sign-up" };
  if (/^\/app\/command-line\/?$/.test(pathname)) return { page: "command-line" };
  const tenant = ofTenant.exec(pathname);
  if (tenant?.[2]) return { page: "tenant-key", tenant: tenant[1]!, id: tenant[2] };
  if (tenant) return tenant[1] ? { page: "tenant", tenant: tenant[1] } : { page: "workspaces" };
  const workflow = ofWorkflow.exec(pathname);
  if (workflow) return { page: workflow[3] ? "edit" : "workflow", workspace: workflow[1]!, workflow: workflow[2]! };
  const page = ofPage.exec(pathname);
  if (page) return { page: page[2] as "workflows" | "people" | Lists, workspace: page[1]! };
  const thing = ofOne.exec(pathname);
  if (thing) return { page: one[thing[2] as keyof typeof one], workspace: thing[1]!, id: thing[3]! };
  return { page: "unknown" };
}

export const pathOf = {
  workflows: (workspace: string) => `/app/${workspace}/workflows`,
  workflow: (workspace: string, workflow: string) => `/app/${workspace}/workflows/${workflow}`,
  share: (workspace: string, workflow: string) => `/app/${workspace}/workflows/${workflow}?share`,
  edit: (workspace: string, workflow: string) => `/app/${workspace}/workflows/${workflow}/edit`,
  templates: (workspace: string) => `/app/${workspace}/templates`,
  template: (workspace: string, template: string) => `/app/${workspace}/templates/${template}`,
  people: (workspace: string) => `/app/${workspace}/people`,
  runs: (workspace: string, query: Record<string, string> = {}) => withQuery(`/app/${workspace}/runs`, query),
  run: (workspace: string, run: string) => `/app/${workspace}/runs/${run}`,
  trash: (workspace: string) => `/app/${workspace}/trash`,
  workspaces: () => "/app/workspaces",
  tenant: (tenant: string) => `/app/workspaces/${tenant}`,
  tenantKey: (tenant: string, key: string) => `/app/workspaces/${tenant}/keys/${key}`,
  usage: (workspace: string) => `/app/${workspace}/usage`,
  credentials: (workspace: string) => `/app/${workspace}/credentials`,
  addCredential: (workspace: string) => `/app/${workspace}/credentials?add`,
  credential: (workspace: string, credential: string) => `/app/${workspace}/credentials/${credential}`,
  models: (workspace: string) => `/app/${workspace}/models`,
  model: (workspace: string, model: string) => `/app/${workspace}/models/${model}`,
  keys: (workspace: string) => `/app/${workspace}/keys`,
  key: (workspace: string, key: string) => `/app/${workspace}/keys/${key}`,
  reports: (workspace: string) => `/app/${workspace}/reports`,
  sessions: (workspace: string) => `/app/${workspace}/sessions`,
  audit: (workspace: string, query: Record<string, string> = {}) => withQuery(`/app/${workspace}/audit`, query),
};

function withQuery(path: string, query: Record<string, string>): string {
  const search = new URLSearchParams(query).toString();
  return search ? `${path}?${search}` : path;
}

const changed = new EventTarget();

export function navigate(to: string, replace = false) {
  window.history[replace ? "replaceState" : "pushState"](null, "", to);
  changed.dispatchEvent(new Event("navigate"));
  if (!replace) window.scrollTo(0, 0);
}

function subscribe(listen: () => void) {
  window.addEventListener("popstate", listen);
  changed.addEventListener("navigate", listen);
  return () => {
    window.removeEventListener("popstate", listen);
    changed.removeEventListener("navigate", listen);
  };
}

const here = () => window.location.pathname + window.location.search;

// useAddress returns path and query of the page, as they change.
export function useAddress(): { pathname: string; query: URLSearchParams } {
  const url = new URL(useSyncExternalStore(subscribe, here), window.location.origin);
  return { pathname: url.pathname, query: url.searchParams };
}

// Link is an anchor that changes the page without loading it again.
export function Link({ href, onClick, ...rest }: ComponentProps<"a"> & { href: string }) {
  const go = (e: MouseEvent<HTMLAnchorElement>) => {
    onClick?.(e);
    if (e.defaultPrevented || e.button !== 0 || e.metaKey || e.ctrlKey || e.shiftKey || e.altKey) return;
    e.preventDefault();
    navigate(href);
  };
  return <a {...rest} href={href} onClick={go} />;
}
