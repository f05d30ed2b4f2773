import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import type { Failure } from "../../api/failure";
import { getCredential } from "../../api/manage";
import type { Credential } from "../../api/owner";
import { providerName } from "../../run/providers";
import { Button } from "../../ui/Button";
import { Skeleton } from "../../ui/Skeleton";
import { useToast } from "../../ui/Toast";
import { ago } from "../parts/ago";
import { Facts } from "../parts/Facts";
import page from "../parts/Page.module.css";
import { Trouble } from "../parts/Trouble";
import { Link, pathOf } from "../routes";
import { useMe } from "../session";
import { Rotate } from "./ChangeCredential";
import { Hosts } from "./Hosts";
import style from "./Credentials.module.css";
import { TestButton } from "./TestButton";
import { WhereUsed } from "./WhereUsed";

interface Props {
  id: string;
  calls: string; // today
  onClose: () => void;
}

// CredentialPanel shows one credential next to the list. Opening it moves the focus there; Escape
// closes it.
export function CredentialPanel({ id, calls, onClose }: Props) {
  const { workspace, owner } = useMe();
  const path = { workspace, credential: id };
  const queries = useQueryClient();
  const say = useToast();
  const [rotating, setRotating] = useState(false);
  const head = useRef<HTMLHeadingElement>(null);
  useEffect(() => head.current?.focus(), [id]);
  const {
    data: c,
    error,
    refetch,
  } = useQuery<Credential, Failure>({
    queryKey: ["credentials", workspace, "one", id],
    queryFn: () => getCredential(path),
  });
  const refresh = async () => {
    await queries.invalidateQueries({ queryKey: ["credentials", workspace] });
    void queries.invalidateQueries({ queryKey: ["audit", workspace] });
  };
  return (
    <aside
      className={style.panel}
      aria-labelledby="panel"
      onKeyDown={(e) => e.key === "Escape" && !rotating && onClose()}
    >
      <div className={style.panelHead}>
        <h2 className={style.panelTitle} id="panel" tabIndex={-1} ref={head}>
          {c?.title || id}
        </h2>
        <Button look="ghost" square size={28} icon="cross" onClick={onClose}>
          Close the details
        </Button>
      </div>
      {error && <Trouble failure={error} onRetry={() => void refetch()} />}
      {!c && !error && <Skeleton height={200} />}
      {c && (
        <>
          <Facts
            facts={[
              ["Provider", providerName(c.provider)],
              ["Value", `Sealed, changed ${ago(c.updateTime)}`],
              ["Sent only to", <Hosts key="hosts" hosts={c.hosts ?? []} />],
              ["Last used", ago(c.lastUseTime) || "Never"],
              ["Calls today", calls],
            ]}
          />
          {owner ? (
            <TestButton key={c.version} path={path} onDone={() => void refresh()} />
          ) : (
            <p className={page.quiet}>Only owners test and change a credential. Your steps may use it.</p>
          )}
          <WhereUsed credential={c} workspace={workspace} />
          <div className={style.ways}>
            {owner && <Button onClick={() => setRotating(true)}>Rotate</Button>}
            <Link href={pathOf.credential(workspace, id)}>Open the page of {c.title || id}</Link>
          </div>
        </>
      )}
      {c && rotating && (
        <Rotate
          path={path}
          credential={c}
          onClose={() => setRotating(false)}
          onDone={async (said) => {
            await refresh();
            say(said);
          }}
        />
      )}
    </aside>
  );
}
