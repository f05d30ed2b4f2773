import type { Presentation } from "../../api/owner";
import { Button } from "../../ui/Button";
import { Field, Input, TextArea } from "../../ui/Field";
import style from "./More.module.css";

interface Props {
  page: Presentation;
  set: (part: Partial<Presentation>) => void;
}

// PageTexts are the owner's words on the page of the link.
export function PageTexts({ page, set }: Props) {
  return (
    <fieldset className={style.group}>
      <legend>Page</legend>
      <Field label="Page title" optional help="Empty: the title of the workflow.">
        {(d) => (
          <Input {...d} maxLength={120} value={page.title ?? ""} onChange={(e) => set({ title: e.target.value })} />
        )}
      </Field>
      <Field label="Welcome" optional help="A few words below the title. Empty: the description of the workflow.">
        {(d) => (
          <TextArea
            {...d}
            rows={2}
            maxLength={600}
            value={page.welcome ?? ""}
            onChange={(e) => set({ welcome: e.target.value })}
          />
        )}
      </Field>
      <Field label="Guide" optional help="Markdown. The page says that it is yours.">
        {(d) => (
          <TextArea
            {...d}
            rows={5}
            maxLength={20_000}
            value={page.guide ?? ""}
            onChange={(e) => set({ guide: e.target.value })}
          />
        )}
      </Field>
      <Field label="Colour" optional help="Made darker or lighter where it would be hard to read.">
        {(d) => (
          <div className={style.color}>
            <input
              {...d}
              type="color"
              value={page.accentColor || "#3a4bd0"}
              onChange={(e) => set({ accentColor: e.target.value })}
            />
            <span>{page.accentColor || "The server's"}</span>
            {page.accentColor && <Button onClick={() => set({ accentColor: "" })}>Use the server&apos;s</Button>}
          </div>
        )}
      </Field>
    </fieldset>
  );
}
