import { type CSSProperties } from "react";
import style from "./Skeleton.module.css";

// Skeleton reserves the place of content that is loading. It is nothing to screen readers: the region
// around it is aria-busy.
export function Skeleton({
  width = "100%",
  height = 14,
  round,
}: {
  width?: CSSProperties["width"];
  height?: CSSProperties["height"];
  round?: boolean;
}) {
  return (
    <span
      className={style.skeleton}
      style={{ width, height, borderRadius: round ? 999 : undefined }}
      aria-hidden="true"
    />
  );
}
