import { useState } from "react";
import type { Picture } from "../run/picture";
import style from "./Compare.module.css";
import { Download } from "./Download";
import type { Value } from "./values";
import { Viewer } from "./Viewer";

type Shown = Extract<Value, { kind: "picture" }>;

// Compare shows the input to the left of a movable line and the output to the right.
export function Compare({ name, picture, input }: { name: string; picture: Shown; input?: Picture }) {
  const [at, setAt] = useState(0);
  const [size, setSize] = useState({ width: 4, height: 3 });
  const same = !!input?.shown && Math.abs(size.width / size.height - input.width / input.height) < 0.02;
  const extension = picture.blob.type === "image/png" ? "png" : "jpg";
  return (
    <Viewer
      src={picture.shown}
      alt={`Output ${name}`}
      width={size.width}
      height={size.height}
      onSize={setSize}
      foot={
        <div className={style.foot}>
          {same && (
            <label className={style.slider}>
              Compare with the input
              <input type="range" min={0} max={100} value={at} onChange={(e) => setAt(Number(e.target.value))} />
            </label>
          )}
          <Download
            name={`${name.replace(/[^A-Za-z0-9_-]+/g, "_")}.${extension}`}
            make={() => picture.blob}
            label="Download"
          />
        </div>
      }
    >
      {same && at > 0 && (
        <>
          <img
            className={style.input}
            data-part="compare-input"
            src={input.shown}
            alt=""
            style={{ clipPath: `inset(0 ${100 - at}% 0 0)` }}
          />
          <span className={style.line} style={{ left: `${at}%` }} />
        </>
      )}
    </Viewer>
  );
}
