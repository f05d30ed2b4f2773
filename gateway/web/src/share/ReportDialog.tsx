import { useState, type FormEvent } from "react";
import { explain, sentence } from "../api/explain";
import type { Failure } from "../api/failure";
import { kinds, reportLink, type Kind } from "../api/reports";
import { Button } from "../ui/Button";
import { Dialog, DialogFoot } from "../ui/Dialog";
import { Field, TextArea } from "../ui/Field";
import { Select } from "../ui/Select";
import { Notice } from "../ui/Tag";

interface Props {
  token: string;
  onDone: () => void;
  onClose: () => void;
}

export default function ReportDialog({ token, onDone, onClose }: Props) {
  const [kind, setKind] = useState<Kind>("REPORT_KIND_PHISHING");
  const [words, setWords] = useState("");
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState("");
  const submit = async (e: FormEvent) => {
    e.preventDefault();
    if (busy) return;
    setBusy(true);
    setProblem("");
    try {
      await reportLink(token, kind, words.trim());
      onDone();
      onClose();
    } catch (cause) {
      const f = cause as Failure;
      setProblem(sentence(f.message) || explain(f).title);
      setBusy(false);
    }
  };
  return (
    <Dialog
      open
      onClose={onClose}
      title="Report this link"
      description="The owner of the link and the operator of this server read it. They do not learn who you are."
    >
      <form onSubmit={(e) => void submit(e)}>
        <Field label="What is wrong?">
          {(d) => <Select {...d} options={kinds} value={kind} onChange={(e) => setKind(e.target.value as Kind)} />}
        </Field>
        <Field label="More about it" optional help="Do not write keys or passwords here.">
          {(d) => (
            <TextArea {...d} rows={4} maxLength={1000} value={words} onChange={(e) => setWords(e.target.value)} />
          )}
        </Field>
        {problem && <Notice role="alert">{problem}</Notice>}
        <DialogFoot>
          <Button size={40} onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" size={40} look="filled" busy={busy}>
            Send the report
          </Button>
        </DialogFoot>
      </form>
    </Dialog>
  );
}
