import type { Allowance } from "../../api/client";
import { Left } from "../Intro";
import type { Run } from "../useRun";
import { duration } from "./Progress";

// Used shows what the run used and what is left.
export function Used({ run, allowances }: { run: Run; allowances: Allowance[] }) {
  const counts = { run: 0, model: 0, credential: 0, tokens: 0 };
  for (const item of run.response?.charges ?? []) {
    if (item.kind === "run" || item.kind === "model" || item.kind === "credential")
      counts[item.kind] += Number(item.quantity ?? 0);
    counts.tokens += Number(item.inputTokens ?? 0) + Number(item.outputTokens ?? 0);
  }
  // Only the payer sees the line items. That a run costs one run is public.
  if (!run.response?.charges?.length) counts.run = 1;
  const parts = [
    plural(counts.run, "run"),
    plural(counts.model, "model image"),
    plural(counts.credential, "provider call"),
    plural(counts.tokens, "token"),
  ].filter(Boolean);
  return (
    <p className="used">
      <span>in {duration(run.ended - run.began)}</span>
      {parts.length > 0 && <span>used {parts.join(", ")}</span>}
      <Left allowances={allowances} />
    </p>
  );
}

function plural(n: number, word: string): string {
  return n === 0 ? "" : n === 1 ? `1 ${word}` : `${n.toLocaleString("en")} ${word}s`;
}
