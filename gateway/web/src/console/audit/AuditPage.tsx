import { useState } from "react";
import type { Failure } from "../../api/failure";
import { listAudit, type AuditEvent, type AuditFilter } from "../../api/manage";
import { Button } from "../../ui/Button";
import { EmptyState } from "../../ui/EmptyState";
import { Select } from "../../ui/Select";
import { Skeleton } from "../../ui/Skeleton";
import { Tag } from "../../ui/Tag";
import page from "../parts/Page.module.css";
import { setQuery } from "../parts/query";
import { ShowMore } from "../parts/ShowMore";
import { today } from "../parts/today";
import { Trouble } from "../parts/Trouble";
import { useList } from "../parts/useList";
import { useTitle } from "../parts/useTitle";
import { useAddress } from "../routes";
import { useMe } from "../session";
import style from "./Audit.module.css";
import { Event } from "./Event";
import { exportAudit } from "./export";

const actions = [
  { value: "", label: "All events" },
  { value: "credential", label: "Credentials" },
  { value: "credential.use", label: "Uses of credentials" },
  { value: "credential.test", label: "Tests of credentials" },
  { value: "credential_grant", label: "Hidden use by links" },
  { value: "handle", label: "Refused uses" },
  { value: "answer", label: "Withheld answers" },
  { value: "key", label: "Keys" },
  { value: "session", label: "Sign-in and sessions" },
  { value: "workspace", label: "Workspace" },
];

const ranges = [
  { value: "", label: "At any time" },
  { value: "1", label: "Today" },
  { value: "7", label: "In 7 days" },
  { value: "30", label: "In 30 days" },
];

// AuditPage lists who did what with keys and credentials, as sentences.
export default function AuditPage() {
  useTitle("Audit");
  const { workspace } = useMe();
  const { query } = useAddress();
  const [resource, action, days] = [query.get("resource") ?? "", query.get("action") ?? "", query.get("days") ?? ""];
  const of: AuditFilter = { resource, action, since: days ? today(Number(days) - 1) : "", until: "" };
  const list = useList<AuditEvent>(["audit", workspace, of], (token) => listAudit(workspace, of, token));
  return (
    <>
      <div className={page.head}>
        <h1 className={page.title}>Audit</h1>
        <Export workspace={workspace} of={of} />
      </div>
      <div className={page.filters}>
        <Select
          aria-label="Events"
          value={action}
          options={actions}
          onChange={(e) => setQuery({ action: e.target.value })}
        />
        <Select aria-label="Time" value={days} options={ranges} onChange={(e) => setQuery({ days: e.target.value })} />
        {resource && (
          <>
            <Tag tone="accent">{resource.split("/").slice(2).join("/")}</Tag>
            <Button look="link" onClick={() => setQuery({ resource: "" })}>
              Show all
            </Button>
          </>
        )}
      </div>
      {list.error ? (
        <Trouble failure={list.error} onRetry={() => void list.refetch()} />
      ) : list.isPending ? (
        <Skeleton height={240} />
      ) : list.rows.length === 0 ? (
        <EmptyState icon="history" title="Nothing matches">
          Every change and every use of keys and credentials is written here.
        </EmptyState>
      ) : (
        <ul className={style.list} aria-label="Events" aria-busy={list.isFetching || undefined}>
          {list.rows.map((e) => (
            <Event key={e.name} event={e} />
          ))}
        </ul>
      )}
      <ShowMore list={list} />
    </>
  );
}

function Export({ workspace, of }: { workspace: string; of: AuditFilter }) {
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<Failure | null>(null);
  const go = async () => {
    setBusy(true);
    setFailure(null);
    try {
      await exportAudit(workspace, of);
    } catch (cause) {
      setFailure(cause as Failure);
    }
    setBusy(false);
  };
  return (
    <>
      {failure && <Trouble failure={failure} />}
      <Button icon="download" busy={busy} onClick={() => void go()}>
        CSV
      </Button>
    </>
  );
}
