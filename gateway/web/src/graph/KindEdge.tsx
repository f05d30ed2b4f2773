import { BaseEdge, EdgeLabelRenderer, getBezierPath, type EdgeProps } from "@xyflow/react";
import { memo, useState } from "react";
import style from "./Canvas.module.css";

// KindEdge is a line that shows the kinds of its data on hover.
export const KindEdge = memo(function KindEdge(p: EdgeProps) {
  const [over, setOver] = useState(false);
  const [path, x, y] = getBezierPath(p);
  const { kinds, control } = (p.data ?? {}) as { kinds?: string[]; control?: boolean };
  return (
    <g
      onPointerEnter={() => setOver(true)}
      onPointerLeave={() => setOver(false)}
      className={style.edge}
      data-control={control || undefined}
      data-at={over || undefined}
    >
      <BaseEdge path={path} interactionWidth={18} />
      {over && (
        <EdgeLabelRenderer>
          <span
            className={style.label}
            data-part="edge-label"
            style={{ transform: `translate(-50%, -50%) translate(${x}px, ${y}px)` }}
          >
            {(kinds ?? []).join(" · ")}
          </span>
        </EdgeLabelRenderer>
      )}
    </g>
  );
});
