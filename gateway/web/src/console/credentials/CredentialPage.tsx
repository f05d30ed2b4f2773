import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { moment } from "../../api/explain";
import type { Failure } from "../../api/failure";
import { getCredential } from "../../api/manage";
import type { Credential } from "../../api/owner";
import { providerName } from "../../run/providers";
import { Button } from "../../ui/Button";
import { Skeleton } from "../../ui/Skeleton";
import { Notice } from "../../ui/Tag";
import { useToast } from "../../ui/Toast";
import { LatestEvents } from "../audit/LatestEvents";
import { ago } from "../parts/ago";
import { Crumbs } from "../parts/Crumbs";
import { Facts } from "../parts/Facts";
import page from "../parts/Page.module.css";
import { Trouble } from "../parts/Trouble";
import { useTitle } from "../parts/useTitle";
import { navigate, pathOf } from "../routes";
import { useMe } from "../session";
import { Redirect, Rename, Rotate } from "./ChangeCredential";
import { DeleteCredential } from "./DeleteCredential";
import { Hosts } from "./Hosts";
import { TestButton } from "./TestButton";
import { WhereUsed } from "./WhereUsed";
import { placeOf } from "./words";

type Asked = "" | "rotate" | "redirect" | "rename" | "delete";

// CredentialPage shows one credential: where it goes, where it is used, and when last.
export default function CredentialPage({ credential: id }: { credential: string }) {
  const { workspace, owner } = useMe();
  const path = { workspace, credential: id };
  const queries = useQueryClient();
  const say = useToast();
  const [asked, setAsked] = useState<Asked>("");
  const got = useQuery<Credential, Failure>({
    queryKey: ["credentials", workspace, "one", id],
    queryFn: () => getCredential(path),
  });
  const c = got.data;
  useTitle(c?.title || id);
  const refresh = async () => {
    await queries.invalidateQueries({ queryKey: ["credentials", workspace] });
    void queries.invalidateQueries({ queryKey: ["audit", workspace] });
  };
  const done = async (said: string) => {
    await refresh();
    say(said);
  };
  const close = () => setAsked("");
  return (
    <>
      <Crumbs list="Credentials" href={pathOf.credentials(workspace)} here={id} />
      <div className={page.head}>
        <h1 className={page.title}>{c?.title || id}</h1>
        {c && owner && (
          <span className={page.actions}>
            <Button onClick={() => setAsked("rename")}>Rename</Button>
            <Button look="danger" onClick={() => setAsked("delete")}>
              Delete
            </Button>
          </span>
        )}
      </div>
      {got.error && <Trouble failure={got.error} onRetry={() => void got.refetch()} />}
      {got.isPending && <Skeleton height={220} />}
      {c && (
        <>
          <div className={page.columns}>
            <section className={page.panel} aria-labelledby="value">
              <h2 className={page.sub} id="value">
                Value
              </h2>
              <Facts
                facts={[
                  ["Stored", `Sealed, version ${c.version}, changed ${ago(c.updateTime)}`],
                  ["Provider", providerName(c.provider)],
                  ["Sent only to", <Hosts key="hosts" hosts={c.hosts ?? []} />],
                  ["Place", placeOf(c)],
                  ["Fingerprint", <code key="fingerprint">{c.fingerprint?.slice(0, 16)}</code>],
                  ["Added", moment(c.createTime ?? "")],
                  ["Last used", ago(c.lastUseTime) || "Never"],
                ]}
              />
              {c.guardable === false && (
                <Notice role="note">
                  The guard cannot recognize this value in an answer, so links cannot use it hidden. Use a longer or
                  less ordinary value.
                </Notice>
              )}
              {owner && (
                <div className={page.buttons}>
                  <Button look="filled" onClick={() => setAsked("rotate")}>
                    Rotate
                  </Button>
                  <Button onClick={() => setAsked("redirect")}>Change where it goes</Button>
                </div>
              )}
            </section>
            <div className={page.stack}>
              <section className={page.panel} aria-labelledby="test">
                <h2 className={page.sub} id="test">
                  Does it work?
                </h2>
                {owner ? (
                  <TestButton key={c.version} path={path} onDone={() => void refresh()} />
                ) : (
                  <p className={page.quiet}>Only owners test and change a credential. Your steps may use it.</p>
                )}
              </section>
              <WhereUsed credential={c} workspace={workspace} />
            </div>
          </div>
          {owner && <LatestEvents workspace={workspace} resource={c.name ?? ""} />}
        </>
      )}
      {c && asked === "rotate" && <Rotate path={path} credential={c} onClose={close} onDone={done} />}
      {c && asked === "redirect" && <Redirect path={path} credential={c} onClose={close} onDone={done} />}
      {c && asked === "rename" && <Rename path={path} credential={c} onClose={close} onDone={done} />}
      {c && asked === "delete" && (
        <DeleteCredential
          path={path}
          inUse={(c.workflows?.length ?? 0) + (c.shares?.length ?? 0) > 0}
          onClose={close}
          onDone={() => {
            void refresh();
            say("The credential is deleted");
            navigate(pathOf.credentials(workspace), true);
          }}
        />
      )}
    </>
  );
}
