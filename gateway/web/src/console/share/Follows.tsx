import { useQuery } from "@tanstack/react-query";
import { lazy, Suspense } from "react";
import { queryUsage } from "../../api/manage";
import { inspect, type Inspection, type Share } from "../../api/owner";
import { Icon } from "../../ui/icons";
import { Meter } from "../../ui/Meter";
import { startOf } from "../parts/today";
import {
  callsOf,
  hiddenOf,
  linkOf,
  pathOfShare,
  periodOf,
  runsWord,
  usedOf,
  withWords,
  worst,
  type Form,
} from "./share";
import style from "./Share.module.css";
import { visitors } from "./visitors";

const QRPicture = lazy(() => import("./QRPicture"));

// Follows shows the consequences of the settings: what visitors may do, what it can cost, what was used.
export function Follows({ share, form }: { share: Share; form: Form }) {
  const path = pathOfShare(share);
  const link = linkOf(share);
  const version = form.followLive ? 0 : form.version;
  const found = useQuery<Inspection>({
    queryKey: ["inspection", path.workspace, path.workflow, version],
    queryFn: () => inspect(path, version),
  });
  return (
    <aside className={style.follows} aria-label="What follows">
      <section className={style.section} aria-label="What visitors see">
        <div className={style.head}>
          <h3 className={style.title}>What visitors see</h3>
          <a className={style.visit} href={link} target="_blank" rel="noopener noreferrer">
            View as visitor <Icon name="external" size={14} />
          </a>
        </div>
        <p className={style.reading}>{visitors(share, form, found.data && (found.data.destinations ?? []))}</p>
      </section>
      <Used share={share} form={form} />
      <section className={style.section} aria-label="QR code">
        <Suspense fallback={<div className={style.qrRoom} />}>
          <QRPicture text={link} />
        </Suspense>
      </section>
    </aside>
  );
}

// Used is what visitors have used of what the link allows, and what it can come to.
function Used({ share, form }: { share: Share; form: Form }) {
  const { workspace } = pathOfShare(share);
  const since = startOf(share.limits?.period);
  const { data } = useQuery({
    queryKey: ["usage", workspace, "share", since],
    queryFn: () => queryUsage(workspace, { groupBy: "share", since }),
  });
  const runs = usedOf(data?.rows, share.name);
  const calls = callsOf(data?.credentials, share.name);
  const mostRuns = share.runAccess === "RUN_ACCESS_OWNER" ? Number(share.limits?.runs ?? 0) : 0;
  const hidden = share.credentialAccess === "CREDENTIAL_ACCESS_OWNER";
  const mostCalls = hidden ? Number(share.limits?.credentialCalls ?? 0) : 0;
  return (
    <section className={style.section} aria-label="Use of this link">
      <h3 className={style.title}>{titles[periodOf(share)]}</h3>
      {data &&
        (mostRuns > 0 ? (
          <Meter value={runs} most={mostRuns} words={`${runs.toLocaleString("en-GB")} of ${runsWord(mostRuns)}`} />
        ) : (
          <p className={style.text}>{runsWord(runs)}</p>
        ))}
      {data && mostCalls > 0 && (
        <Meter
          value={calls}
          most={mostCalls}
          words={`${calls.toLocaleString("en-GB")} of ${mostCalls.toLocaleString("en-GB")} calls ${withWords(hiddenOf(share))}`}
        />
      )}
      {worst(share, form) && <p className={style.text}>{worst(share, form)}</p>}
    </section>
  );
}

const titles: Record<string, string> = {
  "a day": "Today on this link",
  "a month": "This month on this link",
  "in all": "So far on this link",
};
