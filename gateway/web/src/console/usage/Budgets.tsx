import { useQuery } from "@tanstack/react-query";
import type { Failure } from "../../api/failure";
import { listKeys } from "../../api/manage";
import type { Key, Page } from "../../api/owner";
import { Skeleton } from "../../ui/Skeleton";
import { BudgetBar } from "../keys/BudgetBar";
import { idOfKey, periodOf } from "../keys/budget";
import { useSpent } from "../keys/useSpent";
import page from "../parts/Page.module.css";
import { startOf } from "../parts/today";
import { Trouble } from "../parts/Trouble";
import { Link, pathOf } from "../routes";
import { endOfMonth, forecast } from "./forecast";
import style from "./Usage.module.css";

const most = 3; // keys, those closest to their limit

// Budgets says for the keys with a limit when it will be used up.
export function Budgets({ workspace }: { workspace: string }) {
  const { data, error, refetch } = useQuery<Page<Key>, Failure>({
    queryKey: ["keys", workspace, "budgets"],
    queryFn: () => listKeys(workspace, "", ""),
  });
  const limited = (data?.rows ?? []).filter((k) => k.budget && !k.revokeTime);
  const spent = useSpent(workspace, limited);
  const part = (k: Key) => (spent(k) ?? 0) / Math.max(1, Number(k.budget?.runs ?? 0));
  const nearest = [...limited].sort((a, b) => part(b) - part(a)).slice(0, most);
  return (
    <section className={page.panel} aria-labelledby="budgets">
      <h2 className={page.sub} id="budgets">
        Budgets
        <Link className={page.quiet} href={pathOf.keys(workspace)}>
          Change
        </Link>
      </h2>
      {error && <Trouble failure={error} onRetry={() => void refetch()} />}
      {!data && !error && <Skeleton height={80} />}
      {data && nearest.length === 0 && <p className={page.quiet}>No key has a limit.</p>}
      <ul className={page.stack}>
        {nearest.map((k) => (
          <li key={k.name} className={page.plain}>
            <Link href={pathOf.key(workspace, idOfKey(k))}>{k.title || idOfKey(k)}</Link>
            <BudgetBar of={k} spent={spent(k)} />
            <Outlook of={k} spent={spent(k)} />
          </li>
        ))}
      </ul>
    </section>
  );
}

// Outlook is the forecast in a sentence.
function Outlook({ of: k, spent }: { of: Key; spent: number | undefined }) {
  const period = periodOf(k.budget ?? {});
  if (spent === undefined) return null;
  const now = new Date();
  const used = spent >= Number(k.budget?.runs ?? 0);
  if (period === "PERIOD_DAY") {
    return (
      <span className={used ? style.soon : page.quiet}>
        {used ? "Used up until 00:00 UTC." : "Resets at 00:00 UTC."}
      </span>
    );
  }
  const lifetime = period === "PERIOD_LIFETIME";
  const start = lifetime ? new Date(k.createTime ?? now) : new Date(startOf(period, now));
  const f = forecast(spent, Number(k.budget?.runs ?? 0), start, lifetime ? null : endOfMonth(now), now);
  if (used) return <span className={style.soon}>Used up{lifetime ? "." : " until the month ends."}</span>;
  if (f.at) return <span className={style.soon}>Used up around {day(f.at)}, if use continues like this.</span>;
  return <span className={page.quiet}>{lifetime ? "Lasts for long." : "Lasts until it resets."}</span>;
}

const day = (d: Date) => d.toLocaleDateString("en-GB", { day: "numeric", month: "long" });
