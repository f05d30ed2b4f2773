import { useQuery } from "@tanstack/react-query";
import { lazy, Suspense } from "react";
import { queryUsage } from "../../api/manage";
import type { Share } from "../../api/owner";
import { Icon } from "../../ui/icons";
import { Meter } from "../../ui/Meter";
import { startOf } from "../parts/today";
import { linkOf, pathOfShare, periodOf, usedOf, worst, type Form } from "./share";
import style from "./Share.module.css";

const QRPicture = lazy(() => import("./QRPicture"));

// Follows says what comes of the settings: what visitors may do, what it can cost, what was used.
export function Follows({ share, form }: { share: Share; form: Form }) {
  const link = linkOf(share);
  const { workspace } = pathOfShare(share);
  const since = startOf(share.limits?.period);
  const usage = useQuery({
    queryKey: ["usage", workspace, "share", since],
    queryFn: () => queryUsage(workspace, { groupBy: "share", since }),
  });
  const used = usage.data && usedOf(usage.data.rows, share.name);
  const most = share.runAccess === "RUN_ACCESS_OWNER" ? Number(share.limits?.runs ?? 0) : 0;
  return (
    <aside className={style.follows} aria-label="What follows">
      <section className={style.section} aria-label="What visitors see">
        <div className={style.head}>
          <h3 className={style.title}>What visitors see</h3>
          <a className={style.visit} href={link} target="_blank" rel="noopener noreferrer">
            View as visitor <Icon name="external" size={14} />
          </a>
        </div>
        <p className={style.reading}>{visitors(share)}</p>
      </section>
      <section className={style.section} aria-label="Use of this link">
        <h3 className={style.title}>{titles[periodOf(share)]}</h3>
        {used !== undefined &&
          (most > 0 ? (
            <Meter value={used} most={most} words={`${used.toLocaleString("en-GB")} of ${runs(most)}`} />
          ) : (
            <p className={style.text}>{runs(used)}</p>
          ))}
        {worst(share, form) && <p className={style.text}>{worst(share, form)}</p>}
      </section>
      <section className={style.section} aria-label="QR code">
        <Suspense fallback={<div className={style.qrRoom} />}>
          <QRPicture text={link} />
        </Suspense>
      </section>
    </aside>
  );
}

const titles: Record<string, string> = {
  "a day": "Today on this link",
  "a month": "This month on this link",
  "in all": "So far on this link",
};

const runs = (n: number) => (n === 1 ? "1 run" : `${n.toLocaleString("en-GB")} runs`);

function visitors(share: Share): string {
  const pays = share.runAccess === "RUN_ACCESS_OWNER" ? "You pay for their runs." : "They pay for their own runs.";
  const fork = share.forkDisabled ? "view and run" : "view, run and fork";
  return `Anyone with the link can ${fork} it. ${pays} A fork carries no keys.`;
}
