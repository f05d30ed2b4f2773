import type { Allowance, SharedWorkflow } from "../api/client";
import { Icon } from "../ui/icons";
import { sentence } from "./Problem";

// Intro shows title, owner and terms of the workflow, with the API's texts.
export function Intro({ view, allowances }: { view: SharedWorkflow; allowances: Allowance[] }) {
  const blocked = view.terms?.blocked ?? [];
  return (
    <header className="intro">
      <h1>{view.title}</h1>
      <p className="byline">
        <span>
          by <strong>{view.owner}</strong>
        </span>
        <span>version {view.version}</span>
        {view.updateTime && (
          <span>
            <time dateTime={view.updateTime}>{day(view.updateTime)}</time>
          </span>
        )}
      </p>
      {view.description && <p className="description">{view.description}</p>}
      <p className="terms">
        <Icon name="shield" />{" "}
        <span>
          {view.terms?.summary} <Left allowances={allowances} />
        </span>
      </p>
      {blocked.length > 0 && (
        <div className="notice" role="note">
          <Icon name="warning" />
          <div>
            <strong>Can't run now.</strong>
            {blocked.map((b) => (
              <p key={b}>{sentence(b)}</p>
            ))}
          </div>
        </div>
      )}
    </header>
  );
}

const whose: Record<string, string> = {
  share: "on this link",
  visitor: "for you",
  key: "on your key",
  guest: "for guests",
};

// Left shows the allowance with the fewest runs left.
export function Left({ allowances }: { allowances: Allowance[] }) {
  const tightest = [...allowances].sort((a, b) => Number(a.runsLeft ?? 0) - Number(b.runsLeft ?? 0))[0];
  if (!tightest) return null;
  const n = Number(tightest.runsLeft ?? 0);
  return (
    <span className="left">
      {count(n, "run")} left {whose[tightest.scope ?? ""] ?? ""}
      {tightest.picturesLeft !== undefined && `, ${count(fewest(allowances), "picture").toLowerCase()}`}
      {tightest.resetTime && (
        <>
          , resets at <time dateTime={tightest.resetTime}>{moment(tightest.resetTime)}</time>
        </>
      )}
      .
    </span>
  );
}

// fewest is the number of pictures left in the tightest scope.
function fewest(allowances: Allowance[]): number {
  return Math.min(...allowances.map((a) => Number(a.picturesLeft ?? 0)));
}

function count(n: number, what: string): string {
  return n === 0 ? `No ${what}s` : n === 1 ? `1 ${what}` : `${n.toLocaleString("en")} ${what}s`;
}

export function day(iso: string): string {
  return new Date(iso).toLocaleDateString("en", { day: "numeric", month: "long", year: "numeric" });
}

function moment(iso: string): string {
  const d = new Date(iso);
  const near = d.getTime() - Date.now() < 36 * 3600e3;
  return near
    ? `at ${d.toLocaleTimeString("en", { hour: "2-digit", minute: "2-digit", hour12: false })}`
    : `on ${d.toLocaleDateString("en", { day: "numeric", month: "long" })}`;
}
