import { useReactFlow, useViewport } from "@xyflow/react";
import { Button } from "../../ui/Button";
import style from "./Canvas.module.css";

export function Controls() {
  const flow = useReactFlow();
  const { zoom } = useViewport();
  return (
    <div className={style.controls} role="group" aria-label="Zoom">
      <Button look="ghost" square icon="minus" onClick={() => void flow.zoomOut()}>
        Zoom out
      </Button>
      <span className={style.zoom}>{Math.round(zoom * 100)}%</span>
      <Button look="ghost" square icon="plus" onClick={() => void flow.zoomIn()}>
        Zoom in
      </Button>
      <Button look="ghost" square icon="fit" onClick={() => void flow.fitView({ padding: 0.1, maxZoom: 1 })}>
        Show the whole graph
      </Button>
    </div>
  );
}
