import type { SharedWorkflow } from "../../api/client";
import { kindOf } from "../../run/fields";
import { CopyButton } from "../../ui/CopyButton";
import { Dialog } from "../../ui/Dialog";
import { Tabs } from "../../ui/Tabs";
import style from "./SnippetDialog.module.css";
import { snippets } from "./snippets";

interface Props {
  view: SharedWorkflow;
  token: string;
  texts: Record<string, string>;
  onClose: () => void;
}

// SnippetDialog shows how to run a link from a program, with the values of the form.
export default function SnippetDialog({ view, token, texts, onClose }: Props) {
  const all = snippets(view, window.location.origin, token, texts);
  const inputs = view.interface?.inputs ?? [];
  const needs = [
    inputs.some((i) => kindOf(i) === "picture") && "a picture in photo.jpg",
    inputs.some((i) => i.credential) && "your credentials in the environment",
  ].filter(Boolean);
  return (
    <Dialog
      open
      onClose={onClose}
      wide
      title="Use in code"
      description={`Runs this link from a program${needs.length ? `, with ${needs.join(" and ")}` : ""}. Needs no package.`}
    >
      <Tabs
        label="Language"
        tabs={all.map((s) => ({
          id: s.id,
          label: s.title,
          content: (
            <>
              <pre
                className={style.program}
                tabIndex={0}
                role="group"
                aria-label={`${s.title} program`}
                data-snippet={s.id}
              >
                {s.text}
              </pre>
              <div className={style.foot}>
                <span className={style.run}>
                  Run it with <code>{s.run}</code>
                </span>
                <CopyButton size={40} text={s.text} label={`Copy ${s.title}`} />
              </div>
            </>
          ),
        }))}
      />
    </Dialog>
  );
}
