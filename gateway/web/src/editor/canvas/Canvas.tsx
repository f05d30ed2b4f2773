import {
  ReactFlow,
  useReactFlow,
  type Connection,
  type Edge,
  type FinalConnectionState,
  type Node,
} from "@xyflow/react";
import "../../graph/flow.css";
import {
  memo,
  useLayoutEffect,
  useMemo,
  useRef,
  useState,
  type KeyboardEvent,
  type MouseEvent as ReactMouseEvent,
  type RefObject,
} from "react";
import { neighbour } from "../../graph/neighbour";
import { motion } from "../../ui/motion";
import type { Trouble } from "../problems/problems";
import style from "./Canvas.module.css";
import { Controls } from "./Controls";
import { Fitting, type FittingOf } from "./fitting";
import type { Box, Graph, Wire } from "./graph";
import { boxWidth } from "./layout";
import { Insert, Line, type LineData } from "./Line";
import { MarkContext, MarkStore } from "./marks";
import { domId, StepNode, type NodeData } from "./Node";

const nodeTypes = { step: StepNode };
const edgeTypes = { wire: Line };

export interface Wiring {
  // A line was drawn from an output to a block, or to one of its fields.
  onConnect: (source: string, output: string, target: string, field: string) => void;
  // A line was dropped on empty space, or a port was clicked.
  onOpen: (node: string, port: string, side: "source" | "target") => void;
  onDelete: (ids: string[], wires: Wire[]) => void;
  // The plus of a line was clicked.
  onInsert: (wire: Wire) => void;
}

interface Props extends Wiring {
  graph: Graph;
  fitting: RefObject<FittingOf | null>;
  troubles: Map<string, Trouble[]>;
  selected: string;
  onSelect: (id: string) => void;
  onEnter: () => void;
  readOnly: boolean;
  // Another view stands before it. It keeps its blocks, so that it is back immediately.
  away: boolean;
}

// Canvas is the graph, to change. It is one tab stop: arrow keys go from block to block, Enter
// opens the settings, L goes through the lines of a block, Delete removes the selection.
export const Canvas = memo(function Canvas(props: Props) {
  const {
    graph,
    fitting,
    troubles,
    selected,
    onSelect,
    onEnter,
    onConnect,
    onOpen,
    onDelete,
    onInsert,
    readOnly,
    away,
  } = props;
  const flow = useReactFlow();
  const room = useRef<HTMLDivElement>(null);
  const [focused, setFocused] = useState(false);
  const [wire, setWire] = useState("");
  const { boxes } = graph;
  const nodes = useMemo(() => boxes.map(nodeOf), [boxes]);
  const edges = useMemo(() => graph.wires.map(edgeOf), [graph.wires]);
  const [marks] = useState(() => new MarkStore());
  useLayoutEffect(
    () => marks.set({ selected, at: focused, wire, troubles }),
    [marks, selected, focused, wire, troubles],
  );

  // The lines of the selected block, for the keyboard. An order of steps carries nothing to put
  // a block into.
  const lines = readOnly ? [] : graph.wires.filter((w) => !w.control && [w.source, w.target].includes(selected));
  const chosen = lines.find((w) => w.id === wire);
  const nameOf = (id: string) => boxes.find((b) => b.id === id)?.name ?? id;

  const go = (id: string) => {
    setWire("");
    onSelect(id);
    const b = boxes.find((box) => box.id === id);
    if (b) void flow.setCenter(b.x + boxWidth / 2, b.y + b.height / 2, { zoom: flow.getZoom(), duration: motion(120) });
  };
  const press = (e: KeyboardEvent) => {
    if (e.target !== e.currentTarget) return;
    if (e.key === "Enter" && chosen) onInsert(chosen);
    else if (e.key === "Enter" && selected) onEnter();
    else if (e.key.toLowerCase() === "l" && lines.length > 0)
      setWire(lines[(lines.findIndex((w) => w.id === wire) + 1) % lines.length]!.id);
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
  // A click on a port opens the catalogue for it.
  const click = (e: ReactMouseEvent) => {
    const port = (e.target as Element).closest<HTMLElement>(".react-flow__handle.source");
    if (!port || readOnly) return;
    e.stopPropagation(); // the block is not selected
    onOpen(port.dataset.nodeid ?? "", port.dataset.handleid ?? "", "source");
  };
  const doing = useLatest<Doing>({
    connect,
    connectEnd,
    node: (id) => {
      setWire("");
      onSelect(id);
      room.current?.querySelector<HTMLElement>("[data-part=canvas-keys]")?.focus({ preventScroll: true });
    },
    edge: setWire,
    pane: () => {
      setWire("");
      onSelect("");
    },
  });
  const at = boxes.find((b) => b.id === selected);
  return (
    <div className={style.canvas} ref={room} data-part="canvas" data-away={away || undefined}>
      <Controls />
      <div
        className={style.keys}
        tabIndex={0}
        role="application"
        aria-roledescription="graph"
        aria-label="The workflow as a graph. Arrow keys go from block to block, Enter opens the settings, L chooses a line of the block, Delete removes, Tab leads to the catalogue."
        aria-activedescendant={focused && at ? domId(at.id) : undefined}
        data-part="canvas-keys"
        onKeyDown={press}
        onClickCapture={click}
        onFocus={(e) => e.target === e.currentTarget && setFocused(true)}
        onBlur={() => setFocused(false)}
      >
        <Fitting value={fitting}>
          <MarkContext value={marks}>
            <Insert value={readOnly ? null : onInsert}>
              <Flow nodes={nodes} edges={edges} readOnly={readOnly} doing={doing} />
            </Insert>
          </MarkContext>
        </Fitting>
      </div>
      <p className="sr-only" role="status">
        {focused && chosen
          ? `Line from ${nameOf(chosen.source)} to ${nameOf(chosen.target)}. Enter adds a block there, Delete removes the line.`
          : focused && at
            ? [at.name, at.title, ...(troubles.get(at.id) ?? []).map((t) => t.text)].join(", ")
            : ""}
      </p>
    </div>
  );
});

interface Doing {
  connect: (c: Connection) => void;
  connectEnd: (event: MouseEvent | TouchEvent, state: FinalConnectionState) => void;
  node: (id: string) => void;
  edge: (id: string) => void;
  pane: () => void;
}

interface FlowProps {
  nodes: Node<NodeData>[];
  edges: Edge<LineData>[];
  readOnly: boolean;
  doing: RefObject<Doing>;
}

// Flow is the drawing. What it calls stays the same function: a new one would draw every block
// again, at each selection.
const Flow = memo(function Flow({ nodes, edges, readOnly, doing }: FlowProps) {
  const [calls] = useState(() => ({
    onConnect: (c: Connection) => doing.current.connect(c),
    onConnectEnd: (e: MouseEvent | TouchEvent, s: FinalConnectionState) => doing.current.connectEnd(e, s),
    onNodeClick: (_: unknown, n: Node) => doing.current.node(n.id),
    onEdgeClick: (_: unknown, e: Edge) => doing.current.edge(e.id),
    onPaneClick: () => doing.current.pane(),
  }));
  return (
    <ReactFlow
      {...calls}
      nodes={nodes}
      edges={edges}
      nodeTypes={nodeTypes}
      edgeTypes={edgeTypes}
      nodesDraggable={false}
      nodesConnectable={!readOnly}
      nodesFocusable={false}
      elementsSelectable={false} // the selection is ours; a second one would ask each block at each click
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
    />
  );
});

// useLatest holds what was given last, for functions that stay the same.
function useLatest<T>(value: T): RefObject<T> {
  const held = useRef(value);
  useLayoutEffect(() => {
    held.current = value;
  });
  return held;
}

const firstView = { padding: 0.08, maxZoom: 1, minZoom: 0.4 };

// once returns the same object for a box or wire that has not changed, so that the canvas draws only what changed.
function once<K extends object, V>(make: (of: K) => V): (of: K) => V {
  const known = new WeakMap<K, V>();
  return (of) => {
    const made = known.get(of) ?? make(of);
    known.set(of, made);
    return made;
  };
}

const nodeOf = once((box: Box): Node<NodeData> => ({
  id: box.id,
  type: "step",
  position: { x: box.x, y: box.y },
  // In place of the library's transform: one for each block would be a chunk of its own to paint, at each frame.
  style: { transform: "none", left: box.x, top: box.y },
  width: boxWidth,
  height: box.height,
  draggable: false,
  data: { box },
}));

const edgeOf = once((wire: Wire): Edge<LineData> => ({
  id: wire.id,
  source: wire.source,
  target: wire.target,
  sourceHandle: wire.sourcePort,
  targetHandle: wire.targetPort || undefined,
  type: "wire",
  data: { wire },
}));

function blockUnder(event: MouseEvent | TouchEvent): string {
  const point = "changedTouches" in event ? event.changedTouches[0] : event;
  const node = point && document.elementFromPoint(point.clientX, point.clientY)?.closest(".react-flow__node");
  return node?.getAttribute("data-id") ?? "";
}
