import { useEffect, useMemo } from "react";
import { Element } from "../../result/Element";
import { forget, read } from "../../result/values";
import type { StepStatus } from "../../run/useRun";
import style from "../Editor.module.css";
import { givenBy } from "./words";

// StepOutput shows the outputs of a step in the last run. Pictures are small copies.
export default function StepOutput({ status }: { status?: StepStatus }) {
  const outputs = status?.outputs;
  const values = useMemo(() => givenBy(outputs).map(([name, v]) => ({ name, label: name, value: read(v) })), [outputs]);
  useEffect(() => () => values.forEach((v) => forget(v.value)), [values]);
  if (!status) return <p className={style.quiet}>Run the workflow to see what this step gives.</p>;
  if (values.length === 0) return <p className={style.quiet}>It gave nothing: {status.state}.</p>;
  const elements = outputs?.elements ?? 1;
  return (
    <div className={style.output} data-part="step-output">
      {elements > 1 && <p className={style.quiet}>The first of {elements} elements.</p>}
      <Element values={values} />
      {(outputs?.cuts ?? []).length > 0 && <p className={style.quiet}>Long values are cut.</p>}
    </div>
  );
}
