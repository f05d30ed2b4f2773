import * as Tabs from "@radix-ui/react-tabs";
import type { SharedWorkflow } from "../../api/client";
import { CopyButton } from "../../ui/CopyButton";
import { Dialog } from "../../ui/Dialog";
import { kindOf } from "../fields";
import { snippets } from "./snippets";

// SnippetDialog shows how to run a link from a program.
export default function SnippetDialog({
  view,
  token,
  onClose,
}: {
  view: SharedWorkflow;
  token: string;
  onClose: () => void;
}) {
  const all = snippets(view, window.location.origin, token);
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
      <Tabs.Root defaultValue="curl">
        <Tabs.List className="tabs" aria-label="Language">
          {all.map((s) => (
            <Tabs.Trigger key={s.id} className="tab" value={s.id}>
              {s.title}
            </Tabs.Trigger>
          ))}
        </Tabs.List>
        {all.map((s) => (
          <Tabs.Content key={s.id} value={s.id} className="snippet" tabIndex={-1}>
            <pre tabIndex={0} role="group" aria-label={`${s.title} program`} data-snippet={s.id}>
              {s.text}
            </pre>
            <div className="snippet-foot">
              <span className="quiet-text">
                Run it with <code>{s.run}</code>
              </span>
              <CopyButton text={s.text} label={`Copy ${s.title}`} />
            </div>
          </Tabs.Content>
        ))}
      </Tabs.Root>
    </Dialog>
  );
}
