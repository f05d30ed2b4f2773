import { useQueries } from "@tanstack/react-query";
import { queryUsage } from "../../api/manage";
import type { Key } from "../../api/owner";
import { startOf } from "../parts/today";
import { periodOf, runsOf } from "./budget";

const all = ["PERIOD_DAY", "PERIOD_MONTH", "PERIOD_LIFETIME"] as const;

// useSpent returns how many runs each key was charged in the period of its budget, or this
// month. One query serves all keys with the same period.
export function useSpent(workspace: string, keys: Key[]): (key: Key) => number | undefined {
  const period = (k: Key) => periodOf(k.budget ?? {});
  const wanted = new Set(keys.map(period));
  const got = useQueries({
    queries: all.map((p) => ({
      queryKey: ["usage", workspace, "key", p, startOf(p)],
      queryFn: () => queryUsage(workspace, { groupBy: "key", since: startOf(p) }),
      enabled: wanted.has(p),
      staleTime: 0, // a page that is opened shows what is left of a budget now
    })),
  });
  return (k) => {
    const { data } = got[all.indexOf(period(k))]!;
    return data && runsOf(data.rows, k.name ?? "");
  };
}
