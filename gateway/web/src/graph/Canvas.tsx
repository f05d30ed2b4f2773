import { ReactFlow, useReactFlow, type Edge, type Node } from "@xyflow/react";
import "./flow.css";
import { memo, useCallback, useEffect, useMemo, useRef, useState, type KeyboardEvent } from "react";
import type { Graph } from "../api/client";
import { Button } from "../ui/Button";
import { BlockNode, blockId, type BlockData } from "./BlockNode";
import style from "./Canvas.module.css";
import { KindEdge } from "./KindEdge";
import { neighbour } from "./neighbour";
import { labelsOf, words } from "./stepsOf";
import { useTwoFingers } from "./useTwoFingers";

const nodeTypes = { block: BlockNode };
const edgeTypes = { kinds: KindEdge };

interface Props {
  graph: Graph;
  selected: string;
  onSelect: (id: string) => void;
}

// Canvas is the graph, to look at. It is one tab stop: arrow keys go from block to block,
// Enter opens the settings.
export const Canvas = memo(function Canvas({ graph, selected, onSelect }: Props) {
  const flow = useReactFlow();
  const room = useRef<HTMLDivElement>(null);
  useTwoFingers(room);
  const [at, setAt] = useState("");
  const [focused, setFocused] = useState(false);
  const blocks = useMemo(() => nodesOf(graph), [graph]);
  const nodes = useMemo(
    () =>
      blocks.map((b) =>
        b.id === selected || (focused && b.id === at)
          ? { ...b, selected: b.id === selected, data: { ...b.data, at: focused && b.id === at } }
          : b,
      ),
    [blocks, selected, at, focused],
  );
  const edges = useMemo(() => edgesOf(graph), [graph]);
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

  const go = (id: string) => {
    setAt(id);
    const n = graph.nodes?.find((node) => node.id === id);
    if (n)
      void flow.setCenter((n.x ?? 0) + (n.width ?? 0) / 2, (n.y ?? 0) + (n.height ?? 0) / 2, {
        zoom: Math.max(0.56, flow.getZoom()),
      });
  };
  const press = (e: KeyboardEvent) => {
    if (e.target !== e.currentTarget) return;
    const now = at || selected || graph.nodes?.[0]?.id || "";
    if (e.key === "Enter" || e.key === " ") onSelect(now);
    else if (e.key === "Escape") onSelect("");
    else if (e.key.startsWith("Arrow")) go(at === "" ? now : neighbour(graph, now, e.key));
    else return;
    e.preventDefault();
  };
  const here = graph.nodes?.find((n) => n.id === at);
  return (
    <div className={style.canvas} ref={room} data-part="graph">
      <div
        className={style.keys}
        tabIndex={0}
        role="application"
        aria-roledescription="graph"
        aria-label="The workflow as a graph. Arrow keys go from block to block, Enter opens the settings."
        aria-activedescendant={focused && at ? blockId(at) : undefined}
        data-part="graph-keys"
        onKeyDown={press}
        onFocus={(e) => e.target === e.currentTarget && setFocused(true)}
        onBlur={() => setFocused(false)}
      >
        <ReactFlow
          nodes={nodes}
          edges={edges}
          nodeTypes={nodeTypes}
          edgeTypes={edgeTypes}
          nodesDraggable={false}
          nodesConnectable={false}
          elementsSelectable
          edgesFocusable={false}
          nodesFocusable={false}
          disableKeyboardA11y
          deleteKeyCode={null}
          selectionKeyCode={null}
          multiSelectionKeyCode={null}
          panActivationKeyCode={null}
          minZoom={0.02}
          maxZoom={2}
          zoomOnScroll={false}
          preventScrolling={false}
          zoomOnDoubleClick={false}
          onlyRenderVisibleElements={nodes.length > 120}
          onNodeClick={(_, n) => {
            setAt(n.id);
            onSelect(n.id);
          }}
          onPaneClick={() => onSelect("")}
        />
      </div>
      <p className="sr-only" role="status">
        {focused && here ? labelsOf(here).filter(Boolean).join(", ") : ""}
      </p>
      <div className={style.controls} role="group" aria-label="Zoom">
        <Button square icon="plus" onClick={() => void flow.zoomIn()}>
          Zoom in
        </Button>
        <Button square icon="minus" onClick={() => void flow.zoomOut()}>
          Zoom out
        </Button>
        <Button square icon="fit" onClick={() => place(true)}>
          Show the whole graph
        </Button>
      </div>
    </div>
  );
});

function nodesOf(graph: Graph): Node<BlockData>[] {
  return (graph.nodes ?? []).map((n) => ({
    id: n.id ?? "",
    type: "block",
    position: { x: n.x ?? 0, y: n.y ?? 0 },
    width: n.width ?? 200,
    height: n.height ?? 64,
    data: { node: n, at: false },
    draggable: false,
    connectable: false,
  }));
}

function edgesOf(graph: Graph): Edge[] {
  return (graph.edges ?? []).map((e, i) => ({
    id: String(i),
    source: e.source ?? "",
    target: e.target ?? "",
    type: "kinds",
    data: {
      kinds: e.control ? ["flow control"] : (e.kinds ?? []).map((k) => (k === "*" ? "anything" : words(k))),
      control: !!e.control,
    },
  }));
}
