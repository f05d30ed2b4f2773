import {
  ReactFlow,
  useReactFlow,
  type Connection,
  type Edge,
  type FinalConnectionState,
  type Node,
} from "@xyflow/react";
import "../../graph/flow.css";
import { memo, useMemo, useRef, useState, type KeyboardEvent } from "react";
import { neighbour } from "../../graph/neighbour";
import type { Trouble } from "../problems/problems";
import style from "./Canvas.module.css";
import { Controls } from "./Controls";
import { Fitting, type FittingOf } from "./fitting";
import type { Box, Graph, Wire } from "./graph";
import { boxWidth } from "./layout";
import { Line, type LineData } from "./Line";
import { domId, StepNode, type NodeData } from "./Node";

const nodeTypes = { step: StepNode };
const edgeTypes = { wire: Line };

export interface Wiring {
  // A line was drawn from an output to a block, or to one of its fields.
  onConnect: (source: string, output: string, target: string, field: string) => void;
  // A line was let go over nothing, or a port was clicked.
  onOpen: (node: string, port: string, side: "source" | "target") => void;
  onDelete: (ids: string[], wires: Wire[]) => void;
}

interface Props extends Wiring {
  graph: Graph;
  fitting: FittingOf;
  troubles: Map<string, Trouble[]>;
  selected: string;
  onSelect: (id: string) => void;
  onEnter: () => void;
  readOnly: boolean;
}

// Canvas is the graph, to change. It is one tab stop: arrow keys go from block to block, Enter
// opens the settings, Delete takes a block out.
export const Canvas = memo(function Canvas(props: Props) {
  const { graph, fitting, troubles, selected, onSelect, onEnter, onConnect, onOpen, onDelete, readOnly } = props;
  const flow = useReactFlow();
  const room = useRef<HTMLDivElement>(null);
  const [focused, setFocused] = useState(false);
  const [wire, setWire] = useState("");
  const boxes = useStable(graph.boxes);
  const nodes = useMemo(
    () => boxes.map((b) => nodeOf(b, b.id === selected, focused && b.id === selected, troubles.get(b.id))),
    [boxes, selected, focused, troubles],
  );
  const edges = useMemo(() => graph.wires.map((w) => edgeOf(w, selected, wire)), [graph.wires, selected, wire]);

  const go = (id: string) => {
    onSelect(id);
    const b = boxes.find((box) => box.id === id);
    if (b) void flow.setCenter(b.x + boxWidth / 2, b.y + b.height / 2, { zoom: flow.getZoom(), duration: 120 });
  };
  const press = (e: KeyboardEvent) => {
    if (e.target !== e.currentTarget) return;
    if (e.key === "Enter" && selected) onEnter();
    else if (e.key === "Tab" && !e.shiftKey && !readOnly)
      document.querySelector<HTMLElement>("[data-part=catalogue] input")?.focus();
    else if (e.key === "Escape") {
      setWire("");
      onSelect("");
    } else if (e.key.startsWith("Arrow"))
      go(selected ? neighbour({ nodes: boxes }, selected, e.key) : (boxes[0]?.id ?? ""));
    else if ((e.key === "Delete" || e.key === "Backspace") && !readOnly) {
      if (wire)
        onDelete(
          [],
          graph.wires.filter((w) => w.id === wire),
        );
      else if (selected) onDelete([selected], []);
      setWire("");
    } else return;
    e.preventDefault();
  };
  const connect = (c: Connection) => onConnect(c.source, c.sourceHandle ?? "", c.target, c.targetHandle ?? "");
  const connectEnd = (event: MouseEvent | TouchEvent, s: FinalConnectionState) => {
    if (!s.fromHandle || s.isValid) return;
    const over = blockUnder(event);
    const { nodeId, id, type } = s.fromHandle;
    if (over && over !== nodeId) {
      if (type === "source") onConnect(nodeId, id ?? "", over, "");
      else onConnect(over, "", nodeId, id ?? "");
    } else onOpen(nodeId, id ?? "", type);
  };
  const at = boxes.find((b) => b.id === selected);
  return (
    <div className={style.canvas} ref={room} data-part="canvas">
      <Controls />
      <div
        className={style.keys}
        tabIndex={0}
        role="application"
        aria-roledescription="graph"
        aria-label="The workflow as a graph. Arrow keys go from block to block, Enter opens the settings, Delete removes, Tab leads to the catalogue."
        aria-activedescendant={focused && at ? domId(at.id) : undefined}
        data-part="canvas-keys"
        onKeyDown={press}
        onFocus={(e) => e.target === e.currentTarget && setFocused(true)}
        onBlur={() => setFocused(false)}
      >
        <Fitting value={fitting}>
          <ReactFlow
            nodes={nodes}
            edges={edges}
            nodeTypes={nodeTypes}
            edgeTypes={edgeTypes}
            nodesDraggable={false}
            nodesConnectable={!readOnly}
            nodesFocusable={false}
            edgesFocusable={false}
            disableKeyboardA11y
            connectOnClick={false}
            connectionRadius={28}
            deleteKeyCode={null}
            selectionKeyCode={null}
            multiSelectionKeyCode={null}
            panActivationKeyCode={null}
            attributionPosition="top-right"
            fitView // before the blocks appear, so that a click never meets a view that moves
            fitViewOptions={firstView}
            minZoom={0.05}
            maxZoom={2}
            zoomOnDoubleClick={false}
            onlyRenderVisibleElements={nodes.length > 600}
            onConnect={connect}
            onConnectEnd={connectEnd}
            onNodeClick={(_, n) => {
              setWire("");
              onSelect(n.id);
              room.current?.querySelector<HTMLElement>("[data-part=canvas-keys]")?.focus({ preventScroll: true });
            }}
            onEdgeClick={(_, e) => setWire(e.id)}
            onPaneClick={() => {
              setWire("");
              onSelect("");
            }}
          />
        </Fitting>
      </div>
      <p className="sr-only" role="status">
        {focused && at ? [at.name, at.title, ...(troubles.get(at.id) ?? []).map((t) => t.text)].join(", ") : ""}
      </p>
    </div>
  );
});

// useStable keeps the objects of blocks that did not change, so that they are not drawn again.
function useStable(boxes: Box[]): Box[] {
  const known = useRef(new Map<string, [string, Box]>());
  return useMemo(() => {
    const next = new Map<string, [string, Box]>();
    const out = boxes.map((b) => {
      const key = JSON.stringify(b);
      const old = known.current.get(b.id);
      const box = old?.[0] === key ? old[1] : b;
      next.set(b.id, [key, box]);
      return box;
    });
    known.current = next;
    return out;
  }, [boxes]);
}

const firstView = { padding: 0.08, maxZoom: 1, minZoom: 0.4 };

const nodes = new WeakMap<Box, Map<string, Node<NodeData>>>();

function nodeOf(box: Box, selected: boolean, at: boolean, troubles: Trouble[] | undefined): Node<NodeData> {
  const trouble = !troubles ? "" : troubles.some((t) => t.weight === "stops") ? "stops" : "sharing";
  const key = `${selected} ${at} ${trouble}`;
  const made = nodes.get(box) ?? new Map<string, Node<NodeData>>();
  nodes.set(box, made);
  const known = made.get(key);
  if (known) return known;
  const node: Node<NodeData> = {
    id: box.id,
    type: "step",
    position: { x: box.x, y: box.y },
    width: boxWidth,
    height: box.height,
    selected,
    draggable: false,
    data: { box, at, trouble },
  };
  made.set(key, node);
  return node;
}

function edgeOf(w: Wire, selected: string, chosen: string): Edge<LineData> {
  return {
    id: w.id,
    source: w.source,
    target: w.target,
    sourceHandle: w.sourcePort,
    targetHandle: w.targetPort || undefined,
    type: "wire",
    selected: w.id === chosen,
    data: { control: w.control, near: selected !== "" && (w.source === selected || w.target === selected) },
  };
}

function blockUnder(event: MouseEvent | TouchEvent): string {
  const point = "changedTouches" in event ? event.changedTouches[0] : event;
  const node = point && document.elementFromPoint(point.clientX, point.clientY)?.closest(".react-flow__node");
  return node?.getAttribute("data-id") ?? "";
}
