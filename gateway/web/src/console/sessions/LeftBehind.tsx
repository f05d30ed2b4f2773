import type { Session } from "../../api/manage";

import type { Key } from "../../api/owner";
import type { Invitation } from "../../api/people";
import { Switch } from "../../ui/Switch";
import { Tag } from "../../ui/Tag";
import { idOfKey } from "../keys/budget";
import page from "../parts/Page.module.css";
import { ago } from "../parts/ago";
import { roleOf } from "../people/roles";
import { useMe } from "../session";

const each = <T extends { name?: string }>(all: T[]): T[] => [
  ...new Map(all.map((one) => [one.name ?? "", one])).values(),
];

// leftBy are the keys and invitations that sessions leave behind, each once.
export function leftBy(sessions: Session[]): { keys: Key[]; invitations: Invitation[] } {
  return {
    keys: each(sessions.flatMap((s) => s.madeKeys ?? [])),
    invitations: each(sessions.flatMap((s) => s.madeInvitations ?? [])),
  };
}

interface Props {
  sessions: Session[];
  revoke: boolean;
  onRevoke: (on: boolean) => void;
}

// LeftBehind names the keys and invitations that sessions leave behind, and offers to revoke them, too.
export function LeftBehind({ sessions, revoke, onRevoke }: Props) {
  const me = useMe();
  const { keys, invitations } = leftBy(sessions);
  const n = keys.length + invitations.length;
  if (n === 0) return null;
  const now = keys.some((k) => idOfKey(k) === me.key);
  return (
    <div className={page.form}>
      {keys.length > 0 && (
        <>
          <p>
            {keys.length === 1 ? "This key was" : "These keys were"} made there, or with a key or an invitation that
            was, and {keys.length === 1 ? "goes" : "go"} on working:
          </p>
          <ul aria-label="Keys that go on working" className={page.tags}>
            {keys.map((k) => (
              <li key={k.name}>
                <Tag>{k.title ? `${k.title} (${idOfKey(k)})` : idOfKey(k)}</Tag>
              </li>
            ))}
          </ul>
        </>
      )}
      {invitations.length > 0 && (
        <>
          <p>
            {invitations.length === 1 ? "This open invitation was" : "These open invitations were"} made there, too:
          </p>
          <ul aria-label="Invitations that go on working" className={page.tags}>
            {invitations.map((i) => (
              <li key={i.name}>
                <Tag>
                  {i.email || "Anybody with the link"}, {roleOf(i.role).label.toLowerCase()}, {ago(i.createTime)}
                </Tag>
              </li>
            ))}
          </ul>
        </>
      )}
      <Switch label={n === 1 ? "Revoke it, too" : "Revoke them, too"} checked={revoke} onChange={onRevoke} />
      {revoke && now && <p>You are signed in with one of them: you will be signed out.</p>}
    </div>
  );
}
