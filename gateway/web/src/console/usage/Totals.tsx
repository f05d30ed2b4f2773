import { useQuery } from "@tanstack/react-query";
import type { Failure } from "../../api/failure";
import { queryUsage, type Usage } from "../../api/manage";
import { Skeleton } from "../../ui/Skeleton";
import { numbers } from "../keys/budget";
import { Trouble } from "../parts/Trouble";
import style from "./Usage.module.css";

// Totals are the sums of all groups.
export function Totals({ workspace, since }: { workspace: string; since: string }) {
  const { data, error, refetch } = useQuery<Usage, Failure>({
    queryKey: ["usage", workspace, "", since],
    queryFn: () => queryUsage(workspace, { groupBy: "", since }),
  });
  if (error) return <Trouble failure={error} onRetry={() => void refetch()} />;
  const [row, used] = [data?.rows?.[0], data?.credentials?.[0]];
  const n = (text: string | undefined) => Number(text ?? 0);
  const runs = n(row?.runs);
  const rate = runs > 0 ? `${((n(row?.failedRuns) / runs) * 100).toFixed(1)}%` : "0%";
  const figures: [string, string, string][] = [
    ["Runs", numbers.format(runs), "Charged to your keys"],
    ["Runs that failed", rate, `${numbers.format(n(row?.failedRuns))} runs`],
    ["Provider calls", numbers.format(n(used?.calls)), "With your credentials, also in runs of visitors"],
    ["Tokens", numbers.format(n(used?.inputTokens) + n(used?.outputTokens)), "Of those calls, in and out"],
  ];
  return (
    <dl className={style.totals}>
      {figures.map(([name, value, note]) => (
        <div key={name} className={style.figure}>
          <dt>{name}</dt>
          <dd className={style.big}>{data ? value : <Skeleton width={80} height={28} />}</dd>
          <dd className={style.note}>{note}</dd>
        </div>
      ))}
    </dl>
  );
}
