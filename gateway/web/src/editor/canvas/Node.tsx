import { Handle, Position, useConnection, type Node, type NodeProps } from "@xyflow/react";
import { memo, useContext } from "react";
import { StepIcon } from "../../result/StepIcon";
import { classes } from "../../ui/classes";
import { Icon } from "../../ui/icons";
import { kindWords } from "../catalogue/fit";
import style from "./Node.module.css";
import { portAt, type Box, type Port } from "./graph";
import { fitOf, Fitting } from "./fitting";
import { useMark, type Marks } from "./marks";
import { Steps, useStepWords } from "./stepWords";

export interface NodeData extends Record<string, unknown> {
  box: Box;
}

export const domId = (id: string) => `node-${id}`;

// StepNode is a block of the canvas: ports at its sides, and what the last run did below.
export const StepNode = memo(function StepNode({ data: { box } }: NodeProps<Node<NodeData>>) {
  const mark = useMark((m) => markOf(m, box.id), box.id);
  const fitting = useContext(Fitting);
  const from = useConnection((c) =>
    c.inProgress && c.fromHandle ? `${c.fromHandle.type} ${c.fromHandle.nodeId} ${c.fromHandle.id ?? ""}` : "",
  );
  const fit = from ? fitOf(fitting.current, from, box) : null;
  const status = useStepWords(useContext(Steps), box.id);
  return (
    <div
      className={style.node}
      id={domId(box.id)}
      data-part="node"
      data-category={box.category}
      data-chosen={mark.includes("chosen") || undefined}
      data-at={mark.includes("at") || undefined}
      data-fit={fit ? fit.state : undefined}
      style={{ height: box.height + (status ? 26 : 0) }}
    >
      {box.left.map((p, i) => (
        <PortDot key={p.name} port={p} side="target" top={portAt(i)} fits={fit?.port === p.name} />
      ))}
      {box.left.length === 0 && box.id.startsWith("steps.") && (
        <Handle type="target" id="" position={Position.Left} className={style.bare} style={{ top: portAt(0) }} />
      )}
      <div className={style.head}>
        <span className={style.tile}>
          <Icon name={box.icon} size={16} />
        </span>
        <span className={style.text}>
          <span className={style.name}>{box.name}</span>
          <br />
          <span className={style.title}>
            {fit?.why || (box.notRunnable && `Can't run: ${box.notRunnable}`) || box.title}
          </span>
        </span>
        {(mark.includes("trouble") || box.notRunnable) && (
          <span className={style.trouble}>
            <Icon name="warning" size={16} />
          </span>
        )}
      </div>
      {status && (
        <div className={style.status}>
          {status.picture && <img className={style.thumb} src={status.picture} alt="" data-part="thumbnail" />}
          <span className={style.said}>{status.words}</span>
          <span className={style.time}>{status.time}</span>
          <StepIcon state={status.state} />
        </div>
      )}
      {box.right.map((p, i) => (
        <PortDot key={p.name} port={p} side="source" top={portAt(i)} fits={fit?.port === p.name} />
      ))}
      {box.outputs.length > 0 && (
        <span className={style.outputs}>
          Output: {box.outputs.slice(0, 3).join(", ")}
          {box.outputs.length > 3 && " …"}
        </span>
      )}
    </div>
  );
}, sameFace);

// markOf is in one word what the block shows of the marks.
function markOf(m: Marks, id: string): string {
  const chosen = m.selected === id;
  return `${chosen ? "chosen " : ""}${chosen && m.at ? "at " : ""}${m.troubles.has(id) ? "trouble" : ""}`;
}

// sameFace says whether two boxes look the same. A block that only moves is not drawn again.
function sameFace(a: NodeProps<Node<NodeData>>, b: NodeProps<Node<NodeData>>): boolean {
  const [{ x: _x, y: _y, ...before }, { x: _a, y: _b, ...after }] = [a.data.box, b.data.box];
  return (Object.keys(after) as (keyof typeof after)[]).every((key) => before[key] === after[key]);
}

function PortDot({ port, side, top, fits }: { port: Port; side: "source" | "target"; top: number; fits: boolean }) {
  return (
    <Handle
      type={side}
      id={port.name}
      position={side === "source" ? Position.Right : Position.Left}
      className={classes(style.port, port.control && style.control, fits && style.fits)}
      style={{ top }}
      title={port.control ? `${port.title}: the steps that follow` : `${port.title}: ${kindWords(port.kinds)}`}
    />
  );
}
