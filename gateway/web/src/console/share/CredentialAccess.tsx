import type { Inspection, Share } from "../../api/owner";
import { Checkbox } from "../../ui/Field";
import { Icon } from "../../ui/icons";
import { Notice } from "../../ui/Tag";
import { Radios } from "./Radios";
import { Limit } from "./RunAccess";
import { noticeOf, periodOf, slotsDiffer, type Form } from "./share";
import { SlotTable } from "./SlotTable";
import style from "./Share.module.css";

interface Props {
  share: Share;
  inspection: Inspection;
  form: Form;
  set: (part: Partial<Form>) => void;
}

// CredentialAccess chooses whose credentials the runs use. It can be opened where a step needs
// one.
export function CredentialAccess({ share, inspection, form, set }: Props) {
  const slots = share.detected?.slots ?? [];
  const unknown = share.detected?.unknownDestinations ?? [];
  const available = slots.length > 0 || form.credentialAccess;
  const opening = share.credentialAccess !== "CREDENTIAL_ACCESS_OWNER" || slotsDiffer(share, form);
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
      {slots.length > 0 && <SlotTable share={share} inspection={inspection} form={form} set={set} />}
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
