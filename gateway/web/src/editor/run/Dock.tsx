import { useQuery } from "@tanstack/react-query";
import { memo, useCallback, useEffect, useMemo, useState, type RefObject } from "react";
import type { Input } from "../../api/client";
import { runWorkflow } from "../../api/editor";
import type { Failure } from "../../api/failure";
import { listShares, type Inspection, type Page, type Share, type WorkflowPath } from "../../api/owner";
import { ResultPanel } from "../../result/ResultPanel";
import { keepRun } from "../../run/lastRun";
import { RunPanel } from "../../run/RunPanel";
import { changed, useForm } from "../../run/useForm";
import { useRun, type Run, type Start, type StepStatus } from "../../run/useRun";
import { useSamples } from "../../run/useSamples";
import { Button } from "../../ui/Button";
import { classes } from "../../ui/classes";
import type { WordStore } from "../canvas/stepWords";
import type { Doc } from "../model/doc";
import style from "./Dock.module.css";
import { clock } from "../clock";
import { keptBy } from "./kept";
import { Timeline } from "./Timeline";
import { useShared } from "../useShared";
import { useTemplateSample } from "./useTemplateSample";

interface Props {
  path: WorkflowPath;
  doc: Doc;
  inspection: Inspection;
  store: WordStore;
  // Why it cannot run now; empty if it can.
  blocked: string;
  onSelect: (id: string) => void;
  form: RefObject<HTMLDivElement | null>;
  // Saves the draft, and returns its etag.
  flush: () => Promise<string>;
  onRan: (steps: Record<string, StepStatus>) => void;
}

const none: Input[] = [];

// Dock runs the workflow and shows what each step did.
export const Dock = memo(function Dock(props: Props) {
  const { path, doc, inspection, store, blocked, onSelect, form: room, flush, onRan } = props;
  const inputs = inspection.interface?.inputs ?? none;
  const [open, setOpen] = useState(true);
  const { workspace, workflow } = path;
  const start = useCallback<Start>(
    async (request, signal) => runWorkflow({ workspace, workflow }, request, await flush(), signal),
    [workspace, workflow, flush],
  );
  const { run, result, begin, cancel } = useRun(start);
  const shares = useQuery<Page<Share>, Failure>({
    queryKey: ["shares", workspace, workflow, "first"],
    queryFn: () => listShares({ workspace, workflow }, ""),
  });
  const sample = useTemplateSample();
  const given = shares.data?.rows.find((s) => (s.samples ?? []).length > 0)?.samples ?? sample;
  const samples = useSamples(inputs, given, `${given?.length} ${inputs.map((i) => i.name).join(" ")}`);
  const form = useForm(inputs, samples.values, samples.pictures);
  const [ran, setRan] = useState({ text: "", time: "" });
  useEffect(() => {
    store.set(run.steps, keptBy(doc, run.steps));
    onRan(run.steps);
  }, [store, run.steps, onRan, doc]);
  useEffect(() => () => store.set({}, new Map()), [store]);
  const steps = useShared(useMemo(() => doc.steps.map((s) => ({ name: s.name, title: s.type })), [doc]));
  return (
    <section className={classes(style.dock, !open && style.shut)} aria-label="Run" data-part="dock" ref={room}>
      <div className={style.bar}>
        <h2 className={style.title}>Run</h2>
        <span className={style.said} role="status" data-old={ran.text !== doc.text || undefined}>
          {saidOf(run, ran, doc.text)}
        </span>
        <Button look="ghost" square size={28} icon={open ? "down" : "up"} onClick={() => setOpen(!open)}>
          {open ? "Fold the run panel" : "Unfold the run panel"}
        </Button>
      </div>
      <div className={style.parts} hidden={!open}>
        <div className={style.part}>
          <RunPanel
            inputs={inputs}
            form={form}
            samples={samples.pictures}
            run={run}
            runnable={blocked === ""}
            cost={blocked || "It runs under your key."}
            onCancel={cancel}
            onRun={(request, given) => {
              setRan({ text: doc.text, time: clock(new Date().toISOString()) });
              setOpen(true);
              keepRun(path, given);
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
        <Timeline steps={steps} run={run} onSelect={onSelect} />
      </div>
    </section>
  );
});

function saidOf(run: Run, ran: { text: string; time: string }, text: string): string {
  if (run.phase !== "succeeded") return "";
  return ran.text === text ? `Ran at ${ran.time}` : `The workflow has changed since the run at ${ran.time}.`;
}
