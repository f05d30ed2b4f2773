import { ReactFlowProvider } from "@xyflow/react";
import { lazy, Suspense, useEffect, useMemo, useRef, useState } from "react";
import type { Graph } from "../api/client";
import { stringify } from "../json/exact";
import type { StepStatus } from "../run/useRun";
import { Canvas } from "./Canvas";
import style from "./GraphSection.module.css";
import { Inspector } from "./Inspector";
import { Steps, useStepStore } from "./steps";

const JSONView = lazy(() => import("../json/JSONView"));

interface Props {
  graph: Graph;
  definition: Record<string, unknown> | undefined;
  steps: Record<string, StepStatus>;
  // Whether the page shows the definition next to the graph.
  json: boolean;
  // The block whose settings are open at the start.
  start?: string;
}

// GraphSection shows a workflow: graph, settings of a block, JSON.
export default function GraphSection({ graph, definition, steps, json, start = "" }: Props) {
  const store = useStepStore(steps);
  const room = useRef<HTMLDivElement>(null);
  const [selected, setSelected] = useState(start);
  const text = useMemo(() => stringify(definition ?? {}, 2), [definition]);
  const name = selected.split(".").slice(1).join(".");
  // The focus returns to the graph once the settings are gone.
  const closing = useRef(false);
  const close = () => {
    closing.current = true;
    setSelected("");
  };
  useEffect(() => {
    if (selected || !closing.current) return;
    closing.current = false;
    room.current?.querySelector<HTMLElement>("[data-part=graph-keys]")?.focus();
  }, [selected]);
  return (
    <div className={style.body} ref={room}>
      <Steps value={store}>
        <ReactFlowProvider>
          <Canvas graph={graph} selected={selected} onSelect={setSelected} />
        </ReactFlowProvider>
      </Steps>
      {selected && (
        <aside className={style.aside} aria-label="Settings">
          <Inspector graph={graph} definition={definition} id={selected} onClose={close} />
        </aside>
      )}
      {json && (
        <aside className={style.aside} aria-label="Definition">
          <Suspense fallback={null}>
            <JSONView
              text={text}
              label="The definition as JSON"
              find={selected ? `"name": ${JSON.stringify(name)}` : undefined}
            />
          </Suspense>
        </aside>
      )}
    </div>
  );
}
