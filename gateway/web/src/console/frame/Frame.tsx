import { useEffect, useRef, type ReactNode } from "react";
import { classes } from "../../ui/classes";
import { Icon, Mark } from "../../ui/icons";
import { openPalette, shortcut } from "../palette/open";
import { Link } from "../routes";
import { useMe } from "../session";
import { Account } from "./Account";
import { entriesOf } from "./entries";
import { useCounts } from "./useCounts";
import style from "./Frame.module.css";

// listOf is the entry that the page of one thing belongs to.
const listOf: Record<string, string> = {
  workflow: "workflows",
  credential: "credentials",
  model: "models",
  key: "keys",
  template: "templates",
  run: "runs",
  trash: "workflows",
  tenant: "workspaces",
  "tenant-key": "workspaces",
};

// Frame is the rail and the place of a page.
export function Frame({ at, children }: { at: string; children: ReactNode }) {
  const me = useMe();
  const entries = entriesOf(me);
  const on = listOf[at] ?? at;
  const counts = useCounts();
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
        <button type="button" className={style.find} aria-keyshortcuts="Control+K Meta+K" onClick={openPalette}>
          <Icon name="search" /> <span className={style.findWord}>Search</span>
          <kbd aria-hidden="true">{shortcut}</kbd>
        </button>
        <nav ref={nav} className={style.entries} aria-label="Console">
          {entries.map((e) => (
            <Link
              key={e.page}
              href={e.href}
              className={classes(style.entry, on === e.page && style.on)}
              aria-current={on === e.page ? "page" : undefined}
            >
              <Icon name={e.icon} /> {e.label}
              {counts[e.page] !== undefined && (
                <span className={style.count} aria-hidden="true">
                  {counts[e.page]}
                </span>
              )}
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
