import type { Share } from "../../api/owner";
import { Button } from "../../ui/Button";
import { Trouble } from "../parts/Trouble";
import style from "./Share.module.css";
import { useLinkActions } from "./useLinkActions";

// LinkActions are the actions of the link that is shown.
export function LinkActions({ share, onChanged }: { share: Share; onChanged: () => Promise<void> }) {
  const { active, busy, failure, toggle, ask, asking } = useLinkActions(share, onChanged);
  return (
    <div className={style.actions}>
      {failure && <Trouble failure={failure} />}
      <Button look="ghost" icon={active ? "stop" : "play"} busy={busy} onClick={toggle}>
        {active ? "Pause link" : "Resume link"}
      </Button>
      <Button look="ghost" onClick={() => ask("rotate")}>
        New address
      </Button>
      <Button look="danger" onClick={() => ask("revoke")}>
        Revoke
      </Button>
      {asking}
    </div>
  );
}
