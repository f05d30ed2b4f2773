import type { Element, Place } from "./model/doc";
import { InputPanel } from "./forms/InputPanel";
import { StepPanel } from "./forms/StepPanel";
import { WorkflowPanel } from "./forms/WorkflowPanel";
import style from "./Editor.module.css";

// Panel is the settings of what is selected.
export function Panel({ element, readOnly }: { element?: Element & { place: Place }; readOnly: boolean }) {
  if (element?.place === "steps")
    return (
      <StepPanel
        key={element.name}
        step={element}
        readOnly={readOnly}
        output={<p className={style.quiet}>Run it to see what this step gives.</p>}
      />
    );
  if (element?.place === "inputs") return <InputPanel key={element.name} input={element} readOnly={readOnly} />;
  return <WorkflowPanel readOnly={readOnly} />;
}
