import { useEffect, useRef, type ReactNode } from "react";
import { classes } from "../../ui/classes";
import { Icon, Mark } from "../../ui/icons";
import { Link, pathOf } from "../routes";
import { useMe } from "../session";
import { Account } from "./Account";
import style from "./Frame.module.css";

// listOf is the entry that the page of one thing belongs to.
const listOf: Record<string, string> = {
  workflow: "workflows",
  credential: "credentials",
  model: "models",
  key: "keys",
  template: "templates",
};

// Frame is the rail and the place of a page.
export function Frame({ at, children }: { at: string; children: ReactNode }) {
  const me = useMe();
  const { owner, editor } = me;
  const entries = me.operator
    ? []
    : [
        { page: "workflows", label: "Workflows", icon: "fork", href: pathOf.workflows(me.workspace) },
        ...(editor
          ? [{ page: "templates", label: "Templates", icon: "grid", href: pathOf.templates(me.workspace) }]
          : []),
        { page: "runs", label: "Runs", icon: "history", href: pathOf.runs(me.workspace) },
        { page: "usage", label: "Usage", icon: "analytics", href: pathOf.usage(me.workspace) },
        ...(editor
          ? [{ page: "credentials", label: "Credentials", icon: "lock", href: pathOf.credentials(me.workspace) }]
          : []),
        { page: "models", label: "Models", icon: "model", href: pathOf.models(me.workspace) },
        ...(owner
          ? [
              { page: "keys", label: "Keys", icon: "key", href: pathOf.keys(me.workspace) },
              { page: "people", label: "People", icon: "people", href: pathOf.people(me.workspace) },
              { page: "audit", label: "Audit", icon: "formatter", href: pathOf.audit(me.workspace) },
              { page: "sessions", label: "Sessions", icon: "external", href: pathOf.sessions(me.workspace) },
            ]
          : []),
      ];
  const on = listOf[at] ?? at;
  const nav = useRef<HTMLElement>(null);
  // On a phone the entries are a row that scrolls.
  useEffect(() => {
    const row = nav.current;
    const entry = row?.querySelector<HTMLElement>("[aria-current]");
    if (row && entry) row.scrollLeft = entry.offsetLeft - row.offsetLeft - (row.clientWidth - entry.clientWidth) / 2;
  }, [on]);
  return (
    <div className={style.frame}>
      <header className={style.rail}>
        <a className={style.skip} href="#main">
          Skip to the page
        </a>
        <Link className={style.brand} href="/app">
          <Mark /> Keyhole
        </Link>
        <nav ref={nav} className={style.entries} aria-label="Console">
          {entries.map((e) => (
            <Link
              key={e.page}
              href={e.href}
              className={classes(style.entry, on === e.page && style.on)}
              aria-current={on === e.page ? "page" : undefined}
            >
              <Icon name={e.icon} /> {e.label}
            </Link>
          ))}
        </nav>
        <Account />
      </header>
      <main className={style.main} id="main" tabIndex={-1}>
        {children}
      </main>
    </div>
  );
}
