import type { Graph, GraphNode } from "../api/client";
import type { StepStatus } from "../run/useRun";
import { Block } from "./Block";
import style from "./Strip.module.css";
import { labelsOf } from "./stepsOf";

const most = 24; // blocks; a larger graph is only opened
const tall = 0.46; // of the server's height: rows of 50 px
const high = 44; // of a block, px

interface Props {
  graph: Graph;
  steps: Record<string, StepStatus>;
  onOpen: () => void;
}

// Strip is a small drawing of the graph, from the positions that the server gives.
export function Strip({ graph, steps, onOpen }: Props) {
  const nodes = graph.nodes ?? [];
  if (nodes.length > most || nodes.length === 0) {
    return <p className={style.large}>{nodes.length} blocks. Open the graph to see how they are connected.</p>;
  }
  const place = placer(graph);
  const height = (graph.height ?? 0) * tall + 8;
  const label = nodes.map((n) => labelsOf(n)[0]).join(", ");
  return (
    <div className={style.room}>
      <div
        className={style.strip}
        style={{ height, maxWidth: (graph.width ?? 0) * 0.9 }}
        role="img"
        aria-label={`The blocks of the workflow: ${label}`}
        onClick={onOpen}
      >
        <svg className={style.lines} viewBox={`0 0 100 ${height}`} preserveAspectRatio="none" aria-hidden="true">
          {(graph.edges ?? []).map((e, i) => (
            <path
              key={i}
              d={line(nodes, e.source, e.target, place)}
              vectorEffect="non-scaling-stroke"
              data-control={e.control || undefined}
            />
          ))}
        </svg>
        {nodes.map((n) => {
          const p = place(n);
          return (
            <div
              key={n.id}
              className={style.block}
              style={{ left: `${p.x}%`, top: p.y, width: `${p.w}%`, height: high }}
            >
              <Block
                node={n}
                state={n.id?.startsWith("steps.") ? steps[n.id.slice("steps.".length)]?.state : undefined}
              />
            </div>
          );
        })}
      </div>
    </div>
  );
}

type Placed = { x: number; y: number; w: number };

// placer gives a block's place: per cent across, px down.
function placer(graph: Graph): (n: GraphNode) => Placed {
  const across = graph.width || 1;
  return (n) => ({
    x: (100 * (n.x ?? 0)) / across,
    y: ((n.y ?? 0) + (n.height ?? 64) / 2) * tall - high / 2 + 4,
    w: (100 * (n.width ?? 200)) / across,
  });
}

function line(
  nodes: GraphNode[],
  source: string | undefined,
  target: string | undefined,
  place: (n: GraphNode) => Placed,
): string {
  const from = nodes.find((n) => n.id === source);
  const to = nodes.find((n) => n.id === target);
  if (!from || !to) return "";
  const a = place(from);
  const b = place(to);
  const [x1, y1, x2, y2] = [a.x + a.w, a.y + high / 2, b.x, b.y + high / 2];
  const half = (x2 - x1) / 2;
  return `M${x1} ${y1} C${x1 + half} ${y1} ${x2 - half} ${y2} ${x2} ${y2}`;
}
