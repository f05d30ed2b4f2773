import { useQuery } from "@tanstack/react-query";
import type { Failure } from "../../api/failure";
import { countWorkflows } from "../../api/owner";
import { useMe } from "../session";

const fresh = 5 * 60_000; // ms; a change of the list asks again immediately

// useWorkflowCount is the number in the rail: one small request, which is not repeated while it
// is fresh. It is a hint, so a failure shows nothing.
export function useWorkflowCount(): number | undefined {
  const { workspace, operator } = useMe();
  const { data } = useQuery<number, Failure>({
    queryKey: ["workflows", workspace, "count"],
    queryFn: () => countWorkflows(workspace),
    enabled: !operator,
    staleTime: fresh,
    retry: false,
  });
  return data;
}
