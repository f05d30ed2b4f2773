import type { Workspace } from "../../api/manage";

export const idOf = (w: Workspace) => w.name?.split("/")[1] ?? "";

export const titleOf = (w: Workspace) => w.title || idOf(w);

// keysOf says how many keys a workspace has, and how many of them nothing limits.
export function keysOf(w: Workspace): string {
  const [all, unlimited] = [w.keys ?? 0, w.unlimitedKeys ?? 0];
  return unlimited > 0 ? `${all}, ${unlimited} without a limit` : `${all}`;
}
