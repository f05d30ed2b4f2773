import { BaseEdge, EdgeLabelRenderer, getBezierPath, type EdgeProps } from "@xyflow/react";
import { memo, useState } from "react";

// KindEdge is a line that shows the kinds of its data on hover.
export const KindEdge = memo(function KindEdge(p: EdgeProps) {
  const [over, setOver] = useState(false);
  const [path, x, y] = getBezierPath(p);
  const { kinds, control } = (p.data ?? {}) as { kinds?: string[]; control?: boolean };
  return (
    <g
      onPointerEnter={() => setOver(true)}
      onPointerLeave={() => setOver(false)}
      className={`kind-edge${control ? " control" : ""}${over || p.selected ? " at" : ""}`}
    >
      <BaseEdge path={path} interactionWidth={18} />
      {(over || p.selected) && (
        <EdgeLabelRenderer>
          <span className="edge-label" style={{ transform: `translate(-50%, -50%) translate(${x}px, ${y}px)` }}>
            {(kinds ?? []).join(" · ")}
          </span>
        </EdgeLabelRenderer>
      )}
    </g>
  );
});
