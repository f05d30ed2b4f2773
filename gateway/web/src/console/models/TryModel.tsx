import { useMemo } from "react";
import type { Input } from "../../api/client";
import type { Model } from "../../api/manage";
import { ResultPanel } from "../../result/ResultPanel";
import { RunPanel } from "../../run/RunPanel";
import { changed, useForm } from "../../run/useForm";
import { useRun } from "../../run/useRun";
import page from "../parts/Page.module.css";
import { Link, pathOf } from "../routes";
import { useMe } from "../session";
import { definitionOf, outputsOf, startTrial, trialOf } from "./trial";
import { idOfModel } from "./words";

const inputs: Input[] = [{ name: "image", type: "WorkflowImage", kinds: ["image"], required: true, label: "Picture" }];
const steps = [{ name: "model", title: "The model" }];
const none = new Map<string, never>();

// TryModel runs the newest version of a model on a picture.
export default function TryModel({ model: m }: { model: Model }) {
  const { workspace } = useMe();
  const id = idOfModel(m);
  const task = m.task ?? "";
  const workflow = trialOf(id);
  const name = `${workspace}/${id}/${m.latestVersion}`;
  const start = useMemo(
    () => startTrial({ workspace, workflow }, m.title || id, definitionOf(task, name)),
    [workspace, workflow, m.title, id, task, name],
  );
  const { run, result, begin, cancel } = useRun(start);
  const form = useForm(inputs, none, none);
  return (
    <section className={page.section} aria-labelledby="try">
      <h2 className={page.sub} id="try">
        Try it on a picture
      </h2>
      <div className={page.columns}>
        <RunPanel
          inputs={inputs}
          form={form}
          samples={none}
          run={run}
          runnable
          cost="One run under your key. The picture is not kept."
          onRun={begin}
          onCancel={cancel}
        />
        <ResultPanel
          inputs={inputs}
          outputs={outputsOf(task)}
          steps={steps}
          run={run}
          result={result}
          changed={result ? changed(result.given, form) : ""}
          picture={form.pictures.image}
          runnable
          used={
            <>
              It ran as the draft of a workflow. <Link href={pathOf.edit(workspace, workflow)}>Open in the editor</Link>
            </>
          }
          onCancel={cancel}
        />
      </div>
    </section>
  );
}
