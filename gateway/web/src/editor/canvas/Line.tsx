import { BaseEdge, getSmoothStepPath, type Edge, type EdgeProps } from "@xyflow/react";
import { memo } from "react";
import style from "./Canvas.module.css";
import type { Wire } from "./graph";
import { useMark } from "./marks";

export type LineData = { wire: Wire };

// Line is a wire between two ports.
export const Line = memo(function Line({ id, data, ...p }: EdgeProps<Edge<LineData>>) {
  const [path] = getSmoothStepPath({ ...p, borderRadius: 10, offset: 16 });
  const near = useMark((m) => m.selected !== "" && (p.source === m.selected || p.target === m.selected));
  const chosen = useMark((m) => m.wire === id);
  return (
    <g
      className={style.line}
      data-control={data?.wire.control || undefined}
      data-near={near || undefined}
      data-chosen={chosen || undefined}
    >
      <BaseEdge path={path} interactionWidth={16} />
    </g>
  );
});
