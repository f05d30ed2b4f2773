import type { Allowance, SharedWorkflow } from "../api/client";
import { sentence } from "../api/explain";
import { Icon } from "../ui/icons";
import { Notice } from "../ui/Tag";
import { Chips } from "./Chips";
import style from "./Intro.module.css";
import type { Link } from "./link";

// Intro shows title, owner and terms of the workflow.
export function Intro({ link, view, allowances }: { link: Link; view: SharedWorkflow; allowances: Allowance[] }) {
  const said = view.presentation?.welcome || view.description;
  const blocked = [...new Set((view.terms?.blocked ?? []).map(sentence))];
  return (
    <header className={style.intro}>
      <div className={style.head}>
        <h1 className={style.title}>{view.title}</h1>
        <p className={style.owner}>
          by <strong>{view.owner}</strong>
        </p>
      </div>
      {said && (
        <p className={style.description} data-part="welcome">
          {said}
        </p>
      )}
      <div className={style.row}>
        <Chips view={view} allowances={allowances} />
        <p className={style.meta}>
          Version {view.version}
          {view.updateTime && (
            <>
              , <time dateTime={view.updateTime}>{day(view.updateTime)}</time>
            </>
          )}
          {link.embed && (
            <a className={style.full} href={`/s/${link.token}`} target="_blank" rel="noopener">
              Open full page <Icon name="external" size={14} />
            </a>
          )}
        </p>
      </div>
      {!view.runAllowed ? (
        <Notice role="note" icon="hidden">
          <strong>Only to look at.</strong>
          <p>The owner shows how this workflow works, and does not let visitors run it.</p>
        </Notice>
      ) : (
        blocked.length > 0 && (
          <Notice role="note">
            <strong>It cannot run now.</strong>
            {blocked.map((b) => (
              <p key={b}>{b}</p>
            ))}
          </Notice>
        )
      )}
    </header>
  );
}

function day(iso: string): string {
  return new Date(iso).toLocaleDateString("en-GB", { day: "numeric", month: "long", year: "numeric" });
}
