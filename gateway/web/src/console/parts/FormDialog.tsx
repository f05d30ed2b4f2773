import { useState, type FormEvent, type ReactNode } from "react";
import type { Failure } from "../../api/failure";
import { Button } from "../../ui/Button";
import { Dialog, DialogFoot } from "../../ui/Dialog";
import page from "./Page.module.css";
import { Trouble } from "./Trouble";

interface Props {
  title: string;
  description: string;
  action: string;
  onSubmit: (form: FormData) => Promise<unknown>;
  onClose: () => void;
  stays?: boolean; // its caller shows something else in its place
  children: (failure: Failure | null) => ReactNode;
}

// FormDialog sends a form. Its fields are the browser's own, so that a secret that is typed is
// in no attribute and in no state of the page. It stays open while it sends and when it fails.
export function FormDialog({ title, description, action, onSubmit, onClose, stays, children }: Props) {
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<Failure | null>(null);
  const submit = async (e: FormEvent<HTMLFormElement>) => {
    e.preventDefault();
    if (busy) return;
    setBusy(true);
    setFailure(null);
    try {
      await onSubmit(new FormData(e.currentTarget));
      if (!stays) onClose();
    } catch (cause) {
      setFailure(cause as Failure);
      setBusy(false);
    }
  };
  return (
    <Dialog open onClose={onClose} title={title} description={description}>
      <form className={page.form} autoComplete="off" onSubmit={(e) => void submit(e)}>
        {children(failure)}
        {failure && <Trouble failure={failure} />}
        <DialogFoot>
          <Button size={40} onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" size={40} look="filled" busy={busy}>
            {action}
          </Button>
        </DialogFoot>
      </form>
    </Dialog>
  );
}

// errorAt is what the server says about one field.
export function errorAt(failure: Failure | null, field: string): string {
  return failure?.violations.find((v) => v.field === field)?.description ?? "";
}

// textOf is what was typed into a field.
export function textOf(form: FormData, name: string): string {
  const value = form.get(name);
  return typeof value === "string" ? value : "";
}
