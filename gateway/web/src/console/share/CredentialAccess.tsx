import type { Share } from "../../api/owner";
import { Checkbox } from "../../ui/Field";
import { Icon } from "../../ui/icons";
import { Table } from "../../ui/Table";
import { Notice } from "../../ui/Tag";
import { Radios } from "./Radios";
import { Limit } from "./RunAccess";
import { noticeOf, periodOf, type Form } from "./share";
import style from "./Share.module.css";

interface Props {
  share: Share;
  form: Form;
  set: (part: Partial<Form>) => void;
}

// CredentialAccess chooses whose credentials the runs use. It can be opened where a step needs
// one.
export function CredentialAccess({ share, form, set }: Props) {
  const slots = share.detected?.slots ?? [];
  const unknown = share.detected?.unknownDestinations ?? [];
  const available = slots.length > 0 || form.credentialAccess;
  const opening = form.credentialAccess && share.credentialAccess !== "CREDENTIAL_ACCESS_OWNER";
  return (
    <Radios
      label="Credentials"
      aside={slots.length > 0 && (slots.length === 1 ? "1 step needs one" : `${slots.length} steps need one`)}
      value={form.credentialAccess}
      onChange={(credentialAccess) => set({ credentialAccess })}
      off={{ title: "Visitors bring their own", text: "Each becomes an input to fill." }}
      on={{
        title: "Use my hidden credentials",
        text: available ? "Values are redacted everywhere." : noticeOf(share.notices, "credential_access.unavailable"),
        disabled: !available,
      }}
    >
      {slots.length > 0 && (
        <Table
          caption="Steps that need a credential"
          rows={slots}
          keyOf={(s) => `${s.step}.${s.field}`}
          columns={[
            { id: "step", head: "Step", cell: (s) => <code>{s.step}</code> },
            {
              id: "to",
              head: "Sent only to",
              cell: (s) => (
                <span className={style.host} data-unknown={unknown.includes(s.destination ?? "") || undefined}>
                  <Icon name={unknown.includes(s.destination ?? "") ? "warning" : "guard"} size={14} />
                  <code>{s.destination?.replace(/^https:\/\//, "")}</code>
                </span>
              ),
            },
            {
              id: "credential",
              head: "Your credential",
              cell: (s) => (s.credential ? s.credential.split("/")[3] : "none bound"),
            },
          ]}
        />
      )}
      {form.credentialAccess && (
        <>
          <div className={style.limits}>
            <Limit label={`Calls ${periodOf(share)}`} value={form.calls} onChange={(calls) => set({ calls })} />
            {!form.runAccess && (
              <Limit
                label={`Runs ${periodOf(share)}, this link`}
                value={form.runs}
                onChange={(runs) => set({ runs })}
              />
            )}
          </div>
          <Notice role="note">{noticeOf(share.notices, "credential_access.warning")}</Notice>
          {opening && unknown.length > 0 && (
            <Notice role="note">
              {noticeOf(share.notices, "credential_access.unknown_destination")}
              <Checkbox
                label={`I trust ${unknown.join(", ")} with this credential`}
                checked={form.confirmed}
                onChange={(e) => set({ confirmed: e.target.checked })}
              />
            </Notice>
          )}
          <p className={style.note}>
            <Icon name="guard" size={14} /> {noticeOf(share.notices, "credential_access.note")}
          </p>
        </>
      )}
    </Radios>
  );
}
