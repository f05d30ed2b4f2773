import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { moment } from "../../api/explain";
import { endSession, listSessions, type Session } from "../../api/manage";
import { Button } from "../../ui/Button";
import { EmptyState } from "../../ui/EmptyState";
import { Tag } from "../../ui/Tag";
import { useToast } from "../../ui/Toast";
import { ago } from "../parts/ago";
import { Confirm } from "../parts/Confirm";
import { Listing } from "../parts/Listing";
import page from "../parts/Page.module.css";
import { useList } from "../parts/useList";
import { useTitle } from "../parts/useTitle";
import { Link, pathOf } from "../routes";
import { useMe } from "../session";
import { LeftBehind } from "./LeftBehind";

const idOf = (s: Session) => s.name?.split("/")[3] ?? "";

// SessionsPage lists and ends sessions: an owner sees all of the workspace, others see their own.
export default function SessionsPage() {
  useTitle("Sessions");
  const me = useMe();
  const queries = useQueryClient();
  const say = useToast();
  const [asked, setAsked] = useState<Session | "others" | null>(null);
  const list = useList<Session>(["sessions", me.workspace], (token) => listSessions(me.workspace, token));
  const all = me.owner || me.operator;
  const others = list.rows.filter((s) => s.name !== me.session);
  const [revoke, setRevoke] = useState(false);
  const end = async (sessions: Session[], said: string) => {
    for (const s of sessions) await endSession({ workspace: me.workspace, session: idOf(s) }, revoke);
    await queries.invalidateQueries({ queryKey: ["sessions", me.workspace] });
    if (revoke) {
      await queries.invalidateQueries({ queryKey: ["keys", me.workspace] });
      await queries.invalidateQueries({ queryKey: ["people", me.workspace] });
    }
    say(said);
  };
  const ask = (what: Session | "others" | null) => (setRevoke(false), setAsked(what));
  const made = (sessions: Session[]) => <LeftBehind sessions={sessions} revoke={revoke} onRevoke={setRevoke} />;
  // endOthers reads all pages, because a person asks for all of them.
  const endOthers = async () => {
    for (;;) {
      const { rows } = await listSessions(me.workspace, "");
      const rest = rows.filter((s) => s.name !== me.session);
      if (rest.length === 0) break;
      await end(rest, "All other sessions have ended");
    }
  };
  return (
    <>
      <div className={page.head}>
        <h1 className={page.title}>Sessions</h1>
        {others.length > 0 && (
          <Button look="danger" onClick={() => ask("others")}>
            End all others
          </Button>
        )}
      </div>
      <p className={page.hintLine}>
        {all ? "Browsers" : "Your browsers"} and command lines that are signed in. A session ends 12 hours after its
        last use, or with its key.
      </p>
      <Listing<Session>
        caption="Sessions"
        list={list}
        keyOf={(s) => s.name ?? ""}
        empty={<EmptyState icon="external" title="No sessions" />}
        columns={[
          {
            id: "title",
            head: "Client",
            cell: (s) => (
              <>
                <strong>{s.title || "A program"}</strong> {s.name === me.session && <Tag tone="accent">This one</Tag>}
              </>
            ),
          },
          {
            id: "key",
            head: "Acts with key",
            cell: (s) => {
              const id = s.key?.split("/")[3] ?? "";
              const title = s.keyTitle || id;
              return me.owner ? <Link href={pathOf.key(me.workspace, id)}>{title}</Link> : title;
            },
          },
          { id: "made", head: "Signed in", cell: (s) => ago(s.createTime) },
          { id: "used", head: "Last used", cell: (s) => ago(s.lastUseTime) },
          { id: "ends", head: "Ends, if not used", cell: (s) => moment(s.expireTime ?? "") },
          {
            id: "do",
            head: "Actions",
            cell: (s) =>
              s.name === me.session ? (
                <span className={page.quiet}>Sign out to end it</span>
              ) : (
                <Button size={28} aria-label={`End the session of ${s.title || "a program"}`} onClick={() => ask(s)}>
                  End
                </Button>
              ),
          },
        ]}
      />
      {asked === "others" && (
        <Confirm
          title="End all other sessions?"
          text={`Within a second ${all ? "everyone else in this workspace is" : "your other browsers and command lines are"} signed out. Keys go on working.`}
          action="End them"
          danger
          onConfirm={endOthers}
          onClose={() => ask(null)}
        >
          {made(others)}
        </Confirm>
      )}
      {asked && asked !== "others" && (
        <Confirm
          title="End this session?"
          text={`${asked.title || "The program"} is signed out within a second, with the command lines that it approved.`}
          action="End the session"
          danger
          onConfirm={() => end([asked], "The session has ended")}
          onClose={() => ask(null)}
        >
          {made([asked])}
        </Confirm>
      )}
    </>
  );
}
