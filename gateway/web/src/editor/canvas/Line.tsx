import { BaseEdge, getSmoothStepPath, type Edge, type EdgeProps } from "@xyflow/react";
import { memo } from "react";
import style from "./Canvas.module.css";

export type LineData = { control: boolean; near: boolean };

// Line is a wire between two ports.
export const Line = memo(function Line({ data, selected, ...p }: EdgeProps<Edge<LineData>>) {
  const [path] = getSmoothStepPath({ ...p, borderRadius: 10, offset: 16 });
  return (
    <g
      className={style.line}
      data-control={data?.control || undefined}
      data-near={data?.near || undefined}
      data-chosen={selected || undefined}
    >
      <BaseEdge path={path} interactionWidth={16} />
    </g>
  );
});
