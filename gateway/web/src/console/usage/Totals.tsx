import { useQuery } from "@tanstack/react-query";
import type { Failure } from "../../api/failure";
import { queryUsage, type Usage } from "../../api/manage";
import { Skeleton } from "../../ui/Skeleton";
import { numbers } from "../keys/budget";
import { hoursAgo, today } from "../parts/today";
import { Trouble } from "../parts/Trouble";
import { compared } from "./compared";
import style from "./Usage.module.css";

interface Props {
  workspace: string;
  since: string;
  days: number; // from since until now; they are compared with as many before
}

// Totals are the sums of all groups, next to those of the period before.
export function Totals({ workspace, since, days }: Props) {
  const { data, error, refetch } = useQuery<Usage, Failure>({
    queryKey: ["usage", workspace, "", since],
    queryFn: () => queryUsage(workspace, { groupBy: "", since }),
  });
  const before = useQuery<Usage, Failure>({
    queryKey: ["usage", workspace, "", since, "before", days],
    queryFn: () => queryUsage(workspace, { groupBy: "", since: today(2 * days - 1), until: hoursAgo(24 * days) }),
  });
  if (error) return <Trouble failure={error} onRetry={() => void refetch()} />;
  const [row, used] = [data?.rows?.[0], data?.credentials?.[0]];
  const n = (text: string | undefined) => Number(text ?? 0);
  const runs = n(row?.runs);
  const rate = runs > 0 ? `${((n(row?.failedRuns) / runs) * 100).toFixed(1)}%` : "0%";
  const [rowBefore, usedBefore] = [before.data?.rows?.[0], before.data?.credentials?.[0]];
  const than = (now: number, then: string | undefined) => (data && before.data ? compared(now, n(then), days) : "");
  const figures: [string, string, string][] = [
    ["Runs", numbers.format(runs), than(runs, rowBefore?.runs) || "Charged to your keys"],
    ["Visitors of your links", numbers.format(n(data?.visitors)), cameBack(n(data?.returningVisitors))],
    ["Runs that failed", rate, `${numbers.format(n(row?.failedRuns))} runs`],
    [
      "Provider calls",
      numbers.format(n(used?.calls)),
      than(n(used?.calls), usedBefore?.calls) || "With your credentials, also in runs of visitors",
    ],
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

// cameBack says how many visitors ran a link on more than one day.
const cameBack = (visitors: number) => (visitors === 1 ? "1 came back" : `${numbers.format(visitors)} came back`);
