import type { Share } from "../../api/owner";
import { Field, Input, TextArea } from "../../ui/Field";
import { Switch } from "../../ui/Switch";
import style from "./More.module.css";
import type { Form } from "./share";

interface Props {
  share: Share;
  form: Form;
  set: (part: Partial<Form>) => void;
}

// WhoOpens sets the gate of a link: what a visitor shows before the link opens.
export function WhoOpens({ share, form, set }: Props) {
  const stored = !!share.gate?.passwordRequired;
  return (
    <fieldset className={style.group}>
      <legend>Who can open it</legend>
      <Switch
        label="Ask for a password"
        checked={form.passwordRequired}
        onChange={(passwordRequired) => set({ passwordRequired, password: "" })}
      />
      {form.passwordRequired && (
        <Field
          label={stored ? "New password" : "Password"}
          optional={stored}
          help={
            stored
              ? "Empty: the password stays. A new one signs all visitors out; the link stays the same."
              : "At least 8 characters. Nobody can read it again, so keep it."
          }
          className={style.short}
        >
          {(d) => (
            <Input
              {...d}
              type="password"
              autoComplete="new-password"
              minLength={8}
              maxLength={200}
              required={!stored}
              value={form.password}
              onChange={(e) => set({ password: e.target.value })}
            />
          )}
        </Field>
      )}
      <Field
        label="Only members of these workspaces"
        optional
        help="Ids, one a line. Members of your own workspace always get in."
      >
        {(d) => (
          <TextArea {...d} mono rows={2} value={form.members} onChange={(e) => set({ members: e.target.value })} />
        )}
      </Field>
    </fieldset>
  );
}
