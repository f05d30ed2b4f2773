import type { Key } from "../../api/owner";
import { Meter } from "../../ui/Meter";
import page from "../parts/Page.module.css";
import { numbers, wordOf } from "./budget";

// BudgetBar shows how much of a key's budget is used.
export function BudgetBar({ of: k, spent }: { of: Key; spent: number | undefined }) {
  if (spent === undefined) return <span className={page.quiet}>…</span>;
  const said = numbers.format(spent);
  if (!k.budget)
    return (
      <span className={page.quiet}>
        {said} {spent === 1 ? "run" : "runs"} this month, no limit
      </span>
    );
  const most = Number(k.budget.runs ?? 0);
  const words = `${said} of ${numbers.format(most)} runs ${wordOf(k.budget)}`;
  return <Meter value={spent} most={most} words={words} />;
}
