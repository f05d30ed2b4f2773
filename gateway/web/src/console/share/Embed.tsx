import type { Share } from "../../api/owner";
import { CopyButton } from "../../ui/CopyButton";
import { Field, TextArea } from "../../ui/Field";
import style from "./More.module.css";
import { linkOf, titleOf, type Form } from "./share";

interface Props {
  share: Share;
  form: Form;
  set: (part: Partial<Form>) => void;
}

// Embed lists the sites that may show or run the link, and gives the code of a frame.
export function Embed({ share, form, set }: Props) {
  const code = frameOf(share);
  return (
    <fieldset className={style.group}>
      <legend>Embedding</legend>
      <Field
        label="Sites that may show it in a frame"
        optional
        help='Origins such as https://blog.example, one a line; "*" for all.'
      >
        {(d) => (
          <TextArea
            {...d}
            mono
            rows={2}
            value={form.frameOrigins}
            onChange={(e) => set({ frameOrigins: e.target.value })}
          />
        )}
      </Field>
      {(form.frameOrigins || (share.frameOrigins ?? []).length > 0) && (
        <div className={style.code}>
          <pre tabIndex={0} aria-label="Code of the frame">
            {code}
          </pre>
          <CopyButton text={code} label="Copy embed code" />
        </div>
      )}
      <Field label="Sites whose pages may run it" optional help="For pages that call the API themselves.">
        {(d) => (
          <TextArea
            {...d}
            mono
            rows={2}
            value={form.runOrigins}
            onChange={(e) => set({ runOrigins: e.target.value })}
          />
        )}
      </Field>
    </fieldset>
  );
}

// frameOf is the HTML of a frame. Its title comes from people and is escaped.
export function frameOf(share: Share): string {
  const src = linkOf(share).replace(/\/s\/([^/]+)$/, "/embed/$1");
  const title = titleOf(share).replace(/[&"<>]/g, (c) => `&#${c.charCodeAt(0)};`);
  return `<iframe src="${src}?showGraph" width="100%" height="760" allow="camera; clipboard-write" title="${title}"></iframe>`;
}
