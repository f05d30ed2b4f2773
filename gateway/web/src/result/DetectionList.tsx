import { useMemo } from "react";
import { readable } from "../run/fields";
import { colourOf, type Detections } from "./Boxes";
import style from "./Results.module.css";
import { classesOf, percent, type Chosen } from "./useDetections";

const listed = 300;
const low = 0.8;

// DetectionList lists the detections. A row lights its box, by pointer and by keyboard.
export function DetectionList({ name, value, chosen }: { name: string; value: Detections; chosen: Chosen }) {
  const classes = useMemo(() => classesOf(value.detections), [value]);
  const shown = value.detections.filter((d) => !chosen.hidden.has(d.className)).slice(0, listed);
  return (
    <section className={style.reading}>
      <div className={style.head}>
        <h3 className={style.name}>{readable(name)}</h3>
        <span className={style.meta}>
          {value.detections.length === 0 ? "none found" : `${value.detections.length} found`}
        </span>
      </div>
      {shown.length > 0 && (
        <ul className={style.rows}>
          {shown.map((d) => (
            <li key={d.id}>
              <button
                type="button"
                className={d.id === chosen.at ? `${style.row} ${style.at}` : style.row}
                onPointerEnter={() => chosen.point(d.id)}
                onPointerLeave={() => chosen.point("")}
                onFocus={() => chosen.point(d.id)}
                onBlur={() => chosen.point("")}
                onClick={() => chosen.point(d.id)}
              >
                <span className={style.number} data-colour={colourOf(d, classes)}>
                  {Number(d.id) + 1}
                </span>
                <span className={style.what}>{d.className || "unnamed"}</span>
                {d.confidence !== undefined && (
                  <>
                    <span className={style.bar} aria-hidden="true">
                      <span
                        className={d.confidence < low ? style.low : undefined}
                        style={{ width: percent(Math.min(1, d.confidence)) }}
                      />
                    </span>
                    <span className={style.percent}>{percent(d.confidence)}</span>
                  </>
                )}
              </button>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
