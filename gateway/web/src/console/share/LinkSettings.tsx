import { useState, type ReactNode } from "react";
import type { Failure } from "../../api/failure";
import { updateShare, type Inspection, type Share } from "../../api/owner";
import { Button } from "../../ui/Button";
import { CopyButton } from "../../ui/CopyButton";
import { Input } from "../../ui/Field";
import { Notice } from "../../ui/Tag";
import { useToast } from "../../ui/Toast";
import { Confirm } from "../parts/Confirm";
import { Trouble } from "../parts/Trouble";
import { CredentialAccess } from "./CredentialAccess";
import { Follows } from "./Follows";
import { More } from "./More";
import { LinkActions } from "./LinkActions";
import { RunAccess } from "./RunAccess";
import { changeOf, formOf, limitPattern, linkOf, opens, pathOfShare, worst, type Form } from "./share";
import { StateTag } from "./StateTag";
import style from "./Share.module.css";

interface Props {
  share: Share;
  inspection: Inspection;
  onChanged: () => Promise<void>;
  links: ReactNode; // chooses another link
  children: ReactNode; // makes another link
}

const shownElsewhere =
  /^(share\.default|run_access\.(info|warning|note|unavailable)|credential_access\.(info|warning|note|unavailable|unknown_destination))$/;

// LinkSettings is one link: its address, its settings, its end.
export function LinkSettings({ share, inspection, onChanged, links, children }: Props) {
  const [form, setForm] = useState<Form>(() => formOf(share));
  const [asking, setAsking] = useState(false);
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<Failure | null>(null);
  const say = useToast();
  const set = (part: Partial<Form>) => setForm((now) => ({ ...now, ...part }));
  const change = changeOf(share, form);
  const count = Object.keys(change).filter((k) => k !== "confirmedDestinations").length;
  const valid = [form.runs, form.visitorRuns, form.calls].every((v) => limitPattern.test(v));
  const save = async () => {
    const after = await updateShare(pathOfShare(share), change);
    setForm(formOf(after)); // with the limits that the server fills in
    await onChanged();
    say("Saved");
  };
  const saveNow = async () => {
    setBusy(true);
    setFailure(null);
    try {
      await save();
    } catch (cause) {
      setFailure(cause as Failure);
    }
    setBusy(false);
  };
  const link = linkOf(share);
  return (
    <div className={style.settings}>
      <div className={style.decide}>
        <section className={style.section} aria-label="Link">
          <div className={style.head}>
            <h3 className={style.title}>Link</h3>
            <StateTag share={share} />
            <span className={style.choose}>{children}</span>
          </div>
          {links}
          <div className={style.link}>
            <Input mono readOnly aria-label="Share link" value={link} onFocus={(e) => e.target.select()} />
            <CopyButton look="filled" size={40} text={link} label="Copy Share Link" />
          </div>
        </section>
        {(share.notices ?? [])
          .filter((n) => !shownElsewhere.test(n.id ?? ""))
          .map((n) => (
            <Notice key={n.id} role="note">
              <strong>{n.title}.</strong> {n.text}
            </Notice>
          ))}
        <RunAccess share={share} inspection={inspection} form={form} set={set} />
        <CredentialAccess share={share} inspection={inspection} form={form} set={set} />
        <More share={share} form={form} set={set} saved={count === 0} onChanged={onChanged} />
      </div>
      <Follows share={share} form={form} />
      {failure && <Trouble failure={failure} />}
      <div className={style.foot}>
        <LinkActions share={share} onChanged={onChanged} />
        {count > 0 && (
          <span className={style.save}>
            <span className={style.text}>
              {count === 1 ? "1 change." : `${count} changes.`} {opens(share, form) && "Saving asks you once more."}
            </span>
            <Button onClick={() => setForm(formOf(share))}>Undo</Button>
            <Button
              look="filled"
              busy={busy}
              disabled={!valid}
              onClick={() => (opens(share, form) ? setAsking(true) : void saveNow())}
            >
              Save changes
            </Button>
          </span>
        )}
      </div>
      {asking && (
        <Confirm
          title="Open this link?"
          text={`Anyone with the link can use what you open. ${worst(share, form)} You can pause or revoke the link at any time.`}
          action="Open it"
          onConfirm={save}
          onClose={() => setAsking(false)}
        />
      )}
    </div>
  );
}
