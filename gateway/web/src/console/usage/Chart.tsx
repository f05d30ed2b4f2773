import { useState, type KeyboardEvent } from "react";
import { numbers } from "../keys/budget";
import { classes } from "../../ui/classes";
import { scaleOf, type Series } from "./series";
import style from "./Usage.module.css";

interface Props {
  days: string[];
  series: Series[];
  counted: string;
  nameOf: (s: Series) => string;
}

const [width, height] = [960, 220]; // of the plot, in its own units

// Chart stacks bars for each day. Arrow keys walk through the days; the table below it has the
// same numbers.
export function Chart({ days, series, counted, nameOf }: Props) {
  const [at, setAt] = useState<number | null>(null);
  const totals = days.map((_, i) => series.reduce((n, s) => n + s.days[i]!, 0));
  const top = scaleOf(Math.max(0, ...totals));
  const step = width / days.length;
  const walk = (e: KeyboardEvent) => {
    const now = at ?? days.length - 1;
    const next: Record<string, number> = {
      ArrowLeft: now - 1,
      ArrowRight: now + 1,
      Home: 0,
      End: days.length - 1,
    };
    const to = next[e.key];
    if (to === undefined) return;
    e.preventDefault();
    setAt(Math.min(days.length - 1, Math.max(0, to)));
  };
  const now = at ?? days.length - 1;
  return (
    <div
      className={style.chart}
      role="slider"
      tabIndex={0}
      aria-label={`${counted} a day`}
      aria-valuemin={1}
      aria-valuemax={days.length}
      aria-valuenow={now + 1}
      aria-valuetext={`${longDay(days[now]!)}: ${numbers.format(totals[now]!)} ${counted.toLowerCase()}`}
      onKeyDown={walk}
      onFocus={() => setAt((was) => was ?? days.length - 1)}
      onBlur={() => setAt(null)}
      onMouseLeave={() => setAt(null)}
    >
      <div className={style.plot}>
        <div className={style.axis} aria-hidden="true">
          {[4, 3, 2, 1, 0].map((n) => (
            <span key={n}>{numbers.format((top / 4) * n)}</span>
          ))}
        </div>
        <svg viewBox={`0 0 ${width} ${height}`} preserveAspectRatio="none" aria-hidden="true" focusable="false">
          {[0, 1, 2, 3, 4].map((n) => (
            <line key={n} className={style.grid} x1={0} x2={width} y1={(height / 4) * n} y2={(height / 4) * n} />
          ))}
          {days.map((day, i) => (
            <g key={day} onMouseEnter={() => setAt(i)}>
              <rect
                className={classes(style.day, at === i && style.dayOn)}
                x={i * step}
                y={0}
                width={step}
                height={height}
              />
              <Stack series={series} index={i} x={i * step + step * 0.15} width={step * 0.7} top={top} />
            </g>
          ))}
        </svg>
      </div>
      <div className={style.days} aria-hidden="true">
        <span>{shortDay(days[0]!)}</span>
        <span>{days.length > 2 && shortDay(days[Math.floor(days.length / 2)]!)}</span>
        <span>Today</span>
      </div>
      {at !== null && (
        <div
          className={style.tip}
          style={{
            insetInlineStart: `clamp(0px, calc(${((at + 0.5) / days.length) * 100}% - 110px), calc(100% - 220px))`,
          }}
          aria-hidden="true"
        >
          <strong className={style.tipRow}>
            <span>{longDay(days[at]!)}</span> <span>{numbers.format(totals[at]!)}</span>
          </strong>
          {series.map((s, i) => (
            <span key={s.group} className={style.tipRow}>
              <span>
                <i className={classes(style.dot, style[`c${i}`])} /> {nameOf(s)}
              </span>
              <span>{numbers.format(s.days[at]!)}</span>
            </span>
          ))}
        </div>
      )}
    </div>
  );
}

interface StackProps {
  series: Series[];
  index: number;
  x: number;
  width: number;
  top: number;
}

function Stack({ series, index, x, width: w, top }: StackProps) {
  let below = 0;
  return series.map((s, i) => {
    const value = s.days[index]!;
    if (value === 0) return null;
    const h = (value / top) * height;
    below += h;
    return (
      <rect key={s.group} className={style[`c${i}`]} x={x} y={height - below} width={w} height={Math.max(1, h - 1)} />
    );
  });
}

const date = (day: string) => new Date(`${day}T00:00:00Z`);

export const shortDay = (day: string) =>
  date(day).toLocaleDateString("en-GB", { day: "numeric", month: "short", timeZone: "UTC" });

const longDay = (day: string) =>
  date(day).toLocaleDateString("en-GB", { weekday: "long", day: "numeric", month: "short", timeZone: "UTC" });
