import { beyond, explain, same, sentence } from "../api/explain";
import type { Failure } from "../api/failure";
import { Button } from "../ui/Button";
import { Icon } from "../ui/icons";
import style from "./Problem.module.css";

// Problem is the page for a workflow that cannot be shown.
export function Problem({ failure, onRetry, busy }: { failure: Failure; onRetry: () => void; busy: boolean }) {
  const { title, advice } = explain(failure);
  const reason = sentence(failure.message);
  const said = beyond(title, reason);
  const final = failure.reason === "NOT_FOUND" || failure.reason === "SHARE_EXPIRED";
  return (
    <section className={style.problem} role="alert" data-part="problem">
      <span className={style.icon}>
        <Icon name={failure.reason.startsWith("SHARE_") ? "stop" : "warning"} size={24} />
      </span>
      <h1 className={style.title}>{title}</h1>
      {said && <p>{said}</p>}
      {advice && !same(advice, reason) && !same(advice, said) && <p>{advice}</p>}
      {!final && (
        <Button look="filled" size={40} onClick={onRetry} busy={busy}>
          {busy ? "Trying…" : "Try again"}
        </Button>
      )}
      {failure.requestId && !final && <p className={style.fine}>Request {failure.requestId}</p>}
    </section>
  );
}
