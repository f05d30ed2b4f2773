import { useState } from "react";
import { moment } from "../../api/explain";
import type { Failure } from "../../api/failure";
import { Button } from "../../ui/Button";
import { Icon } from "../../ui/icons";
import { Popover } from "../../ui/Popover";
import { useTheme } from "../../ui/useTheme";
import { Trouble } from "../parts/Trouble";
import { useMe } from "../session";
import { useSignOut } from "./useSignOut";
import style from "./Frame.module.css";

// Account shows who is signed in and for how long, and signs out.
export function Account() {
  const me = useMe();
  const end = useSignOut();
  const [failure, setFailure] = useState<Failure | null>(null);
  const [busy, setBusy] = useState(false);
  const leave = async () => {
    setBusy(true);
    try {
      await end();
    } catch (cause) {
      setFailure(cause as Failure);
      setBusy(false);
    }
  };
  return (
    <Popover
      label="Session"
      align="start"
      trigger={
        <button type="button" className={style.account}>
          <span className={style.initial} aria-hidden="true">
            {(me.name || me.workspace).charAt(0).toUpperCase()}
          </span>
          <span className={style.who}>
            <span className={style.workspace}>{me.workspace}</span>
            <span className={style.key}>{me.person ? me.name : `key ${me.name || me.key}`}</span>
          </span>
          <Icon name="up" size={14} />
        </button>
      }
    >
      <dl className={style.session}>
        <dt>Workspace</dt>
        <dd>{me.workspace}</dd>
        {me.person && (
          <>
            <dt>You are</dt>
            <dd>
              {me.name}, {me.role === "member" ? "owner" : me.role}
            </dd>
          </>
        )}
        <dt>Key that pays for your runs</dt>
        <dd>{me.key}</dd>
        {me.expires && (
          <>
            <dt>Session ends, unless it is used</dt>
            <dd>{moment(me.expires)}</dd>
          </>
        )}
      </dl>
      {failure && <Trouble failure={failure} />}
      <div className={style.actions}>
        <ThemeButton />
        <Button busy={busy} onClick={() => void leave()}>
          Sign out
        </Button>
      </div>
    </Popover>
  );
}

function ThemeButton() {
  const { other, icon, choose } = useTheme();
  return (
    <Button icon={icon} onClick={choose}>
      {other === "dark" ? "Dark theme" : "Light theme"}
    </Button>
  );
}
