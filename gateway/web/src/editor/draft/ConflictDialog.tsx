import { lazy, Suspense } from "react";
import { Button } from "../../ui/Button";
import { Dialog, DialogFoot } from "../../ui/Dialog";
import style from "../Editor.module.css";
import type { Conflict } from "./useDraft";

const Compare = lazy(() => import("../json/Compare"));

interface Props {
  conflict: Conflict;
  mine: string;
  onKeep: (side: "mine" | "theirs") => void;
}

// ConflictDialog shows both sides of what two people changed. Nothing is lost before a choice.
export function ConflictDialog({ conflict, mine, onKeep }: Props) {
  const draft = conflict.what === "draft";
  return (
    <Dialog
      open
      wide
      full
      onClose={() => undefined}
      title={draft ? "Somebody else changed the draft" : `Version ${conflict.base} was published meanwhile`}
      description={
        draft
          ? "Your text is on the right, theirs on the left. What you do not keep is replaced."
          : "The live version is on the left, your draft on the right."
      }
    >
      <div className={style.compare}>
        <Suspense fallback={null}>
          <Compare left={conflict.theirs} right={mine} labels={draft ? ["Theirs", "Yours"] : ["Live", "Yours"]} />
        </Suspense>
      </div>
      <DialogFoot>
        <Button size={40} onClick={() => onKeep("theirs")}>
          {draft ? "Take theirs" : "Take the live version"}
        </Button>
        <Button size={40} look="filled" onClick={() => onKeep("mine")}>
          Keep mine
        </Button>
      </DialogFoot>
    </Dialog>
  );
}
