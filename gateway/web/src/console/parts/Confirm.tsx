import { useState, type ReactNode } from "react";
import { Button } from "../../ui/Button";
import { Dialog, DialogFoot } from "../../ui/Dialog";
import { Trouble } from "./Trouble";
import type { Failure } from "../../api/failure";

interface Props {
  title: string;
  text: string;
  action: string;
  danger?: boolean;
  onConfirm: () => Promise<unknown>;
  onClose: () => void;
  stays?: boolean; // its caller shows something else in its place
  children?: ReactNode;
}

// Confirm asks for confirmation. It stays open while the action runs, and says why it failed.
export function Confirm({ title, text, action, danger, onConfirm, onClose, stays, children }: Props) {
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<Failure | null>(null);
  const go = async () => {
    setBusy(true);
    setFailure(null);
    try {
      await onConfirm();
      if (!stays) onClose();
    } catch (cause) {
      setFailure(cause as Failure);
      setBusy(false);
    }
  };
  return (
    <Dialog open onClose={onClose} title={title} description={text}>
      {children}
      {failure && <Trouble failure={failure} />}
      <DialogFoot>
        <Button size={40} onClick={onClose}>
          Cancel
        </Button>
        <Button size={40} look={danger ? "danger" : "filled"} busy={busy} onClick={() => void go()}>
          {action}
        </Button>
      </DialogFoot>
    </Dialog>
  );
}
