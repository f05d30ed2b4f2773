// The inputs of the last run of each workflow in this tab, to make a sample of. They stay in
// memory. Credentials are not among them.
import type { Given } from "./useForm";

const runs = new Map<string, Given>();
const keyOf = (path: { workspace: string; workflow: string }) => `${path.workspace}/${path.workflow}`;

export function keepRun(path: { workspace: string; workflow: string }, given: Given): void {
  runs.set(keyOf(path), given);
}

export function lastRun(path: { workspace: string; workflow: string }): Given | undefined {
  return runs.get(keyOf(path));
}
