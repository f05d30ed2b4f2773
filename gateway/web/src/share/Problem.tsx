import type { Failure } from "../api/failure";
import { explain } from "../api/explain";
import { Icon } from "../ui/icons";

// Problem is the page for a workflow that cannot be shown.
export function Problem({ failure, onRetry, busy }: { failure: Failure; onRetry: () => void; busy: boolean }) {
  const { title, advice } = explain(failure);
  const final = failure.reason === "NOT_FOUND" || failure.reason === "SHARE_EXPIRED";
  return (
    <section className="problem" role="alert">
      <span className="problem-icon">
        <Icon name={failure.reason.startsWith("SHARE_") ? "stop" : "warning"} size={26} />
      </span>
      <h1>{title}</h1>
      <p className="problem-message">{sentence(failure.message)}</p>
      {advice && <p>{advice}</p>}
      {!final && (
        <button type="button" className="button primary" onClick={onRetry} disabled={busy}>
          {busy ? "Trying…" : "Try again"}
        </button>
      )}
      {failure.requestId && !final && <p className="fine">Request {failure.requestId}</p>}
    </section>
  );
}

export function sentence(text: string): string {
  const t = text.trim();
  if (!t) return "";
  return t.charAt(0).toUpperCase() + t.slice(1) + (/[.!?…]$/.test(t) ? "" : ".");
}
