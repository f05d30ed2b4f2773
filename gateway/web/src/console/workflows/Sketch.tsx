import type { Workflow } from "../../api/owner";
import { classes } from "../../ui/classes";
import style from "./Sketch.module.css";

type Picture = NonNullable<Workflow["sketch"]>;

const [column, row, width, height, tile] = [46, 30, 30, 18, 7]; // in units of the picture

// Sketch draws the outline of a workflow's graph. It is decoration: the words next to it say the same.
export function Sketch({ of }: { of: Picture | undefined }) {
  const nodes = of?.nodes ?? [];
  if (nodes.length === 0) return <span className={style.none} aria-hidden="true" />;
  const place = nodes.map((n) => ({ x: (n.column ?? 0) * column, y: (n.row ?? 0) * row, category: n.category ?? "" }));
  const right = Math.max(...place.map((p) => p.x)) + width;
  const bottom = Math.max(...place.map((p) => p.y)) + height;
  return (
    <svg className={style.sketch} viewBox={`-8 -8 ${right + 16} ${bottom + 16}`} aria-hidden="true" focusable="false">
      {(of?.edges ?? []).map((e, i) => {
        const [from, to] = [place[e.source ?? 0], place[e.target ?? 0]];
        if (!from || !to) return null;
        const [x1, y1, x2, y2] = [from.x + width, from.y + height / 2, to.x, to.y + height / 2];
        const bend = Math.max(6, (x2 - x1) / 2);
        return (
          <path key={i} className={style.line} d={`M${x1} ${y1}C${x1 + bend} ${y1} ${x2 - bend} ${y2} ${x2} ${y2}`} />
        );
      })}
      {place.map((p, i) => (
        <g key={i} transform={`translate(${p.x} ${p.y})`} className={classes(style.node, style[p.category])}>
          <rect className={style.box} width={width} height={height} rx={4} />
          <rect className={style.tile} x={4} y={(height - tile) / 2} width={tile} height={tile} rx={2} />
          <rect className={style.word} x={14} y={height / 2 - 1.5} width={11} height={3} rx={1.5} />
        </g>
      ))}
    </svg>
  );
}
