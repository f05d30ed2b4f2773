import { lazy, Suspense, useId, useState } from "react";
import type { Graph } from "../api/client";
import type { StepStatus } from "../run/useRun";
import { Button } from "../ui/Button";
import panel from "../ui/Panel.module.css";
import style from "./HowItWorks.module.css";
import { StepRows } from "./StepRows";
import { Strip } from "./Strip";
import { useNarrow } from "./useNarrow";

const GraphSection = lazy(() => import("./GraphSection"));

interface Props {
  graph: Graph;
  definition: Record<string, unknown> | undefined;
  steps: Record<string, StepStatus>;
}

// HowItWorks shows the steps as a strip, drawn without a library. The interactive graph is loaded when it is opened. On
// a narrow screen the steps are a list.
export function HowItWorks({ graph, definition, steps }: Props) {
  const title = useId();
  const narrow = useNarrow();
  const [open, setOpen] = useState(false);
  const [json, setJSON] = useState(false);
  const count = (graph.nodes ?? []).filter((n) => n.id?.startsWith("steps.")).length;
  const whole = open && !narrow;
  return (
    <section
      className={`${panel.panel} ${style.section}`}
      data-open={whole || undefined}
      aria-labelledby={title}
      data-part="how-it-works"
    >
      <div className={style.head}>
        <div>
          <h2 className={style.title} id={title}>
            How it works
          </h2>
          <p className={style.sub}>{count === 1 ? "1 step" : `${count} steps`}, read-only</p>
        </div>
        {!narrow && (
          <div className={style.actions}>
            {whole && (
              <Button icon="braces" aria-pressed={json} onClick={() => setJSON(!json)}>
                Definition as JSON
              </Button>
            )}
            <Button icon="fork" aria-expanded={open} onClick={() => setOpen(!open)}>
              {open ? "Close the graph" : "Open the graph"}
            </Button>
          </div>
        )}
      </div>
      {narrow ? (
        <StepRows graph={graph} definition={definition} steps={steps} />
      ) : whole ? (
        <Suspense fallback={<div className={style.room} aria-busy="true" />}>
          <GraphSection graph={graph} definition={definition} steps={steps} json={json} />
        </Suspense>
      ) : (
        <Strip graph={graph} steps={steps} onOpen={() => setOpen(true)} />
      )}
    </section>
  );
}
