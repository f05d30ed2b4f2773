// From rows by group and day to the series of a chart: the largest few, and the rest.
export interface Point {
  group: string;
  day: string;
  value: number;
}

export interface Series {
  group: string; // "" for the rest
  total: number;
  days: number[];
}

const shown = 3;
const dayMs = 24 * 3600e3;

// daysOf lists the days from the first to the last, as the ledger writes them.
export function daysOf(since: string, now = Date.now()): string[] {
  const days: string[] = [];
  for (let t = Date.parse(since); t <= now; t += dayMs) days.push(new Date(t).toISOString().slice(0, 10));
  return days;
}

// seriesOf sums points by group and day. The groups come largest first, and those beyond the
// first few as one.
export function seriesOf(points: Point[], days: string[]): { series: Series[]; groups: Series[]; others: number } {
  const at = new Map(days.map((d, i) => [d, i]));
  const by = new Map<string, Series>();
  for (const p of points) {
    const i = at.get(p.day.slice(0, 10));
    if (i === undefined) continue;
    const s = by.get(p.group) ?? { group: p.group, total: 0, days: days.map(() => 0) };
    s.total += p.value;
    s.days[i]! += p.value;
    by.set(p.group, s);
  }
  const groups = [...by.values()].sort((a, b) => b.total - a.total || a.group.localeCompare(b.group));
  if (groups.length <= shown + 1) return { series: groups, groups, others: 0 };
  const rest = groups.slice(shown);
  const sum: Series = {
    group: "",
    total: rest.reduce((n, s) => n + s.total, 0),
    days: days.map((_, i) => rest.reduce((n, s) => n + s.days[i]!, 0)),
  };
  return { series: [...groups.slice(0, shown), sum], groups, others: rest.length };
}

// scaleOf is a round number at or above the most, and a step that divides it into four.
export function scaleOf(most: number): number {
  if (most <= 4) return 4;
  const power = 10 ** Math.floor(Math.log10(most));
  return (
    [1, 2, 4, 5, 8, 10].map((f) => f * power).find((n) => n >= most && n % 4 === 0) ?? 10 * power * (power < 4 ? 4 : 1)
  );
}
