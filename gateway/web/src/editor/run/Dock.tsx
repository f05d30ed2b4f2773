import { useCallback, useEffect, useMemo, useRef, useState, type RefObject } from "react";
import type { Input } from "../../api/client";
import { runWorkflow } from "../../api/editor";
import type { Inspection, WorkflowPath } from "../../api/owner";
import { ResultPanel } from "../../result/ResultPanel";
import { RunPanel } from "../../run/RunPanel";
import { changed, useForm } from "../../run/useForm";
import { useRun, type Start } from "../../run/useRun";
import { Button } from "../../ui/Button";
import { classes } from "../../ui/classes";
import type { WordStore } from "../canvas/stepWords";
import type { Doc } from "../model/doc";
import style from "./Dock.module.css";
import { Timeline } from "./Timeline";

interface Props {
  path: WorkflowPath;
  doc: Doc;
  inspection: Inspection;
  store: WordStore;
  // Why it cannot run now; empty if it can.
  blocked: string;
  selected: string;
  onSelect: (id: string) => void;
  form: RefObject<HTMLDivElement | null>;
}

const none: Input[] = [];
const noSamples = { values: new Map<string, unknown>(), pictures: new Map() };

// Dock runs the workflow and shows what each step did.
export function Dock({ path, doc, inspection, store, blocked, selected, onSelect, form: room }: Props) {
  const inputs = inspection.interface?.inputs ?? none;
  const [open, setOpen] = useState(true);
  const { workspace, workflow } = path;
  const start = useCallback<Start>(
    (request, signal) => runWorkflow({ workspace, workflow }, request, signal),
    [workspace, workflow],
  );
  const { run, result, begin, cancel } = useRun(start);
  const form = useForm(inputs, noSamples.values, noSamples.pictures);
  const ran = useRef("");
  useEffect(() => store.set(run.steps, {}), [store, run.steps]);
  const steps = useMemo(() => doc.steps.map((s) => ({ name: s.name, title: s.type })), [doc]);
  return (
    <section className={classes(style.dock, !open && style.shut)} aria-label="Run" data-part="dock" ref={room}>
      <div className={style.bar}>
        <h2 className={style.title}>Run</h2>
        <span className={style.said} role="status">
          {run.phase === "succeeded" && ran.current !== doc.text ? "The workflow has changed since this run." : ""}
        </span>
        <Button
          look="ghost"
          square
          size={28}
          icon={open ? "down" : "up"}
          aria-expanded={open}
          onClick={() => setOpen(!open)}
        >
          {open ? "Fold the run panel" : "Unfold the run panel"}
        </Button>
      </div>
      <div className={style.parts} hidden={!open}>
        <div className={style.part}>
          <RunPanel
            inputs={inputs}
            form={form}
            samples={noSamples.pictures}
            run={run}
            runnable={blocked === ""}
            cost={blocked || "It runs under your key."}
            onCancel={cancel}
            onRun={(request, given) => {
              ran.current = doc.text;
              setOpen(true);
              return begin(request, given);
            }}
          />
        </div>
        <div className={style.part}>
          <ResultPanel
            inputs={inputs}
            outputs={inspection.interface?.outputs ?? []}
            steps={steps}
            run={run}
            result={result}
            changed={result ? changed(result.given, form) : ""}
            picture={Object.values(form.pictures).find((p) => p?.shown)}
            runnable={blocked === ""}
            onCancel={cancel}
          />
        </div>
        <Timeline steps={steps} run={run} selected={selected} onSelect={onSelect} />
      </div>
    </section>
  );
}
