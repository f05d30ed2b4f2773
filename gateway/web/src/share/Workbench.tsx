import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import { runShared, type Input, type SharedWorkflow } from "../api/client";
import type { Failure } from "../api/failure";
import { HowItWorks } from "../graph/HowItWorks";
import { stepsOf } from "../graph/stepsOf";
import { useNarrow } from "../graph/useNarrow";
import { ResultPanel } from "../result/ResultPanel";
import { labelOf } from "../run/fields";
import { RunPanel } from "../run/RunPanel";
import { changed, useForm, type Given } from "../run/useForm";
import { useRun, type Start } from "../run/useRun";
import { useSamples } from "../run/useSamples";
import { Notice } from "../ui/Tag";
import { Intro } from "./Intro";
import { KeyField } from "./KeyField";
import type { Link } from "./link";
import { costOf } from "./terms";
import { Used } from "./Used";
import style from "./Workbench.module.css";

interface Props {
  link: Link;
  view: SharedWorkflow;
  ownKey: string;
  setKey: (key: string) => void;
  keyRefused: Failure | null;
  // Asks for the view again, and returns it.
  onStale: () => Promise<SharedWorkflow | undefined>;
  // What the form holds, for programs that run the link.
  onForm: (texts: Record<string, string>) => void;
}

const none: Input[] = [];
const settled = 2_000; // ms after a run until its charge is certain

// Workbench shows a workflow that visitors can run: inputs, result, steps.
export function Workbench({ link, view, ownKey, setKey, keyRefused, onStale, onForm }: Props) {
  const all = view.interface?.inputs ?? none;
  // No key is typed into a frame of another site.
  const inputs = useMemo(() => (link.embed ? all.filter((i) => !i.credential) : all), [all, link.embed]);
  const needed = link.embed ? all.find((i) => i.credential && i.required) : undefined;
  const start = useCallback<Start>(
    (request, signal) => runShared(link.token, ownKey, request, signal),
    [link.token, ownKey],
  );
  const { run, result, begin, cancel } = useRun(start);
  const samples = useSamples(inputs, view.samples, view.versionHash);
  const form = useForm(inputs, samples.values, samples.pictures);
  const [counted, setCounted] = useState<boolean>();
  const runs = useRef(0);
  useEffect(() => onForm(form.texts), [form.texts, onForm]);

  const fresh = run.phase === "succeeded" ? result?.response.allowances : undefined;
  const allowances = fresh ?? view.allowances ?? [];
  const steps = useMemo(() => stepsOf(view.graph), [view.graph]);
  const narrow = useNarrow();

  const panels = [
    <RunPanel
      key="form"
      inputs={inputs}
      form={form}
      samples={samples.pictures}
      moved={view.terms?.movedCredentials}
      run={run}
      runnable={!!view.runnable && !needed}
      cost={costOf(view, allowances)}
      onCancel={cancel}
      onRun={async (request, given: Given) => {
        runs.current++;
        setCounted(undefined);
        if (narrow) document.querySelector("[data-part=result]")?.scrollIntoView({ block: "start" });
        const end = await begin(request, given);
        if (end.phase === "failed" || end.phase === "cancelled") {
          const mine = ++runs.current;
          void onStale(); // the link itself may be gone
          // The server settles a run after its stream has ended, and keeps a view for a second.
          setTimeout(async () => {
            const now = await onStale();
            if (runs.current === mine) setCounted(countedOf(allowances, now?.allowances ?? []));
          }, settled);
        }
        return end;
      }}
    >
      {needed && (
        <Notice tone="plain" icon="key">
          This needs your {labelOf(needed)}. No key is typed into a frame of another site:{" "}
          <a href={`/s/${link.token}`} target="_blank" rel="noopener">
            Open full page
          </a>
        </Notice>
      )}
      {!link.embed && (
        <KeyField
          ownKey={ownKey}
          setKey={setKey}
          refused={keyRefused}
          charged={view.terms?.charged ?? ""}
          disabled={run.phase === "running"}
        />
      )}
    </RunPanel>,
    <ResultPanel
      key="result"
      inputs={inputs}
      outputs={view.interface?.outputs ?? []}
      steps={steps}
      run={run}
      result={result}
      changed={result ? changed(result.given, form) : ""}
      picture={Object.values(form.pictures).find((p) => p?.shown)}
      runnable={!!view.runnable}
      counted={counted}
      onCancel={cancel}
      used={result && <Used response={result.response} allowances={allowances} />}
    />,
  ];
  return (
    <>
      <Intro link={link} view={view} allowances={allowances} />
      <div className={style.bench} id="run" tabIndex={-1}>
        {narrow ? panels.reverse() : panels}
      </div>
      {link.showGraph && (
        <HowItWorks
          graph={view.graph ?? {}}
          definition={view.definition as Record<string, unknown> | undefined}
          steps={run.steps}
        />
      )}
    </>
  );
}

// countedOf compares what the visitor had left before and after a run. What others use of a
// shared allowance says nothing, so only the visitor's own is compared.
export function countedOf(
  before: { scope?: string; runsLeft?: string }[],
  after: { scope?: string; runsLeft?: string }[],
): boolean | undefined {
  for (const scope of ["visitor", "key"]) {
    const [b, a] = [before, after].map((list) => list.find((x) => x.scope === scope)?.runsLeft);
    if (b !== undefined && a !== undefined) return Number(a) < Number(b);
  }
  return undefined;
}
