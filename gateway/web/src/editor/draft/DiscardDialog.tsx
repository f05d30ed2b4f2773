import { Confirm } from "../../console/parts/Confirm";

interface Props {
  live: number; // 0: nothing is published
  onDiscard: () => Promise<void>;
  onClose: () => void;
}

// DiscardDialog asks before the draft goes.
export function DiscardDialog({ live, onDiscard, onClose }: Props) {
  const then = live > 0 ? `The editor shows version ${live} again.` : "The workflow is empty again.";
  return (
    <Confirm
      title="Discard the draft?"
      text={`All changes since the last version go, for everybody who edits this workflow. ${then}`}
      action="Discard the draft"
      danger
      onConfirm={onDiscard}
      onClose={onClose}
    />
  );
}
