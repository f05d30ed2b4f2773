import type { Inspection, Share } from "../../api/owner";
import { Field, Input } from "../../ui/Field";
import { Icon } from "../../ui/icons";
import { Notice } from "../../ui/Tag";
import { KeyPicker } from "./KeyPicker";
import { Radios } from "./Radios";
import { limitPattern, noticeOf, periodOf, privateModels, type Form } from "./share";
import style from "./Share.module.css";

interface Props {
  share: Share;
  inspection: Inspection;
  form: Form;
  set: (part: Partial<Form>) => void;
}

// RunAccess chooses who pays. It can be opened where a private model was found.
export function RunAccess({ share, inspection, form, set }: Props) {
  const found = share.detected?.privateModels ?? [];
  const available = found.length > 0 || form.runAccess;
  const steps = privateModels(inspection)
    .filter((m) => found.includes(m.id))
    .flatMap((m) => m.steps);
  const period = periodOf(share);
  return (
    <Radios
      label="Run access"
      aside={
        found.length > 0 && (
          <>
            <Icon name="lock" size={14} /> Private model found: <strong>{found.join(", ")}</strong>
            {steps.length > 0 && (
              <>
                {" "}
                in{" "}
                {steps.map((s) => (
                  <code key={s}>{s} </code>
                ))}
              </>
            )}
          </>
        )
      }
      value={form.runAccess}
      onChange={(runAccess) => set({ runAccess })}
      off={{
        title: "Visitors use their own allowance",
        text: found.length > 0 ? "The private model fails for them." : "It does not consume your usage limits.",
      }}
      on={{
        title: "Anyone with the link runs on my key",
        text: available
          ? noticeOf(share.notices, "run_access.note") || "Your API key and model data stay private."
          : noticeOf(share.notices, "run_access.unavailable"),
        disabled: !available,
      }}
    >
      {form.runAccess && (
        <>
          <KeyPicker share={share} form={form} set={set} />
          <div className={style.limits}>
            <Limit label={`Runs ${period}, this link`} value={form.runs} onChange={(runs) => set({ runs })} />
            <Limit
              label={`Runs ${period}, each visitor`}
              value={form.visitorRuns}
              onChange={(visitorRuns) => set({ visitorRuns })}
            />
          </div>
          <Notice role="note">{noticeOf(share.notices, "run_access.warning")}</Notice>
        </>
      )}
    </Radios>
  );
}

export function Limit({ label, value, onChange }: { label: string; value: string; onChange: (v: string) => void }) {
  const wrong = !limitPattern.test(value);
  return (
    <Field
      label={label}
      error={wrong && "A whole number, from 1."}
      help={value ? undefined : "Empty: a small default."}
    >
      {(d) => (
        <Input
          {...d}
          inputMode="numeric"
          maxLength={9}
          value={value}
          onChange={(e) => onChange(e.target.value.trim())}
        />
      )}
    </Field>
  );
}
