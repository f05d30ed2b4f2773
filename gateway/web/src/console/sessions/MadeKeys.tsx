import type { Session } from "../../api/manage";
import type { Key } from "../../api/owner";
import { Switch } from "../../ui/Switch";
import { Tag } from "../../ui/Tag";
import { idOfKey } from "../keys/budget";
import page from "../parts/Page.module.css";
import { useMe } from "../session";

// keysOf are the keys that sessions leave behind, each once.
export function keysOf(sessions: Session[]): Key[] {
  const keys = new Map(sessions.flatMap((s) => s.madeKeys ?? []).map((k) => [k.name ?? "", k]));
  return [...keys.values()];
}

interface Props {
  sessions: Session[];
  revoke: boolean;
  onRevoke: (on: boolean) => void;
}

// MadeKeys names the keys that sessions leave behind, and offers to revoke them, too.
export function MadeKeys({ sessions, revoke, onRevoke }: Props) {
  const me = useMe();
  const keys = keysOf(sessions);
  if (keys.length === 0) return null;
  const now = keys.some((k) => idOfKey(k) === me.key);
  return (
    <div className={page.form}>
      <p>
        {keys.length === 1 ? "This key was" : "These keys were"} made there, or with a key that was, and{" "}
        {keys.length === 1 ? "goes" : "go"} on working:
      </p>
      <ul aria-label="Keys that go on working" className={page.tags}>
        {keys.map((k) => (
          <li key={k.name}>
            <Tag>{k.title ? `${k.title} (${idOfKey(k)})` : idOfKey(k)}</Tag>
          </li>
        ))}
      </ul>
      <Switch label={keys.length === 1 ? "Revoke it, too" : "Revoke them, too"} checked={revoke} onChange={onRevoke} />
      {revoke && now && <p>You are signed in with one of them: you will be signed out.</p>}
    </div>
  );
}
