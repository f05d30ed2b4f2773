import { useState, type FormEvent } from "react";
import type { Failure } from "../../api/failure";
import { createInvitation, type Invitation, type Role } from "../../api/people";
import { Button } from "../../ui/Button";
import { CopyButton } from "../../ui/CopyButton";
import { Dialog, DialogFoot } from "../../ui/Dialog";
import { Field, Input } from "../../ui/Field";
import { Select } from "../../ui/Select";
import { Notice } from "../../ui/Tag";
import page from "../parts/Page.module.css";
import { Trouble } from "../parts/Trouble";
import { roleOf, roles } from "./roles";

interface Props {
  workspace: string;
  onMade: () => Promise<void>;
  onClose: () => void;
}

// InviteDialog makes an invitation, and shows its link once.
export function InviteDialog({ workspace, onMade, onClose }: Props) {
  const [made, setMade] = useState<Invitation | null>(null);
  return (
    <Dialog
      open
      onClose={onClose}
      title={made ? "Send this link" : "Invite somebody"}
      description={
        made
          ? "It is shown once. It works once, within seven days."
          : "Makes a link that lets one person join this workspace."
      }
    >
      {made ? (
        <Link invitation={made} onClose={onClose} />
      ) : (
        <Form workspace={workspace} onMade={(i) => (setMade(i), void onMade())} onClose={onClose} />
      )}
    </Dialog>
  );
}

function Form({ workspace, onMade, onClose }: Omit<Props, "onMade"> & { onMade: (i: Invitation) => void }) {
  const [role, setRole] = useState<Role>("PERSON_ROLE_EDITOR");
  const [email, setEmail] = useState("");
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<Failure | null>(null);
  const submit = async (e: FormEvent) => {
    e.preventDefault();
    if (busy) return;
    setBusy(true);
    setFailure(null);
    try {
      onMade(await createInvitation(workspace, { role, email: email.trim() }));
    } catch (cause) {
      setFailure(cause as Failure);
      setBusy(false);
    }
  };
  return (
    <form className={page.stack} autoComplete="off" onSubmit={(e) => void submit(e)}>
      <Field label="Role" help={roleOf(role).may}>
        {(d) => <Select {...d} value={role} options={roles} onChange={(e) => setRole(e.target.value as Role)} />}
      </Field>
      <Field label="E-mail address" optional help="A note for you. Keyhole sends no e-mail.">
        {(d) => <Input {...d} type="email" value={email} maxLength={254} onChange={(e) => setEmail(e.target.value)} />}
      </Field>
      {failure && <Trouble failure={failure} />}
      <DialogFoot>
        <Button size={40} onClick={onClose}>
          Cancel
        </Button>
        <Button type="submit" size={40} look="filled" busy={busy}>
          Make the link
        </Button>
      </DialogFoot>
    </form>
  );
}

function Link({ invitation, onClose }: { invitation: Invitation; onClose: () => void }) {
  const link = window.location.origin + invitation.path;
  return (
    <div className={page.stack}>
      <Field label="Invitation link">
        {(d) => <Input {...d} mono readOnly value={link} onFocus={(e) => e.target.select()} />}
      </Field>
      <Notice tone="warn">The first person who accepts joins as {roleOf(invitation.role).label.toLowerCase()}.</Notice>
      <DialogFoot>
        <Button size={40} onClick={onClose}>
          Done
        </Button>
        <CopyButton size={40} look="filled" text={link} label="Copy link" />
      </DialogFoot>
    </div>
  );
}
