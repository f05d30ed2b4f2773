// Errors in words for owners. explain() speaks to visitors of a link.
import { explain, same, sentence } from "../../api/explain";
import type { Failure } from "../../api/failure";

const titles: Record<string, string> = {
  NOT_FOUND: "Not found",
  UNAUTHENTICATED: "You are signed out",
  LIMITS_REQUIRED: "Limits are needed",
  RATE_LIMITED: "Too many attempts",
};

export function failureWords(failure: Failure): { title: string; text: string } {
  const title = titles[failure.reason] ?? explain(failure).title;
  const fields = failure.violations.map((v) => v.description).filter(Boolean);
  const text = sentence(failure.message) || fields.map(sentence).join(" ");
  return { title, text: same(title, text) ? "" : text };
}

// pinnedWords says how many links show a version, whatever becomes live later.
export function pinnedWords(links: number): string {
  return links === 1 ? "1 link is pinned here" : `${links} links are pinned here`;
}
