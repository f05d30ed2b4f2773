import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import type { Failure } from "../../api/failure";
import { queryUsage, type Usage } from "../../api/manage";
import { Download } from "../../result/Download";
import { classes } from "../../ui/classes";
import { csvFile } from "../../ui/csv";
import { EmptyState } from "../../ui/EmptyState";
import { Segments } from "../../ui/Segments";
import { Skeleton } from "../../ui/Skeleton";
import { Table } from "../../ui/Table";
import { numbers } from "../keys/budget";
import { Named } from "../parts/Named";
import page from "../parts/Page.module.css";
import { setQuery } from "../parts/query";
import { today } from "../parts/today";
import { Trouble } from "../parts/Trouble";
import { useTitle } from "../parts/useTitle";
import { useAddress } from "../routes";
import { useMe } from "../session";
import { Budgets } from "./Budgets";
import { Chart, shortDay } from "./Chart";
import { counted, groups, nameOf, pointsOf, sumsOf, titlesOf, visitorsOf, withVisitors, type Group } from "./groups";
import { daysOf, seriesOf, type Series } from "./series";
import { Totals } from "./Totals";
import style from "./Usage.module.css";

const ranges = [
  { id: "1", label: "Today" },
  { id: "7", label: "7 days" },
  { id: "30", label: "30 days" },
];

// UsagePage shows what the keys of the workspace paid for, and what its credentials were used
// for: day by day, by one group at a time.
export default function UsagePage() {
  useTitle("Usage");
  const { workspace, owner } = useMe();
  const { query } = useAddress();
  const range = ranges.find((r) => r.id === query.get("days"))?.id ?? "30";
  const group = groups.find((g) => g.id === query.get("by"))?.id ?? "workflow";
  const since = today(Number(range) - 1);
  const got = useQuery<Usage, Failure>({
    queryKey: ["usage", workspace, group, since, "by day"],
    queryFn: () => queryUsage(workspace, { groupBy: group, byDay: true, since }),
  });
  // A visitor who came on several days is one visitor, so the days cannot be added up.
  const whole = useQuery<Usage, Failure>({
    queryKey: ["usage", workspace, group, since, "visitors"],
    queryFn: () => queryUsage(workspace, { groupBy: group, since }),
    enabled: withVisitors.includes(group),
  });
  const visitors = useMemo(() => whole.data && visitorsOf(whole.data), [whole.data]);
  const days = useMemo(() => daysOf(since), [since]);
  const found = useMemo(() => seriesOf(got.data ? pointsOf(group, got.data) : [], days), [got.data, group, days]);
  const titles = useMemo(() => titlesOf(got.data ?? {}), [got.data]);
  const label = (s: Series) =>
    s.group === "" && found.others > 0 ? `${found.others} others` : titles.get(s.group) || nameOf(group, s.group);
  return (
    <>
      <div className={page.head}>
        <h1 className={page.title}>Usage</h1>
        <span className={page.quiet}>
          {shortDay(days[0]!)} to {shortDay(days.at(-1)!)} (UTC)
        </span>
        <Segments
          label="Days"
          options={ranges}
          value={range}
          onChange={(id) => setQuery({ days: id === "30" ? "" : id })}
        />
        {got.data && <Download name={`usage-${group}.csv`} label="CSV" make={() => csv(group, got.data)} />}
      </div>
      <div className={style.top}>
        <Totals workspace={workspace} since={since} days={Number(range)} />
        {owner && <Budgets workspace={workspace} />}
      </div>
      <section className={classes(page.panel, style.main)} aria-labelledby="by-day">
        <div className={style.head}>
          <h2 className={style.title} id="by-day">
            {counted[group]} a day
          </h2>
          <Segments
            label="Group by"
            options={groups}
            value={group}
            onChange={(id) => setQuery({ by: id === "workflow" ? "" : id })}
          />
        </div>
        {got.error && <Trouble failure={got.error} onRetry={() => void got.refetch()} />}
        {got.isPending && <Skeleton height={240} />}
        {got.data && found.groups.length === 0 && (
          <EmptyState icon="analytics" title="Nothing was used in these days">
            Runs that your keys pay for appear here.
          </EmptyState>
        )}
        {got.data && found.groups.length > 0 && (
          <>
            <ul className={style.legend}>
              {found.series.map((s, i) => (
                <li key={s.group}>
                  <i className={classes(style.dot, style[`c${i}`])} /> {label(s)}
                </li>
              ))}
            </ul>
            <Chart days={days} series={found.series} counted={counted[group]} nameOf={label} />
            <ByDay days={days} series={found.series} label={label} counted={counted[group]} />
          </>
        )}
      </section>
      {got.data && found.groups.length > 0 && (
        <Groups group={group} usage={got.data} series={found.groups} visitors={visitors} />
      )}
      {got.data?.nextPageToken && (
        <p className={page.quiet}>There are more rows than are shown here. Choose fewer days.</p>
      )}
    </>
  );
}

interface ByDayProps {
  days: string[];
  series: Series[];
  counted: string;
  label: (s: Series) => string;
}

// ByDay is the chart as a table.
function ByDay({ days, series, label, counted: what }: ByDayProps) {
  const rows = days.map((day, i) => ({ day, i })).reverse();
  return (
    <details className={style.details}>
      <summary>Show as a table</summary>
      <Table
        caption={`${what} by day`}
        rows={rows}
        keyOf={(r) => r.day}
        columns={[
          { id: "day", head: "Day", cell: (r) => shortDay(r.day) },
          ...series.map((s) => ({
            id: s.group || "others",
            head: label(s),
            number: true,
            cell: (r: { i: number }) => numbers.format(s.days[r.i]!),
          })),
        ]}
      />
    </details>
  );
}

interface GroupsProps {
  group: Group;
  usage: Usage;
  series: Series[];
  visitors: Map<string, number> | undefined; // unknown while they are read, and for other groups
}

// Groups are the sums of each group, the largest first.
function Groups({ group, usage, series, visitors }: GroupsProps) {
  const sums = sumsOf(group, usage);
  const titles = titlesOf(usage);
  const all = series.reduce((n, s) => n + s.total, 0) || 1;
  const of = (s: Series) => sums.get(s.group)!;
  const calls = group === "credential";
  return (
    <div className={classes(page.section, page.wide)}>
      <Table<Series>
        caption={`Usage by ${group === "share" ? "link" : group}`}
        rows={series}
        keyOf={(s) => s.group || "none"}
        columns={[
          {
            id: "name",
            head: group === "share" ? "Link" : groups.find((g) => g.id === group)!.label,
            cell: (s) => (
              <span className={style.name}>
                <i className={classes(style.dot, style[`c${Math.min(3, series.indexOf(s))}`])} />{" "}
                <Named title={titles.get(s.group)} id={nameOf(group, s.group)} />
              </span>
            ),
          },
          ...(withVisitors.includes(group)
            ? [
                {
                  id: "visitors",
                  head: "Visitors",
                  number: true,
                  cell: (s: Series) => (visitors ? numbers.format(visitors.get(s.group) ?? 0) : "…"),
                },
              ]
            : []),
          { id: "runs", head: "Runs", number: true, cell: (s) => numbers.format(of(s).runs) },
          {
            id: "part",
            head: `Part of all ${counted[group].toLowerCase()}`,
            cell: (s) => (
              <span className={style.part}>
                <span className={style.track} aria-hidden="true">
                  <span style={{ width: `${(s.total / all) * 100}%` }} />
                </span>
                {Math.round((s.total / all) * 100)}%
              </span>
            ),
          },
          {
            id: "failed",
            head: calls ? "Failed calls" : "Failed",
            number: true,
            cell: (s) => numbers.format(of(s).failed),
          },
          { id: "calls", head: "Provider calls", number: true, cell: (s) => numbers.format(of(s).calls) },
          { id: "tokens", head: "Tokens", number: true, cell: (s) => numbers.format(of(s).tokens) },
        ]}
      />
    </div>
  );
}

// csv has a row for each group and day.
function csv(group: Group, usage: Usage): Blob {
  const n = (text: string | undefined) => Number(text ?? 0);
  if (group === "credential") {
    return csvFile(
      ["day", "credential", "runs", "calls", "failed_calls", "input_tokens", "output_tokens", "title"],
      (usage.credentials ?? []).map((r) => [
        r.day ?? "",
        r.group ?? "",
        n(r.runs),
        n(r.calls),
        n(r.failedCalls),
        n(r.inputTokens),
        n(r.outputTokens),
        r.title ?? "",
      ]),
    );
  }
  return csvFile(
    ["day", group, "runs", "failed_runs", "model_pictures", "provider_calls", "input_tokens", "output_tokens", "title"],
    (usage.rows ?? []).map((r) => [
      r.day ?? "",
      r.group ?? "",
      n(r.runs),
      n(r.failedRuns),
      n(r.modelImages),
      n(r.credentialCalls),
      n(r.inputTokens),
      n(r.outputTokens),
      r.title ?? "",
    ]),
  );
}
