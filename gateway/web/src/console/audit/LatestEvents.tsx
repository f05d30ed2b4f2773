import { useQuery } from "@tanstack/react-query";
import type { Failure } from "../../api/failure";
import { listAudit, type AuditEvent } from "../../api/manage";
import type { Page } from "../../api/owner";
import { Skeleton } from "../../ui/Skeleton";
import page from "../parts/Page.module.css";
import { Trouble } from "../parts/Trouble";
import { Link, pathOf } from "../routes";
import { Event } from "./Event";
import style from "./Audit.module.css";

const most = 6;

// LatestEvents are the last entries of one resource, as sentences.
export function LatestEvents({ workspace, resource }: { workspace: string; resource: string }) {
  const of = { resource, action: "", since: "", until: "" };
  const got = useQuery<Page<AuditEvent>, Failure>({
    queryKey: ["audit", workspace, "latest", resource],
    queryFn: () => listAudit(workspace, of, ""),
  });
  return (
    <section className={page.section} aria-labelledby="latest">
      <h2 className={page.sub} id="latest">
        Latest uses and changes
        <Link className={page.quiet} href={pathOf.audit(workspace, { resource })}>
          Open in Audit
        </Link>
      </h2>
      {got.error && <Trouble failure={got.error} onRetry={() => void got.refetch()} />}
      {got.isPending && <Skeleton height={120} />}
      {got.data && (
        <ul className={style.list}>
          {got.data.rows.slice(0, most).map((e) => (
            <Event key={e.name} event={e} />
          ))}
        </ul>
      )}
    </section>
  );
}
