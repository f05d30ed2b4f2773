// Addresses of the console. They mirror resource names.
import { useSyncExternalStore, type ComponentProps, type MouseEvent } from "react";

export type Route =
  | { page: "home" }
  | { page: "workflows"; workspace: string }
  | { page: "workflow"; workspace: string; workflow: string }
  | { page: "edit"; workspace: string; workflow: string }
  | { page: "runs" | "people"; workspace: string }
  | { page: "sign-up" }
  | { page: "unknown" };

const id = "([a-z0-9_-]{1,63})";
const ofWorkflow = new RegExp(`^/app/${id}/workflows/${id}(/edit)?/?$`);
const ofPage = new RegExp(`^/app/${id}/(workflows|runs|people)/?$`);

export function routeOf(pathname: string): Route {
  if (pathname === "/" || /^\/app\/?$/.test(pathname) || /^\/app\/(sign-in|join)\/?$/.test(pathname))
    return { page: "home" };
  if (/^\/app\/sign-up\/?$/.test(pathname)) return { page: "sign-up" };
  const workflow = ofWorkflow.exec(pathname);
  if (workflow) return { page: workflow[3] ? "edit" : "workflow", workspace: workflow[1]!, workflow: workflow[2]! };
  const page = ofPage.exec(pathname);
  if (page) return { page: page[2] as "workflows" | "runs" | "people", workspace: page[1]! };
  return { page: "unknown" };
}

export const pathOf = {
  workflows: (workspace: string) => `/app/${workspace}/workflows`,
  workflow: (workspace: string, workflow: string) => `/app/${workspace}/workflows/${workflow}`,
  edit: (workspace: string, workflow: string) => `/app/${workspace}/workflows/${workflow}/edit`,
  people: (workspace: string) => `/app/${workspace}/people`,
  runs: (workspace: string, query: Record<string, string> = {}) => {
    const search = new URLSearchParams(query).toString();
    return `/app/${workspace}/runs${search && `?${search}`}`;
  },
};

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
