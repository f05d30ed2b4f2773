// compared says how a number changed against that of the period before. It says nothing where
// there was nothing before.
export function compared(now: number, before: number, days: number): string {
  if (before === 0) return "";
  const period = days === 1 ? "yesterday" : `the ${days} days before`;
  const percent = Math.round((now / before - 1) * 100);
  if (percent === 0) return `As many as ${days === 1 ? "yesterday" : `in ${period}`}`;
  return `${percent > 0 ? "Up" : "Down"} ${Math.abs(percent)}% on ${period}`;
}
