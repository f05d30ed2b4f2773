import { useMemo } from "react";
import type { Picture } from "../run/picture";
import { Switch } from "../ui/Switch";
import style from "./Boxes.module.css";
import { classesOf, percent, sameShape, type Chosen, type Classes } from "./useDetections";
import type { Detection, Value } from "./values";
import { Viewer } from "./Viewer";

export type Detections = Extract<Value, { kind: "detections" }>;

interface Props {
  name: string;
  value: Detections;
  // The picture that the run read. Without one the ground is blank: an output is drawn on already.
  input?: Picture;
  chosen: Chosen;
}

const labelled = 60; // more labels cover the picture

// Boxes draws detections over the picture that they were found in.
export function Boxes({ name, value, input, chosen }: Props) {
  const classes = useMemo(() => classesOf(value.detections), [value]);
  const width = value.width || 100;
  const height = value.height || 100;
  // Boxes of a crop belong to another picture and would be wrong on this one.
  const ground = input?.shown && sameShape(value, input) ? input.shown : "";
  const shown = value.detections.filter((d) => !chosen.hidden.has(d.className));
  // Larger ones first, so that a small one inside can still be pointed at.
  const ordered = [...shown].sort((a, b) => b.width * b.height - a.width * a.height);
  const pointed = shown.find((d) => d.id === chosen.at);
  const labels = chosen.labels ? ordered.slice(-labelled) : [];
  return (
    <Viewer
      src={ground}
      alt="The picture that the run read"
      width={width}
      height={height}
      tools={<Switch label="Labels" checked={chosen.labels} onChange={chosen.setLabels} />}
      foot={classes.repeat && <ClassToggles classes={classes} chosen={chosen} />}
    >
      <svg
        className={style.boxes}
        viewBox={`0 0 ${width} ${height}`}
        preserveAspectRatio="none"
        role="img"
        data-part="boxes"
        aria-label={`${name}: ${shown.length} found; see the list for details`}
      >
        {ordered.map((d) => (
          <g
            key={d.id}
            className={style.box}
            data-at={d.id === chosen.at || undefined}
            data-colour={colourOf(d, classes)}
            onPointerEnter={() => chosen.point(d.id)}
            onPointerLeave={() => chosen.point("")}
          >
            <Shape d={d} />
            {d.keypoints.map((k, i) => (
              <circle key={i} cx={k.x} cy={k.y} r={Math.max(2, width / 250)} />
            ))}
          </g>
        ))}
      </svg>
      {labels.map((d) => (
        <span
          key={d.id}
          className={style.label}
          data-numbered={classes.numbered || undefined}
          data-colour={colourOf(d, classes)}
          style={place(d, width, height)}
          aria-hidden="true"
        >
          {classes.numbered ? Number(d.id) + 1 : d.className || "unnamed"}
        </span>
      ))}
      {pointed && (
        <span className={style.pointed} data-part="box-label" style={place(pointed, width, height)}>
          {pointed.className || "unnamed"}
          {pointed.confidence !== undefined && ` ${percent(pointed.confidence)}`}
        </span>
      )}
    </Viewer>
  );
}

export function colourOf(d: Detection, classes: Classes): number | undefined {
  return classes.repeat ? classes.byName.get(d.className)!.colour : undefined;
}

function Shape({ d }: { d: Detection }) {
  if (d.points.length > 2)
    return <polygon points={d.points.map((p) => `${p.x},${p.y}`).join(" ")} vectorEffect="non-scaling-stroke" />;
  return (
    <rect
      x={d.x - d.width / 2}
      y={d.y - d.height / 2}
      width={d.width}
      height={d.height}
      vectorEffect="non-scaling-stroke"
    />
  );
}

function place(d: Detection, width: number, height: number) {
  const left = (100 * (d.x - d.width / 2)) / width;
  const top = (100 * (d.y - d.height / 2)) / height;
  return { left: `${Math.min(Math.max(left, 0), 94)}%`, top: `${Math.max(top, 0)}%` };
}

function ClassToggles({ classes, chosen }: { classes: Classes; chosen: Chosen }) {
  return (
    <div className={style.toggles} role="group" aria-label="Classes shown">
      {[...classes.byName].slice(0, 40).map(([name, c]) => (
        <button
          key={name}
          type="button"
          className={style.toggle}
          data-colour={c.colour}
          aria-pressed={!chosen.hidden.has(name)}
          onClick={() => chosen.toggle(name)}
        >
          <span className={style.dot} /> <span className={style.word}>{name || "unnamed"}</span>
          {c.count > 1 && <span className={style.count}>{c.count}</span>}
        </button>
      ))}
    </div>
  );
}
