import { useQueryClient } from "@tanstack/react-query";
import { useRef, useState, type DragEvent } from "react";
import { createWorkflow, saveDraft } from "../../api/editor";
import type { Failure } from "../../api/failure";
import { blank } from "../../editor/model/doc";
import { unwrap } from "../../editor/model/unwrap";
import { format } from "../../editor/text/patch";
import { Button } from "../../ui/Button";
import { Dialog, DialogFoot } from "../../ui/Dialog";
import { Field, Input, TextArea } from "../../ui/Field";
import { Trouble } from "../parts/Trouble";
import page from "../parts/Page.module.css";
import { Link, navigate, pathOf } from "../routes";
import { useMe } from "../session";

const largest = 1 << 20; // bytes of a definition

// NewWorkflow makes a workflow, blank or from a definition of Roboflow, and opens the editor.
export default function NewWorkflow({ onClose }: { onClose: () => void }) {
  const { workspace } = useMe();
  const queries = useQueryClient();
  const [title, setTitle] = useState("");
  const [pasted, setPasted] = useState("");
  const [wrong, setWrong] = useState("");
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<Failure | null>(null);
  const file = useRef<HTMLInputElement>(null);
  const made = useRef(""); // id of the workflow, if only its draft could not be saved

  const take = (text: string) => {
    setPasted(text);
    setWrong(text.trim() === "" ? "" : faultOf(text));
  };
  const takeFile = async (file: File | undefined) => {
    if (!file) return;
    if (file.size > largest) return setWrong("The file is larger than 1 MB.");
    take(await file.text());
    if (!title) setTitle(file.name.replace(/\.json$/i, "").slice(0, 200));
  };
  const drop = (e: DragEvent) => {
    if (e.dataTransfer.files.length === 0) return;
    e.preventDefault();
    void takeFile(e.dataTransfer.files[0]);
  };
  const create = async () => {
    setBusy(true);
    setFailure(null);
    try {
      made.current ||= (await createWorkflow(workspace, title.trim() || "Untitled workflow")).name?.split("/")[3] ?? "";
      const workflow = made.current;
      const text = pasted.trim() === "" ? blank : format(unwrap(pasted));
      await saveDraft({ workspace, workflow }, text, "");
      void queries.invalidateQueries({ queryKey: ["workflows", workspace] });
      navigate(pathOf.edit(workspace, workflow));
    } catch (cause) {
      setFailure(cause as Failure);
      setBusy(false);
    }
  };
  return (
    <Dialog open wide onClose={onClose} title="New workflow" description="Start blank, or from a definition.">
      <div className={page.stack} onDragOver={(e) => e.preventDefault()} onDrop={drop}>
        <p className={page.quiet}>
          Or start from a <Link href={pathOf.templates(workspace)}>template</Link>: each comes with a sample and a
          guide.
        </p>
        <Field label="Title">
          {(d) => (
            <Input
              {...d}
              value={title}
              maxLength={200}
              placeholder="Untitled workflow"
              onChange={(e) => setTitle(e.target.value)}
            />
          )}
        </Field>
        <Field
          label="Definition"
          optional
          error={wrong}
          help="Paste a Roboflow definition, or drop its file here. Leave it empty for a blank workflow."
          aside={
            <>
              <Button size={28} onClick={() => file.current?.click()}>
                Choose a file
              </Button>
              <input
                ref={file}
                className="sr-only"
                type="file"
                tabIndex={-1}
                aria-label="A file with the definition"
                accept="application/json,.json"
                onChange={(e) => void takeFile(e.target.files?.[0] ?? undefined)}
              />
            </>
          }
        >
          {(d) => <TextArea {...d} mono rows={10} value={pasted} onChange={(e) => take(e.target.value)} />}
        </Field>
        {failure && <Trouble failure={failure} />}
      </div>
      <DialogFoot>
        <Button size={40} onClick={onClose}>
          Cancel
        </Button>
        <Button size={40} look="filled" busy={busy} disabled={wrong !== ""} onClick={() => void create()}>
          Create and edit
        </Button>
      </DialogFoot>
    </Dialog>
  );
}

function faultOf(text: string): string {
  try {
    unwrap(text);
    return "";
  } catch (cause) {
    return (cause as Error).message;
  }
}
