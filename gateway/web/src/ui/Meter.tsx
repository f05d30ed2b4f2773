import { classes } from "./classes";
import style from "./Meter.module.css";

const nearly = 0.8; // from here on it needs a look

interface Props {
  value: number;
  most: number;
  words: string;
  // A part of a whole that is no limit: a full bar is no trouble.
  plain?: boolean;
}

// Meter shows how much of a limit is used. The words say the same.
export function Meter({ value, most, words, plain }: Props) {
  const part = most > 0 ? Math.min(1, value / most) : plain ? 0 : 1;
  const tone = plain ? undefined : part >= 1 ? style.full : part >= nearly && style.nearly;
  return (
    <span className={style.meter}>
      <span>{words}</span>
      <span className={style.track} aria-hidden="true">
        <span className={classes(style.part, tone)} style={{ width: `${part * 100}%` }} />
      </span>
    </span>
  );
}
