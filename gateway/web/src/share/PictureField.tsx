import { lazy, Suspense, useEffect, useId, useRef, useState, type DragEvent } from "react";
import type { Input } from "../api/client";
import type { Failure } from "../api/failure";
import { Icon } from "../ui/icons";
import { labelOf } from "./fields";
import { bytes, largest, ofFile, ofURL, ofValue, shrink, type Picture } from "./picture";

const CameraDialog = lazy(() => import("./CameraDialog"));

interface Props {
  input: Input;
  picture: Picture | null;
  sample: unknown;
  error?: string;
  disabled: boolean;
  failure?: Failure;
  onPicture: (p: Picture | null) => void;
}

const formats = "image/jpeg,image/png,image/webp,image/bmp,image/gif";

// PictureField takes a picture from drop, paste, file, camera, address or sample.
export function PictureField({ input, picture, sample, error, disabled, failure, onPicture }: Props) {
  const id = useId();
  const file = useRef<HTMLInputElement>(null);
  const [trouble, setTrouble] = useState("");
  const [over, setOver] = useState(false);
  const [mode, setMode] = useState<"" | "camera" | "url">("");
  const name = labelOf(input.name ?? "");

  const take = (promise: Promise<Picture | null>) => {
    setTrouble("");
    setMode("");
    promise.then(
      (p) => p && onPicture(p),
      (e: Error) => setTrouble(e.message),
    );
  };
  const takeFile = (f: File | undefined | null) => f && take(ofFile(f, f.name || "Pasted picture"));
  usePaste(disabled, takeFile);

  const drop = (e: DragEvent) => {
    e.preventDefault();
    setOver(false);
    const dropped = e.dataTransfer.files[0];
    if (dropped) return takeFile(dropped);
    const address = e.dataTransfer.getData("text/uri-list") || e.dataTransfer.getData("text/plain");
    if (/^https?:\/\//.test(address)) take(Promise.resolve(ofURL(address.split("\n")[0]!)));
  };
  const tooLarge =
    picture?.blob &&
    (picture.blob.size > largest() || failure?.reason === "IMAGE_TOO_LARGE" || failure?.reason === "REQUEST_TOO_LARGE");

  return (
    <div className="field picture-field" role="group" aria-labelledby={id}>
      <div className="label-row">
        <span className="label" id={id}>
          {name}
        </span>
        {picture && (
          <span className="picture-name" title={picture.name}>
            {picture.from === "sample" ? "the owner's sample" : picture.name}
            {picture.blob && ` · ${bytes(picture.blob.size)}`}
          </span>
        )}
      </div>
      <div
        className={over ? "drop over" : "drop"}
        onDragOver={(e) => {
          e.preventDefault();
          setOver(true);
        }}
        onDragLeave={() => setOver(false)}
        onDrop={drop}
      >
        {picture?.shown ? (
          <img src={picture.shown} alt={`Input: ${picture.name}`} />
        ) : picture ? (
          <span className="drop-hint">
            <Icon name="link" size={22} />
            <span className="address">{picture.url}</span>The server fetches it.
          </span>
        ) : (
          <span className="drop-hint">
            <Icon name="image" size={26} />
            Drop or paste a picture here
          </span>
        )}
        <button
          type="button"
          className="drop-target"
          data-input={input.name}
          disabled={disabled}
          aria-describedby={`${id}-hint`}
          aria-label={picture ? `Change ${name}` : `Choose ${name}`}
          onClick={() => file.current?.click()}
        />
        <input
          ref={file}
          type="file"
          accept={formats}
          hidden
          disabled={disabled}
          onChange={(e) => {
            takeFile(e.target.files?.[0]);
            e.target.value = "";
          }}
        />
      </div>
      <div className="sources">
        <button type="button" className="button small" disabled={disabled} onClick={() => file.current?.click()}>
          File
        </button>
        <button type="button" className="button small" disabled={disabled} onClick={() => setMode("camera")}>
          Camera
        </button>
        <button
          type="button"
          className="button small"
          disabled={disabled}
          aria-expanded={mode === "url"}
          onClick={() => setMode(mode === "url" ? "" : "url")}
        >
          Address
        </button>
        {sample !== undefined && picture?.from !== "sample" && (
          <button type="button" className="button small" disabled={disabled} onClick={() => take(ofValue(sample))}>
            Sample
          </button>
        )}
      </div>
      {mode === "url" && <Address onURL={(u) => take(Promise.resolve(ofURL(u)))} />}
      <p className="hint" id={`${id}-hint`} aria-live="polite">
        {(trouble || error) && <span className="error">{trouble || error} </span>}
        {tooLarge && (
          <span className="error">
            {picture.width} × {picture.height} px, {bytes(picture.blob!.size)}: too large for this server.{" "}
            <button type="button" className="button small" onClick={() => take(shrink(picture))}>
              Shrink it
            </button>
          </span>
        )}
      </p>
      <Suspense fallback={null}>
        {mode === "camera" && (
          <CameraDialog onClose={() => setMode("")} onShot={(blob) => take(ofFile(blob, "Photograph"))} />
        )}
      </Suspense>
    </div>
  );
}

function Address({ onURL }: { onURL: (url: string) => void }) {
  const [text, setText] = useState("");
  const good = /^https?:\/\/[^\s/]+\S*$/.test(text.trim());
  const use = () => good && onURL(text.trim());
  return (
    <div className="row">
      <input
        type="text"
        inputMode="url"
        aria-label="Address of a picture"
        placeholder="https://…"
        value={text}
        autoFocus
        autoComplete="off"
        onChange={(e) => setText(e.target.value)}
        onKeyDown={(e) => {
          if (e.key === "Enter") {
            e.preventDefault();
            use();
          }
        }}
      />
      <button type="button" className="button" disabled={!good} onClick={use}>
        Use
      </button>
    </div>
  );
}

// usePaste takes a pasted picture, with the focus anywhere on the page.
function usePaste(disabled: boolean, take: (f: File | null | undefined) => void) {
  const latest = useRef(take);
  latest.current = take;
  useEffect(() => {
    if (disabled) return;
    const paste = (e: ClipboardEvent) => {
      const found = [...(e.clipboardData?.files ?? [])].find((f) => f.type.startsWith("image/"));
      if (!found) return;
      e.preventDefault();
      latest.current(found);
    };
    document.addEventListener("paste", paste);
    return () => document.removeEventListener("paste", paste);
  }, [disabled]);
}
