import { useMemo, useState } from "react";
import type { Input } from "../../api/client";
import type { Failure } from "../../api/failure";
import type { Model } from "../../api/manage";
import { ResultPanel } from "../../result/ResultPanel";
import { RunPanel } from "../../run/RunPanel";
import { changed, useForm } from "../../run/useForm";
import { useRun } from "../../run/useRun";
import { Button } from "../../ui/Button";
import page from "../parts/Page.module.css";
import { Trouble } from "../parts/Trouble";
import { navigate, pathOf } from "../routes";
import { useMe } from "../session";
import { definitionOf, keepTrial, outputsOf, startTrial } from "./trial";
import { idOfModel } from "./words";

const inputs: Input[] = [{ name: "image", type: "WorkflowImage", kinds: ["image"], required: true, label: "Picture" }];
const steps = [{ name: "model", title: "The model" }];
const none = new Map<string, never>();

// TryModel runs the newest version of a model on a picture.
export default function TryModel({ model: m }: { model: Model }) {
  const { workspace } = useMe();
  const id = idOfModel(m);
  const task = m.task ?? "";
  const title = m.title || id;
  const definition = definitionOf(task, `${workspace}/${id}/${m.latestVersion}`);
  const start = useMemo(() => startTrial(workspace, title, definition), [workspace, title, definition]);
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<Failure | null>(null);
  const keep = async () => {
    setBusy(true);
    try {
      navigate(pathOf.edit(workspace, await keepTrial(workspace, title, definition)));
    } catch (cause) {
      setFailure(cause as Failure);
      setBusy(false);
    }
  };
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
              <Button look="link" busy={busy} onClick={() => void keep()}>
                Make a workflow of it
              </Button>
              {failure && <Trouble failure={failure} />}
            </>
          }
          onCancel={cancel}
        />
      </div>
    </section>
  );
}
