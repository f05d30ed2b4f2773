import { useState } from "react";
import type { Failure } from "../../api/failure";
import { pauseShare, resumeShare, revokeShare, rotateShare, type Share } from "../../api/owner";
import { Button } from "../../ui/Button";
import { useToast } from "../../ui/Toast";
import { Confirm } from "../parts/Confirm";
import { Trouble } from "../parts/Trouble";
import { pathOfShare } from "./share";
import style from "./Share.module.css";

type Asked = "" | "rotate" | "revoke";

// LinkActions stop a link for a while or for good, and give it another address.
export function LinkActions({ share, onChanged }: { share: Share; onChanged: () => Promise<void> }) {
  const say = useToast();
  const [asked, setAsked] = useState<Asked>("");
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<Failure | null>(null);
  const path = pathOfShare(share);
  const active = share.state === "SHARE_STATE_ACTIVE";
  const toggle = async () => {
    setBusy(true);
    setFailure(null);
    try {
      await (active ? pauseShare(path) : resumeShare(path));
      await onChanged();
    } catch (cause) {
      setFailure(cause as Failure);
    }
    setBusy(false);
  };
  const act = async (what: (p: typeof path) => Promise<unknown>, done: string) => {
    await what(path);
    await onChanged();
    say(done);
  };
  return (
    <div className={style.actions}>
      {failure && <Trouble failure={failure} />}
      <Button look="ghost" icon={active ? "stop" : "play"} busy={busy} onClick={() => void toggle()}>
        {active ? "Pause link" : "Resume link"}
      </Button>
      <Button look="ghost" onClick={() => setAsked("rotate")}>
        New address
      </Button>
      <Button look="danger" onClick={() => setAsked("revoke")}>
        Revoke
      </Button>
      {asked === "rotate" && (
        <Confirm
          title="Give this link a new address?"
          text="The old address stops working within a second. Its settings and its usage stay."
          action="Change the address"
          onConfirm={() => act(rotateShare, "The link has a new address")}
          onClose={() => setAsked("")}
        />
      )}
      {asked === "revoke" && (
        <Confirm
          title="Revoke this link?"
          text="It stops working within a second, for good, and its runs end. Forks stay with their owners."
          action="Revoke the link"
          danger
          onConfirm={() => act(revokeShare, "The link is revoked")}
          onClose={() => setAsked("")}
        />
      )}
    </div>
  );
}
