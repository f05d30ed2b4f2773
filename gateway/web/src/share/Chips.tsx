import type { Allowance, SharedWorkflow } from "../api/client";
import { moment } from "../api/explain";
import { Icon } from "../ui/icons";
import { LazyPopover } from "../ui/LazyPopover";
import { Chip, Tag } from "../ui/Tag";
import style from "./Chips.module.css";
import { left, placesOf, whatIsKept, whereItGoes, whoPays, type Statement } from "./terms";

// Chips say who pays, where the picture goes and what is kept; each opens to its details.
export function Chips({ view, allowances }: { view: SharedWorkflow; allowances: Allowance[] }) {
  return (
    <div className={style.chips} data-part="terms">
      <LazyPopover label="Who pays" trigger={chip(whoPays(view, allowances))}>
        <Pays view={view} allowances={allowances} />
      </LazyPopover>
      <LazyPopover label="Where your data goes" trigger={chip(whereItGoes(view))}>
        <Goes view={view} />
      </LazyPopover>
      <LazyPopover label="What is kept" trigger={chip(whatIsKept(view))}>
        <h2 className={style.title}>What is kept</h2>
        <p className={style.text}>
          Your picture, your inputs and the result are not stored on this server. The owner sees that a run happened,
          what it used and whether it failed. {placesOf(view).length > 0 && "What other servers keep is up to them."}
        </p>
      </LazyPopover>
    </div>
  );
}

// chip returns the element itself: a popover gives its trigger a ref and handlers.
function chip(s: Statement) {
  return (
    <Chip tone={s.tone} icon={s.icon} className={style.chip}>
      <span className={style.long}>
        {s.lead} <strong>{s.strong}</strong>
      </span>
      <span className={style.short} aria-hidden="true">
        <strong>{s.short[0]}</strong> <span>{s.short[1]}</span>
      </span>
    </Chip>
  );
}

const whose: Record<string, string> = { share: "This link", visitor: "You", key: "Your key", guest: "All guests" };

function Pays({ view, allowances }: { view: SharedWorkflow; allowances: Allowance[] }) {
  return (
    <>
      <h2 className={style.title}>Who pays</h2>
      <p className={style.text}>{view.terms?.summary}</p>
      {allowances.length > 0 && (
        <ul className={style.list}>
          {allowances.map((a) => (
            <li key={a.scope} className={style.row}>
              <span>{whose[a.scope ?? ""] ?? a.scope}</span>
              <span className={style.meta}>
                {left(a)}
                {a.picturesLeft !== undefined && `, ${Number(a.picturesLeft).toLocaleString("en")} pictures`}
                {a.resetTime && `, resets at ${moment(a.resetTime)}`}
              </span>
            </li>
          ))}
        </ul>
      )}
    </>
  );
}

function Goes({ view }: { view: SharedWorkflow }) {
  const places = placesOf(view);
  const unknown = places.some((p) => !p.known);
  const own = places.some((p) => p.keys.length > 0);
  return (
    <>
      <h2 className={style.title}>Where your data goes</h2>
      {places.length === 0 ? (
        <p className={style.text}>This server alone. This workflow sends nothing to other servers.</p>
      ) : (
        <>
          <p className={style.text}>This workflow can send data to these places and no others.</p>
          <ul className={style.list}>
            {places.map((p) => (
              <li key={p.host} className={style.place}>
                <span className={p.known ? style.known : style.unknown}>
                  <Icon name={p.known ? "guard" : "warning"} />
                </span>
                <div>
                  <code>{p.host}</code>{" "}
                  <Tag tone={p.known ? "good" : "warn"}>{p.known ? "Known provider" : "Not a known provider"}</Tag>
                  <p className={style.meta}>
                    {!p.known && "Chosen by the owner. "}
                    {p.keys.length > 0
                      ? `Gets what its step sends, and your ${p.keys.join(" and ")}.`
                      : `Gets what its step sends.${own ? " It never gets your key." : ""}`}
                  </p>
                </div>
              </li>
            ))}
          </ul>
        </>
      )}
      {unknown && <p className={style.meta}>Only run this if you trust {view.owner}.</p>}
    </>
  );
}
