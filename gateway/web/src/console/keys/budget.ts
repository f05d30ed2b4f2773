// Budgets of keys: in words, and what is used of them.
import type { Budget, UsageRow } from "../../api/manage";
import type { Key } from "../../api/owner";

const periods: Record<string, string> = {
  PERIOD_DAY: "a day",
  PERIOD_MONTH: "a month",
  PERIOD_LIFETIME: "in all",
};

export const numbers = new Intl.NumberFormat("en");

export const periodOf = (b: Budget) =>
  !b.period || b.period === "PERIOD_UNSPECIFIED" ? ("PERIOD_MONTH" as const) : b.period;

export const wordOf = (b: Budget) => periods[periodOf(b)] ?? "";

export const idOfKey = (k: Key) => k.name?.split("/")[3] ?? "";

export function budgetWords(b: Budget | undefined): string {
  if (!b) return "No limit";
  return `${numbers.format(Number(b.runs ?? 0))} runs ${wordOf(b)}`;
}

// runsOf is how many runs a key was charged in its period.
export function runsOf(rows: UsageRow[] | undefined, name: string): number {
  return Number(rows?.find((r) => r.group === name)?.runs ?? 0);
}
