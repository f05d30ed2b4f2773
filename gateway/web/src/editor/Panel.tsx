import { lazy, Suspense } from "react";
import { useEditing } from "./context";
import type { Element, Place } from "./model/doc";
import { InputPanel } from "./forms/InputPanel";
import { StepPanel } from "./forms/StepPanel";
import { WorkflowPanel } from "./forms/WorkflowPanel";

const StepOutput = lazy(() => import("./run/StepOutput"));

// Panel shows the settings of the selected element.
export function Panel({ element, readOnly }: { element?: Element & { place: Place }; readOnly: boolean }) {
  const { ran } = useEditing();
  if (element?.place === "steps")
    return (
      <StepPanel
        key={element.name}
        step={element}
        readOnly={readOnly}
        output={
          <Suspense fallback={null}>
            <StepOutput status={ran[element.name]} />
          </Suspense>
        }
      />
    );
  if (element?.place === "inputs") return <InputPanel key={element.name} input={element} readOnly={readOnly} />;
  return <WorkflowPanel readOnly={readOnly} />;
}
