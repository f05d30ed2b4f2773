import { lazy, Suspense, useState, type ReactNode, type RefObject } from "react";
import { StepRows } from "../graph/StepRows";
import { parse } from "../json/exact";
import { Button } from "../ui/Button";
import { EmptyState } from "../ui/EmptyState";
import { Segments } from "../ui/Segments";
import { Notice } from "../ui/Tag";
import { Canvas, type Wiring } from "./canvas/Canvas";
import type { FittingOf } from "./canvas/fitting";
import type { Graph } from "./canvas/graph";
import { EditingProvider, type Editing } from "./context";
import style from "./Editor.module.css";

const fetchJSON = () => import("./json/JSONTab");
const JSONTab = lazy(fetchJSON);

const Versions = lazy(() => import("./versions/Versions"));

// soon loads the editor of the text when the pointer or the keyboard comes near.
const soon = () => void fetchJSON().catch(() => undefined);

type View = "graph" | "json" | "versions";

interface Props {
  editing: Editing;
  graph: Graph;
  wiring: Pick<Wiring, "onConnect" | "onDelete" | "onInsert"> & { fitting: RefObject<FittingOf | null> };
  onOpen: (node: string, output: string) => void;
  onEnter: () => void;
  readOnly: boolean;
  narrow: boolean;
  live: number;
  notices: ReactNode;
}

// Stage is the middle of the editor: the same document as graph or as JSON.
export function Stage({ editing, graph, wiring, onOpen, onEnter, readOnly, narrow, live, notices }: Props) {
  const { document, troubles, selected, select, inspection } = editing;
  const [view, setView] = useState<View>("graph");
  // Behind another view the graph stays as it was.
  const [drawn, setDrawn] = useState({ graph, troubles });
  if (view === "graph" && (drawn.graph !== graph || drawn.troubles !== troubles)) setDrawn({ graph, troubles });
  if (narrow)
    return (
      <main className={style.phone} id="canvas">
        <div className={style.notices}>
          {notices}
          <Notice tone="plain" role="note">
            This screen is too small to edit on. You can look at the steps and run them.
          </Notice>
        </div>
        <StepRows
          graph={inspection?.graph ?? {}}
          definition={parse(document.doc.text) as Record<string, unknown>}
          steps={{}}
        />
      </main>
    );
  const views: { id: View; label: string }[] = [
    { id: "graph", label: "Graph" },
    { id: "json", label: "JSON" },
    { id: "versions", label: "Versions" },
  ];
  return (
    <main className={style.stage} id="canvas" tabIndex={-1}>
      <div className={style.views} onPointerEnter={soon} onFocus={soon}>
        <Segments label="View of the workflow" value={view} options={views} onChange={setView} />
      </div>
      <div className={style.notices}>
        {notices}
        {document.broken && (
          <Notice role="alert">
            <strong>The text is not JSON.</strong> {document.broken.why}. The graph stays as it was.{" "}
            {view !== "json" && (
              <Button look="link" onClick={() => setView("json")}>
                Go to the text
              </Button>
            )}{" "}
            <Button look="link" onClick={document.mend}>
              Drop what was typed
            </Button>
          </Notice>
        )}
      </div>
      <Canvas
        graph={drawn.graph}
        fitting={wiring.fitting}
        troubles={drawn.troubles}
        selected={selected}
        onSelect={select}
        onEnter={onEnter}
        onConnect={wiring.onConnect}
        onOpen={onOpen}
        onDelete={wiring.onDelete}
        onInsert={wiring.onInsert}
        readOnly={readOnly}
        away={view !== "graph"}
      />
      {view === "graph" && graph.boxes.length === 0 && (
        <div className={style.empty}>
          <EmptyState icon="plus" title="An empty workflow">
            Pick a block on the left, or press Tab.
          </EmptyState>
        </div>
      )}
      {view === "json" && (
        <div className={style.json}>
          <Suspense fallback={null}>
            <EditingProvider value={editing}>
              <JSONTab readOnly={false} />
            </EditingProvider>
          </Suspense>
        </div>
      )}
      {view === "versions" && (
        <Suspense fallback={null}>
          <EditingProvider value={editing}>
            <Versions live={live} onRestored={() => setView("graph")} />
          </EditingProvider>
        </Suspense>
      )}
    </main>
  );
}
