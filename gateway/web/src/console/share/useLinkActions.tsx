import { useState, type ReactNode } from "react";
import type { Failure } from "../../api/failure";
import { pauseShare, resumeShare, revokeShare, rotateShare, type Share } from "../../api/owner";
import { useToast } from "../../ui/Toast";
import { Confirm } from "../parts/Confirm";
import { pathOfShare } from "./share";

type Asked = "" | "rotate" | "revoke";

interface LinkActions {
  active: boolean;
  busy: boolean;
  failure: Failure | null;
  toggle: () => void;
  ask: (what: Asked) => void;
  asking: ReactNode; // the dialog that asks once more
}

// useLinkActions pauses or revokes a link, and gives it another address.
export function useLinkActions(share: Share, onChanged: () => Promise<void>): LinkActions {
  const say = useToast();
  const [asked, ask] = useState<Asked>("");
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
  const asking = (
    <>
      {asked === "rotate" && (
        <Confirm
          title="Give this link a new address?"
          text="The old address stops working within a second. Its settings and its usage stay."
          action="Change the address"
          onConfirm={() => act(rotateShare, "The link has a new address")}
          onClose={() => ask("")}
        />
      )}
      {asked === "revoke" && (
        <Confirm
          title="Revoke this link?"
          text="It stops working within a second, permanently, and its runs end. Forks stay with their owners."
          action="Revoke the link"
          danger
          onConfirm={() => act(revokeShare, "The link is revoked")}
          onClose={() => ask("")}
        />
      )}
    </>
  );
  return { active, busy, failure, toggle: () => void toggle(), ask, asking };
}
