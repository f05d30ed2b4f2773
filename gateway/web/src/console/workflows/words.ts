// Workflows in words, for cards and tables.
import type { Workflow } from "../../api/owner";

export const idOfWorkflow = (w: Workflow) => w.name?.split("/")[3] ?? "";
export const titleOfWorkflow = (w: Workflow) => w.title || idOfWorkflow(w);

// versionOf says what is live, and whether the draft differs.
export function versionOf(w: Workflow): string {
  if (!w.liveVersion) return w.draftChanged ? "Draft, never published" : "Not published";
  return w.draftChanged ? `Version ${w.liveVersion}, draft has changes` : `Version ${w.liveVersion}`;
}

export const runsOf = (w: Workflow): number[] => (w.dailyRuns ?? []).map(Number);
export const runsToday = (w: Workflow): number => runsOf(w).at(-1) ?? 0;

const numbers = new Intl.NumberFormat("en-GB");

export function runsInWords(n: number): string {
  return `${numbers.format(n)} ${n === 1 ? "run" : "runs"}`;
}

// weekInWords says what a sparkline of seven days shows.
export function weekInWords(w: Workflow): string {
  const days = runsOf(w);
  const sum = days.reduce((a, b) => a + b, 0);
  return `${runsInWords(sum)} in 7 days, ${runsInWords(runsToday(w))} of them today`;
}
