import { classes } from "./classes";
import style from "./Sparkline.module.css";

interface Props {
  values: number[]; // oldest first; the last is today's
  label: string; // the same in words
}

const [bar, gap, height] = [5, 2, 22]; // in px

// Sparkline draws a few numbers as bars, the last one in colour. Its label says them.
export function Sparkline({ values, label }: Props) {
  const most = Math.max(1, ...values);
  const width = values.length * (bar + gap) - gap;
  return (
    <svg className={style.spark} width={width} height={height} role="img" aria-label={label} focusable="false">
      {values.map((v, i) => {
        const h = v === 0 ? 1.5 : Math.max(3, (v / most) * height);
        return (
          <rect
            key={i}
            className={classes(style.bar, i === values.length - 1 && style.last)}
            x={i * (bar + gap)}
            y={height - h}
            width={bar}
            height={h}
            rx={1}
          />
        );
      })}
    </svg>
  );
}
