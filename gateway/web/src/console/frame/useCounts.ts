import { useQueries } from "@tanstack/react-query";
import { countOf } from "../../api/owner";
import { useMe } from "../session";

const fresh = 5 * 60_000; // ms; a change of a list asks again immediately

const lists = ["workflows", "credentials", "models", "keys"] as const;

// useCounts are the numbers in the rail: one small request for each list that the role may open,
// which is not repeated while it is fresh. They are a hint, so a failure shows nothing.
export function useCounts(): Partial<Record<string, number>> {
  const { workspace, operator, editor, owner } = useMe();
  const may = { workflows: !operator, credentials: editor, models: true, keys: owner || operator };
  const counts = useQueries({
    queries: lists.map((list) => ({
      queryKey: [list, workspace, "count"],
      queryFn: () => countOf(workspace, list),
      enabled: may[list],
      staleTime: fresh,
      retry: false,
    })),
  });
  return Object.fromEntries(lists.map((list, i) => [list, counts[i]!.data]));
}
