// ago says when something happened, for people: "4 minutes ago", "yesterday", "19 October".
const minute = 60e3;
const day = 24 * 60 * minute;

export function ago(iso: string | undefined, now = Date.now()): string {
  if (!iso) return "";
  const then = new Date(iso);
  const past = now - then.getTime();
  if (Number.isNaN(past)) return "";
  if (past < minute) return "just now";
  if (past < 60 * minute) return count(Math.floor(past / minute), "minute");
  if (past < day) return count(Math.floor(past / (60 * minute)), "hour");
  if (past < 2 * day) return "yesterday";
  const year = then.getFullYear() === new Date(now).getFullYear() ? undefined : "numeric";
  return then.toLocaleDateString("en-GB", { day: "numeric", month: "long", year });
}

function count(n: number, unit: string): string {
  return n === 1 ? `1 ${unit} ago` : `${n} ${unit}s ago`;
}
