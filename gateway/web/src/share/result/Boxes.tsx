import { useMemo, useState } from "react";
import type { Detection, Value } from "./values";

type Detections = Extract<Value, { kind: "detections" }>;

// The hovered detection and the hidden classes, shared by picture and list.
export interface Chosen {
  at: string;
  point: (id: string) => void;
  hidden: Set<string>;
  toggle: (className: string) => void;
}

export function useDetections(scope: unknown): Chosen {
  const [at, point] = useState("");
  const [hidden, setHidden] = useState<Set<string>>(new Set());
  void scope;
  const toggle = (c: string) =>
    setHidden((old) => {
      const next = new Set(old);
      if (!next.delete(c)) next.add(c);
      return next;
    });
  return { at, point, hidden, toggle };
}

const colours = 8;

// colourOf gives each class one of a few colours, in order of appearance.
export function classesOf(list: Detection[]): Map<string, { colour: number; count: number }> {
  const all = new Map<string, { colour: number; count: number }>();
  for (const d of list) {
    const seen = all.get(d.className);
    if (seen) seen.count++;
    else all.set(d.className, { colour: all.size % colours, count: 1 });
  }
  return all;
}

// Boxes draws detections over their picture.
export function Boxes({
  value,
  ground,
  chosen,
  name,
}: {
  value: Detections;
  ground: string;
  chosen: Chosen;
  name: string;
}) {
  const classes = useMemo(() => classesOf(value.detections), [value]);
  const width = value.width || 100,
    height = value.height || 100;
  const shown = value.detections.filter((d) => !chosen.hidden.has(d.className));
  const pointed = shown.find((d) => d.id === chosen.at);
  // Larger ones first, so that a small one inside can still be pointed at.
  const ordered = [...shown].sort((a, b) => b.width * b.height - a.width * a.height);
  return (
    <figure className="viewer">
      <div className="viewer-room">
        <div className={ground ? "viewer-fit" : "viewer-fit viewer-blank"}>
          {ground && <img src={ground} alt="Analyzed picture" />}
          <svg
            className="boxes"
            viewBox={`0 0 ${width} ${height}`}
            preserveAspectRatio="none"
            role="img"
            aria-label={`${name}: ${shown.length} found; see the list for details`}
          >
            {ordered.map((d) => (
              <g
                key={d.id}
                className={`box colour-${classes.get(d.className)!.colour}${d.id === chosen.at ? " at" : ""}`}
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
          {pointed && (
            <span
              className={`box-label colour-${classes.get(pointed.className)!.colour}`}
              style={labelPlace(pointed, width, height)}
            >
              {pointed.className || "unnamed"}
              {pointed.confidence !== undefined && ` ${percent(pointed.confidence)}`}
            </span>
          )}
        </div>
      </div>
      <figcaption className="viewer-foot">
        <ClassToggles classes={classes} chosen={chosen} />
      </figcaption>
    </figure>
  );
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

function labelPlace(d: Detection, width: number, height: number) {
  const left = (100 * (d.x - d.width / 2)) / width;
  const top = (100 * (d.y - d.height / 2)) / height;
  return { left: `${Math.min(Math.max(left, 0), 80)}%`, top: `${Math.max(top, 6)}%` };
}

function ClassToggles({
  classes,
  chosen,
}: {
  classes: Map<string, { colour: number; count: number }>;
  chosen: Chosen;
}) {
  if (classes.size === 0) return <span className="quiet-text">Nothing found.</span>;
  return (
    <div className="toggles" role="group" aria-label="Classes shown">
      {[...classes].slice(0, 40).map(([name, c]) => (
        <button
          key={name}
          type="button"
          className={`toggle colour-${c.colour}`}
          aria-pressed={!chosen.hidden.has(name)}
          onClick={() => chosen.toggle(name)}
        >
          <span className="dot" /> <span className="toggle-name">{name || "unnamed"}</span>
          {c.count > 1 && <span className="count">{c.count}</span>}
        </button>
      ))}
    </div>
  );
}

// DetectionList lists the detections, for visitors without a pointer or with a screen reader.
export function DetectionList({ name, value, chosen }: { name: string; value: Detections; chosen: Chosen }) {
  const classes = useMemo(() => classesOf(value.detections), [value]);
  const shown = value.detections.filter((d) => !chosen.hidden.has(d.className)).slice(0, 300);
  return (
    <section className="reading">
      <div className="reading-head">
        <h3>{name}</h3>
        <span className="quiet-text">{value.detections.length} found</span>
      </div>
      {shown.length > 0 && (
        <ul className="detections">
          {shown.map((d) => (
            <li key={d.id}>
              <button
                type="button"
                className={`detection colour-${classes.get(d.className)!.colour}${d.id === chosen.at ? " at" : ""}`}
                onPointerEnter={() => chosen.point(d.id)}
                onPointerLeave={() => chosen.point("")}
                onFocus={() => chosen.point(d.id)}
                onBlur={() => chosen.point("")}
                onClick={() => chosen.point(d.id)}
              >
                <span className="dot" /> <span className="detection-name">{d.className || "unnamed"}</span>
                {d.confidence !== undefined && <span className="num">{percent(d.confidence)}</span>}
              </button>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

function percent(x: number): string {
  return `${(100 * x).toFixed(0)} %`;
}
