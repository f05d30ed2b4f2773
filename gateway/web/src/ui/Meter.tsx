import { classes } from "./classes";
import style from "./Meter.module.css";

const nearly = 0.8; // from here on it needs a look

// Meter shows how much of a limit is used. The words say the same.
export function Meter({ value, most, words }: { value: number; most: number; words: string }) {
  const part = most > 0 ? Math.min(1, value / most) : 1;
  return (
    <span className={style.meter}>
      <span>{words}</span>
      <span className={style.track} aria-hidden="true">
        <span
          className={classes(style.part, part >= 1 ? style.full : part >= nearly && style.nearly)}
          style={{ width: `${part * 100}%` }}
        />
      </span>
    </span>
  );
}
