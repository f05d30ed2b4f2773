import { useCallback } from "react";
import { Button } from "../../ui/Button";
import { CopyButton } from "../../ui/CopyButton";
import { Dialog, DialogFoot } from "../../ui/Dialog";
import { Field, Input } from "../../ui/Field";
import { Notice } from "../../ui/Tag";
import page from "../parts/Page.module.css";

// ShownOnce shows a new key, once. The text is set on the element and not as an attribute, and
// it leaves the page with the dialog.
export function ShownOnce({ text, title, onClose }: { text: string; title: string; onClose: () => void }) {
  const show = useCallback(
    (field: HTMLInputElement | null) => {
      if (field) field.value = text;
    },
    [text],
  );
  return (
    <Dialog open onClose={onClose} title={title} description="Copy it now. It is not shown again.">
      <div className={page.stack}>
        <Field label="The key">{(d) => <Input {...d} ref={show} mono readOnly spellCheck={false} />}</Field>
        <div>
          <CopyButton text={text} label="Copy the key" look="filled" size={40} />
        </div>
        <Notice role="note">Anyone who has it can act in this workspace, and runs are charged to it.</Notice>
      </div>
      <DialogFoot>
        <Button size={40} onClick={onClose}>
          Done
        </Button>
      </DialogFoot>
    </Dialog>
  );
}
