import type { Allowance, RunResponse } from "../api/client";
import { left, tightest } from "./terms";

// Used says what the run used and what is left.
export function Used({ response, allowances }: { response: RunResponse; allowances: Allowance[] }) {
  const counts = { run: 0, model: 0, credential: 0, tokens: 0 };
  for (const item of response.charges ?? []) {
    if (item.kind === "run" || item.kind === "model" || item.kind === "credential")
      counts[item.kind] += Number(item.quantity ?? 0);
    counts.tokens += Number(item.inputTokens ?? 0) + Number(item.outputTokens ?? 0);
  }
  // Only the payer sees the line items. That a run costs one run is public.
  if (!response.charges?.length) counts.run = 1;
  const parts = [
    plural(counts.run, "run"),
    plural(counts.model, "model image"),
    plural(counts.credential, "provider call"),
    plural(counts.tokens, "token"),
  ].filter(Boolean);
  const least = tightest(allowances);
  return (
    <p data-part="used">
      Used {parts.join(", ")}.{least && ` ${left(least).replace(/^n/, "N")}.`}
    </p>
  );
}

function plural(n: number, word: string): string {
  return n === 0 ? "" : n === 1 ? `1 ${word}` : `${n.toLocaleString("en")} ${word}s`;
}
