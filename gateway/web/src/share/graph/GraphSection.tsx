import {
  ReactFlow,
  ReactFlowProvider,
  useReactFlow,
  type Edge,
  type EdgeChange,
  type Node,
  type NodeChange,
} from "@xyflow/react";
import "@xyflow/react/dist/base.css";
import "./graph.css";
import { lazy, memo, Suspense, useCallback, useEffect, useId, useMemo, useRef, useState } from "react";
import type { Graph, SharedWorkflow } from "../../api/client";
import { stringify } from "../../json/exact";
import { Icon } from "../../ui/icons";
import type { StepStatus } from "../useRun";
import { BlockNode, type BlockData } from "./BlockNode";
import { Inspector } from "./Inspector";
import { KindEdge } from "./KindEdge";
import { Steps, useStepStore } from "./steps";

const JSONView = lazy(() => import("../../json/JSONView"));
const nodeTypes = { block: BlockNode };
const edgeTypes = { kinds: KindEdge };
const empty: Graph = {};

interface Props {
  view: SharedWorkflow;
  steps: Record<string, StepStatus>;
}

// GraphSection shows the workflow: graph, settings of a block, JSON.
export default function GraphSection({ view, steps }: Props) {
  const title = useId();
  const store = useStepStore(steps);
  const [selected, setSelected] = useState("");
  const [json, setJSON] = useState(false);
  const text = useMemo(() => stringify(view.definition ?? {}, 2), [view.definition]);
  const count = (view.graph?.nodes ?? []).filter((n) => n.id?.startsWith("steps.")).length;
  const name = selected.split(".").slice(1).join(".");
  return (
    <section className="panel graph-panel" aria-labelledby={title}>
      <div className="panel-head">
        <h2 id={title}>Workflow</h2>
        <span className="quiet-text">{count === 1 ? "1 step" : `${count} steps`}, read-only</span>
        <button type="button" className="button small push" aria-pressed={json} onClick={() => setJSON(!json)}>
          <Icon name="braces" /> JSON
        </button>
      </div>
      <div className="graph-body">
        <Steps value={store}>
          <ReactFlowProvider>
            <Canvas graph={view.graph ?? empty} selected={selected} onSelect={setSelected} />
          </ReactFlowProvider>
        </Steps>
        {selected && (
          <aside className="graph-aside" aria-label="Settings">
            <Inspector view={view} id={selected} onClose={() => setSelected("")} />
          </aside>
        )}
        {json && (
          <aside className="graph-aside" aria-label="Definition">
            <Suspense fallback={<p className="quiet-text">Loading…</p>}>
              <JSONView
                text={text}
                label="The definition as JSON"
                find={selected ? `"name": ${JSON.stringify(name)}` : undefined}
              />
            </Suspense>
          </aside>
        )}
      </div>
    </section>
  );
}

const Canvas = memo(function Canvas({
  graph,
  selected,
  onSelect,
}: {
  graph: Graph;
  selected: string;
  onSelect: (id: string) => void;
}) {
  const flow = useReactFlow();
  const room = useRef<HTMLDivElement>(null);
  const blocks = useMemo(() => nodesOf(graph), [graph]);
  const nodes = useMemo(
    () => (selected ? blocks.map((b) => (b.id === selected ? { ...b, selected: true } : b)) : blocks),
    [blocks, selected],
  );
  const [edge, setEdge] = useState("");
  const lines = useMemo(() => edgesOf(graph), [graph]);
  const edges = useMemo(
    () => (edge ? lines.map((l) => (l.id === edge ? { ...l, selected: true } : l)) : lines),
    [lines, edge],
  );
  const place = useCallback(
    (whole: boolean) => {
      const box = room.current?.getBoundingClientRect();
      if (!box || !graph.width || !graph.height) return;
      const all = Math.min(1, (box.width - 32) / graph.width, (box.height - 32) / graph.height);
      const readable = Math.max(all, Math.min(0.56, (box.height - 32) / graph.height), 0.2); // where only the beginning fits, that
      const zoom = whole ? all : readable;
      void flow.setViewport({
        zoom,
        x: Math.max(16, (box.width - graph.width * zoom) / 2),
        y: Math.max(16, (box.height - graph.height * zoom) / 2),
      });
    },
    [flow, graph],
  );
  useEffect(() => {
    const observer = new ResizeObserver(() => place(false)); // once at the start, too
    observer.observe(room.current!);
    return () => observer.disconnect();
  }, [place]);
  return (
    <div className="graph" ref={room}>
      <ReactFlow
        nodes={nodes}
        edges={edges}
        nodeTypes={nodeTypes}
        edgeTypes={edgeTypes}
        nodesDraggable={false}
        nodesConnectable={false}
        elementsSelectable
        edgesFocusable
        nodesFocusable
        deleteKeyCode={null}
        selectionKeyCode={null}
        multiSelectionKeyCode={null}
        minZoom={0.02}
        maxZoom={2}
        zoomOnScroll={false}
        preventScrolling={false}
        zoomOnDoubleClick={false}
        onlyRenderVisibleElements={nodes.length > 120}
        onNodesChange={(changes) => choose(changes, selected, onSelect)}
        onEdgesChange={(changes) => choose(changes, edge, setEdge)}
        onPaneClick={() => onSelect("")}
        ariaLabelConfig={{
          "node.a11yDescription.default": "Press Enter for its settings.",
          "edge.a11yDescription.default": "",
        }}
      />
      <div className="graph-controls" role="group" aria-label="Zoom">
        <button type="button" className="button square" aria-label="Zoom in" onClick={() => void flow.zoomIn()}>
          <Icon name="plus" />
        </button>
        <button type="button" className="button square" aria-label="Zoom out" onClick={() => void flow.zoomOut()}>
          <Icon name="minus" />
        </button>
        <button type="button" className="button square" aria-label="Show the whole graph" onClick={() => place(true)}>
          <Icon name="fit" />
        </button>
      </div>
    </div>
  );
});

// choose follows the selection, by pointer or by keyboard.
function choose(changes: (NodeChange<Node<BlockData>> | EdgeChange)[], now: string, set: (id: string) => void) {
  for (const c of changes) if (c.type === "select" && c.selected) return set(c.id);
  if (changes.some((c) => c.type === "select" && !c.selected && c.id === now)) set("");
}

function nodesOf(graph: Graph): Node<BlockData>[] {
  return (graph.nodes ?? []).map((n) => ({
    id: n.id ?? "",
    type: "block",
    position: { x: n.x ?? 0, y: n.y ?? 0 },
    width: n.width ?? 200,
    height: n.height ?? 64,
    data: { node: n },
    ariaLabel: [n.label, words(n.category ?? "")].filter(Boolean).join(", "),
    draggable: false,
    connectable: false,
  }));
}

function edgesOf(graph: Graph): Edge[] {
  return (graph.edges ?? []).map((e, i) => {
    const port = (id?: string, p?: string) => [(id ?? "").split(".").slice(1).join("."), p].filter(Boolean).join(".");
    const kinds = (e.kinds ?? []).map((k) => (k === "*" ? "anything" : words(k)));
    return {
      id: String(i),
      source: e.source ?? "",
      target: e.target ?? "",
      type: "kinds",
      data: { kinds: e.control ? ["flow control"] : kinds, control: !!e.control },
      ariaLabel: `${port(e.source, e.sourcePort)} to ${port(e.target, e.targetPort)}: ${e.control ? "flow control" : kinds.join(" or ")}`,
    };
  });
}

export function words(name: string): string {
  return name.replace(/_/g, " ");
}
