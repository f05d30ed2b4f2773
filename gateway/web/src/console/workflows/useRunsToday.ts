import { useQuery } from "@tanstack/react-query";
import { queryUsage } from "../../api/manage";
import type { Workflow } from "../../api/owner";
import { today } from "../parts/today";

// useRunsToday returns how many runs of a workflow were charged to the workspace today. One query
// serves the whole list.
export function useRunsToday(workspace: string): (workflow: Workflow) => number | undefined {
  const since = today();
  const usage = useQuery({
    queryKey: ["usage", workspace, "workflow", "today", since],
    queryFn: () => queryUsage(workspace, { groupBy: "workflow", since }),
  });
  const runs = new Map(usage.data?.rows?.map((r) => [r.group, Number(r.runs ?? 0)]));
  return (workflow) => (usage.data ? (runs.get(workflow.name) ?? 0) : undefined);
}
