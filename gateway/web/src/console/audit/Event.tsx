import { moment } from "../../api/explain";
import type { AuditEvent } from "../../api/manage";
import { classes } from "../../ui/classes";
import { actorOf, deedOf, moreOf, outcomeOf } from "./sentence";
import style from "./Audit.module.css";

// Event is one entry as a sentence.
export function Event({ event: e }: { event: AuditEvent }) {
  const { word, bad } = outcomeOf(e);
  const more = moreOf(e);
  return (
    <li className={style.event}>
      <time className={style.time} dateTime={e.time}>
        {moment(e.time ?? "")}
      </time>
      <span className={style.text}>
        <strong>{actorOf(e)}</strong> {deedOf(e)}
        {more && <span className={style.more}>{more}</span>}
      </span>
      {word && <span className={classes(style.outcome, bad && style.bad)}>{word}</span>}
    </li>
  );
}
