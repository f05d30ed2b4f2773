import type { Workflow } from "../../api/owner";
import { Button } from "../../ui/Button";
import { Sparkline } from "../../ui/Sparkline";
import { Link, navigate, pathOf } from "../routes";
import { useMe } from "../session";
import { LinkCount, Problem } from "./marks";
import { Sketch } from "./Sketch";
import { idOfWorkflow, runsInWords, runsOf, runsToday, titleOfWorkflow, versionOf, weekInWords } from "./words";
import style from "./Cards.module.css";

// Cards show workflows by their graphs.
export function Cards({ rows, busy }: { rows: Workflow[]; busy: boolean }) {
  return (
    <ul className={style.cards} aria-label="Workflows" aria-busy={busy || undefined}>
      {rows.map((w) => (
        <Card key={w.name} workflow={w} />
      ))}
    </ul>
  );
}

function Card({ workflow: w }: { workflow: Workflow }) {
  const { workspace, editor } = useMe();
  const id = idOfWorkflow(w);
  const title = titleOfWorkflow(w);
  return (
    <li className={style.card}>
      <div className={style.picture}>
        <Sketch of={w.sketch} />
        <span className={style.problems}>
          <Problem of={w} />
        </span>
        {editor && (
          <span className={style.actions}>
            {!!w.liveVersion && (
              <Button
                size={28}
                icon="link"
                aria-label={`Share ${title}`}
                onClick={() => navigate(pathOf.share(workspace, id))}
              >
                Share
              </Button>
            )}
            <Button
              size={28}
              icon="pencil"
              aria-label={`Edit ${title}`}
              onClick={() => navigate(pathOf.edit(workspace, id))}
            >
              Edit
            </Button>
          </span>
        )}
      </div>
      <div className={style.words}>
        <Link className={style.title} href={pathOf.workflow(workspace, id)}>
          {title}
        </Link>
        <span className={style.version}>{versionOf(w)}</span>
        <div className={style.foot}>
          <span className={style.links}>
            <LinkCount of={w} />
          </span>
          <Sparkline values={runsOf(w)} label={weekInWords(w)} />
          <span className={style.runs}>
            <strong>{runsInWords(runsToday(w)).split(" ")[0]}</strong> {runsToday(w) === 1 ? "run" : "runs"} today
          </span>
        </div>
      </div>
    </li>
  );
}
