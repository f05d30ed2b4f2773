import { useCallback, useEffect, useLayoutEffect, useMemo } from "react";
import { runShared, type Example, type Input, type RunResponse, type SharedWorkflow } from "../api/client";
import type { Failure } from "../api/failure";
import { HowItWorks } from "../graph/HowItWorks";
import { stepsOf } from "../graph/stepsOf";
import { useNarrow } from "../graph/useNarrow";
import { ResultPanel } from "../result/ResultPanel";
import { labelOf } from "../run/fields";
import type { Picture } from "../run/picture";
import { RunPanel } from "../run/RunPanel";
import { SamplePicker, sampleIn } from "../run/SamplePicker";
import { changed, startTexts, useForm, type Form, type Given } from "../run/useForm";
import { useRun, type Result, type Start } from "../run/useRun";
import { useSamples, type SampleSet } from "../run/useSamples";
import { Notice } from "../ui/Tag";
import { removeFirst } from "./first";
import { Guide } from "./Guide";
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
const noPictures = new Map<string, Picture[]>();

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
  useLayoutEffect(() => {
    if (!samples.waits) removeFirst(); // with the picture in its place
  }, [samples.waits]);
  const form = useForm(inputs, samples.values, samples.pictures);
  const sample = sampleIn(samples.sets, form, (set) => startTexts(inputs, set.values));
  const example = useMemo(() => exampleOf(view.examples, sample, form), [view.examples, sample, form]);
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
      samples={samples.sets.length > 0 ? noPictures : samples.pictures}
      lead={<SamplePicker sets={samples.sets} chosen={sample} form={form} disabled={run.phase === "running"} />}
      moved={view.terms?.movedCredentials}
      run={run}
      runnable={!!view.runnable && !needed}
      cost={costOf(view, allowances)}
      onCancel={cancel}
      onRun={async (request, given: Given) => {
        if (narrow) document.querySelector("[data-part=result]")?.scrollIntoView({ block: "start" });
        const end = await begin(request, given);
        if (end.phase === "failed" || end.phase === "cancelled") void onStale(); // the link itself may be gone
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
      example={example}
      onCancel={cancel}
      used={result && <Used response={result.response} allowances={allowances} />}
    />,
  ];
  return (
    <>
      <Intro link={link} view={view} allowances={allowances} />
      {view.runAllowed && (
        <div className={style.bench} id="run" tabIndex={-1}>
          {narrow ? panels.reverse() : panels}
        </div>
      )}
      {view.presentation?.guide && <Guide text={view.presentation.guide} owner={view.owner ?? ""} />}
      {link.showGraph && view.viewAllowed && (
        <HowItWorks
          graph={view.graph ?? {}}
          definition={view.definition as Record<string, unknown> | undefined}
          steps={run.steps}
        />
      )}
    </>
  );
}

// exampleOf is the stored result of the sample in the form. Where no sample has a title, it is
// that of the inputs at the start.
function exampleOf(examples: Example[] | undefined, sample: SampleSet | undefined, form: Form): Result | undefined {
  const pristine = Object.values(form.pictures).every((p) => !p || p.from === "sample");
  const title = sample ? sample.title : pristine ? "" : undefined;
  const found = examples?.find((e) => (e.sample ?? "") === title);
  if (!found) return undefined;
  const outputs = found.outputs as RunResponse["outputs"];
  return { response: { outputs }, given: { texts: form.texts, pictures: form.pictures }, took: 0 };
}
