import { BaseEdge, getSmoothStepPath, type Edge, type EdgeProps } from "@xyflow/react";
import { createContext, memo, useContext, useState } from "react";
import style from "./Canvas.module.css";
import type { Wire } from "./graph";
import { useMark } from "./marks";

export type LineData = { wire: Wire };

// Insert puts a block into a line; null where nothing can be changed.
export const Insert = createContext<((wire: Wire) => void) | null>(null);

// Line is a wire between two ports.
export const Line = memo(function Line({ id, data, ...p }: EdgeProps<Edge<LineData>>) {
  const [path, x, y] = getSmoothStepPath({ ...p, borderRadius: 10, offset: 16 });
  const near = useMark(
    (m) => m.selected !== "" && (p.source === m.selected || p.target === m.selected),
    p.source,
    p.target,
  );
  const chosen = useMark((m) => m.wire === id, id);
  const [over, setOver] = useState(false);
  const insert = useContext(Insert);
  return (
    <g
      className={style.line}
      data-control={data?.wire.control || undefined}
      data-near={near || undefined}
      data-chosen={chosen || undefined}
      onPointerEnter={() => setOver(true)}
      onPointerLeave={() => setOver(false)}
    >
      <BaseEdge path={path} interactionWidth={16} />
      {insert && data && !data.wire.control && (over || chosen) && (
        <g
          className={style.plus}
          transform={`translate(${x} ${y})`}
          role="button"
          aria-label="Add a block here"
          data-part="insert"
          onClick={(e) => {
            e.stopPropagation();
            insert(data.wire);
          }}
        >
          <circle r="11" />
          <path d="M-5 0H5M0 -5V5" />
        </g>
      )}
    </g>
  );
});
