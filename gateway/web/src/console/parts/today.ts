// Days of the ledger. They are in UTC, as budgets are.
const day = 24 * 3600e3;

export function today(back = 0, now = Date.now()): string {
  return new Date(Math.floor(now / day) * day - back * day).toISOString();
}

// hoursAgo is a full hour in the past. A part of a day is compared with the same part of another.
export function hoursAgo(hours: number, now = Date.now()): string {
  const hour = 3600e3;
  return new Date((Math.floor(now / hour) - hours) * hour).toISOString();
}

// startOf is when a budget's period began. A lifetime has no start.
export function startOf(period: string | undefined, now = new Date()): string {
  if (period === "PERIOD_DAY") return today(0, now.getTime());
  if (period === "PERIOD_LIFETIME") return new Date(0).toISOString();
  return new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), 1)).toISOString();
}
