import { lazy, Suspense, useState, type ReactNode } from "react";
import { Button } from "../ui/Button";
import { useZoom } from "./useZoom";
import style from "./Viewer.module.css";

const Dialog = lazy(() => import("../ui/Dialog").then((m) => ({ default: m.Dialog })));

interface Props {
  // Empty: a blank ground of the given size.
  src: string;
  alt: string;
  width: number;
  height: number;
  onSize?: (size: { width: number; height: number }) => void;
  // Switches at the zoom bar.
  tools?: ReactNode;
  // Below the picture.
  foot?: ReactNode;
  // Drawn over the picture, in its coordinates.
  children?: ReactNode;
}

// Viewer shows a picture that can be zoomed (wheel, pinch, buttons), moved, and seen on the
// whole screen.
export function Viewer(props: Props) {
  const [full, setFull] = useState<boolean>();
  return (
    <>
      <Stage {...props} onFull={() => setFull(true)} />
      {full !== undefined && (
        <Suspense fallback={null}>
          <Dialog open={full} full onClose={() => setFull(false)} title={props.alt} description="">
            <Stage {...props} />
          </Dialog>
        </Suspense>
      )}
    </>
  );
}

function Stage({ src, alt, width, height, onSize, tools, foot, children, onFull }: Props & { onFull?: () => void }) {
  const { room, fit, scale, percent, zoom, reset } = useZoom(width);
  return (
    <figure className={style.viewer} data-part="viewer">
      <div className={style.room} ref={room} data-zoomed={scale > 1 || undefined}>
        <div
          className={style.fit}
          ref={fit}
          style={{ aspectRatio: `${width} / ${height}`, maxWidth: `calc(100cqh * ${width / height})` }}
        >
          {src ? (
            <img
              src={src}
              alt={alt}
              draggable={false}
              onLoad={(e) => onSize?.({ width: e.currentTarget.naturalWidth, height: e.currentTarget.naturalHeight })}
            />
          ) : (
            <span className={style.blank} data-part="blank" />
          )}
          {children}
        </div>
      </div>
      <figcaption className={style.bar}>
        {foot && <div className={style.foot}>{foot}</div>}
        <div className={style.tools} role="group" aria-label="View of the picture">
          <Button look="ghost" square icon="minus" onClick={() => zoom(1 / 1.4)}>
            Zoom out
          </Button>
          <output className={style.percent} data-part="zoom">
            {percent}%
          </output>
          <Button look="ghost" square icon="plus" onClick={() => zoom(1.4)}>
            Zoom in
          </Button>
          <Button look="ghost" square icon="fit" onClick={reset}>
            Fit the picture
          </Button>
          {tools && <span className={style.rule} />}
          {tools}
          {onFull && <span className={style.rule} />}
          {onFull && (
            <Button look="ghost" icon="expand" aria-label="Full screen" onClick={onFull}>
              <span className={style.word}>Full screen</span>
            </Button>
          )}
        </div>
      </figcaption>
    </figure>
  );
}
