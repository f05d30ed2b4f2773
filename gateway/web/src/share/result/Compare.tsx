import { useState } from "react";
import type { Picture } from "../picture";
import { Download } from "./Download";
import type { Value } from "./values";

type Shown = Extract<Value, { kind: "picture" }>;

// Compare shows the input to the left of a movable line and the output to the right.
export function Compare({ name, picture, input }: { name: string; picture: Shown; input: Picture | null }) {
  const [at, setAt] = useState(0);
  const [size, setSize] = useState<{ w: number; h: number } | null>(null);
  const same = !!input?.shown && !!size && Math.abs(size.w / size.h - input.width / input.height) < 0.02;
  const extension = picture.blob.type === "image/png" ? "png" : "jpg";
  return (
    <figure className="viewer">
      <div className="viewer-room">
        <div className="viewer-fit">
          <img
            src={picture.shown}
            alt={`Output ${name}`}
            onLoad={(e) => setSize({ w: e.currentTarget.naturalWidth, h: e.currentTarget.naturalHeight })}
          />
          {same && at > 0 && (
            <img className="compare-input" src={input.shown} alt="" style={{ clipPath: `inset(0 ${100 - at}% 0 0)` }} />
          )}
          {same && at > 0 && <span className="compare-line" style={{ left: `${at}%` }} />}
        </div>
      </div>
      <figcaption className="viewer-foot">
        {same && (
          <label className="compare">
            Compare with the input
            <input type="range" min={0} max={100} value={at} onChange={(e) => setAt(Number(e.target.value))} />
          </label>
        )}
        <Download
          name={`${name.replace(/[^A-Za-z0-9_-]+/g, "_")}.${extension}`}
          make={() => picture.blob}
          label="Download"
        />
      </figcaption>
    </figure>
  );
}
