import type { Share } from "../../api/owner";
import { Field, Input } from "../../ui/Field";
import { Switch } from "../../ui/Switch";
import style from "./More.module.css";
import type { Form } from "./share";

interface Props {
  share: Share;
  form: Form;
  set: (part: Partial<Form>) => void;
}

// LinkRules say which version a link shows, until when, and what visitors may do with it.
export function LinkRules({ share, form, set }: Props) {
  const sinks = share.detected?.sinks ?? [];
  return (
    <fieldset className={style.group}>
      <legend>Rules</legend>
      <Field label="Title of the link" optional help="For you: visitors do not see it." className={style.short}>
        {(d) => <Input {...d} maxLength={200} value={form.title} onChange={(e) => set({ title: e.target.value })} />}
      </Field>
      <Switch
        label="Follow the live version"
        checked={form.followLive}
        onChange={(followLive) => set({ followLive })}
      />
      {!form.followLive && (
        <Field label="Pinned to version" className={style.short}>
          {(d) => (
            <Input
              {...d}
              type="number"
              min={1}
              value={form.version || ""}
              onChange={(e) => set({ version: Number(e.target.value) })}
            />
          )}
        </Field>
      )}
      <Field label="Works from" optional help="Empty: from now on. In your local time." className={style.short}>
        {(d) => (
          <Input {...d} type="datetime-local" value={form.starts} onChange={(e) => set({ starts: e.target.value })} />
        )}
      </Field>
      <Field label="Expires" optional help="Empty: never. In your local time." className={style.short}>
        {(d) => (
          <Input {...d} type="datetime-local" value={form.expires} onChange={(e) => set({ expires: e.target.value })} />
        )}
      </Field>
      <Switch
        label="Visitors may see the definition and the graph"
        checked={form.views}
        onChange={(views) => set(views ? { views } : { views, visits: true, forks: false })}
      />
      <Switch
        label="Visitors may run it"
        checked={form.visits}
        onChange={(visits) => set(visits ? { visits } : { visits, views: true })}
      />
      <Switch
        label="Visitors may fork it"
        checked={form.forks}
        onChange={(forks) => set(forks ? { forks, views: true } : { forks })}
      />
      {(sinks.length > 0 || form.sinks) && (
        <Switch
          label={
            <>
              Runs of visitors send to the outside: <code>{sinks.join(", ")}</code>
            </>
          }
          checked={form.sinks}
          onChange={(on) => set({ sinks: on })}
        />
      )}
    </fieldset>
  );
}
