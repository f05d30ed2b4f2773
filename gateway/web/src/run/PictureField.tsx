import { lazy, Suspense, useId, useRef, useState } from "react";
import type { Input } from "../api/client";
import type { Failure } from "../api/failure";
import { Button } from "../ui/Button";
import { FieldError, Input as TextInput } from "../ui/Field";
import { Icon } from "../ui/icons";
import { labelOf } from "./fields";
import { bytes, largest, ofFile, ofURL, shrink, type Picture } from "./picture";
import style from "./PictureField.module.css";
import { useAnywhere } from "./useAnywhere";

const CameraDialog = lazy(() => import("./CameraDialog"));

interface Props {
  input: Input;
  picture?: Picture;
  samples: Picture[];
  // Why the last choice cannot be used.
  unusable?: string;
  error?: string;
  disabled: boolean;
  failure?: Failure;
  onPicture: (p: Picture) => void;
  onUnusable: (why: string) => void;
}

const formats = "image/jpeg,image/png,image/webp,image/bmp,image/gif";
const tooLarge = ["IMAGE_TOO_LARGE", "REQUEST_TOO_LARGE"];

// PictureField takes a picture from drop, paste, file, camera, URL or a sample.
export function PictureField({
  input,
  picture,
  samples,
  unusable,
  error,
  disabled,
  failure,
  onPicture,
  onUnusable,
}: Props) {
  const id = useId();
  const file = useRef<HTMLInputElement>(null);
  const [mode, setMode] = useState<"" | "camera" | "url">("");
  const name = labelOf(input);

  const take = (promise: Promise<Picture>) => {
    setMode("");
    promise.then(onPicture, (e: Error) => onUnusable(e.message));
  };
  const takeFile = (f: Blob & { name?: string }) => take(ofFile(f, f.name || "Pasted picture"));
  const over = useAnywhere(disabled, takeFile, (url) => take(Promise.resolve(ofURL(url))));
  const choose = () => file.current?.click();
  const large = !!picture?.blob && (picture.blob.size > largest() || tooLarge.includes(failure?.reason ?? ""));
  const wrong = unusable ?? error;

  return (
    <div className={style.field} role="group" aria-labelledby={id} data-part="picture">
      <div className={style.head}>
        <span className={style.label} id={id}>
          {name}
        </span>
        <span className={style.formats}>JPEG, PNG or WebP, up to {bytes(largest())}</span>
      </div>
      {picture ? (
        <Chosen picture={picture} input={input} disabled={disabled} onReplace={choose} over={over} />
      ) : (
        <div className={over ? `${style.drop} ${style.over}` : style.drop}>
          <Icon name="image" size={24} />
          <span>{over ? "Drop it here" : "Drop a picture anywhere, or paste one"}</span>
        </div>
      )}
      <input
        ref={file}
        type="file"
        accept={formats}
        hidden
        disabled={disabled}
        onChange={(e) => {
          const f = e.target.files?.[0];
          if (f) takeFile(f);
          e.target.value = "";
        }}
      />
      <div className={style.sources}>
        <Button
          data-input={input.name}
          disabled={disabled}
          aria-describedby={wrong ? `${id}-error` : undefined}
          aria-invalid={!!wrong}
          onClick={choose}
        >
          Choose file
        </Button>
        <Button icon="camera" disabled={disabled} onClick={() => setMode("camera")}>
          Camera
        </Button>
        <Button disabled={disabled} aria-expanded={mode === "url"} onClick={() => setMode(mode === "url" ? "" : "url")}>
          Image URL
        </Button>
      </div>
      {mode === "url" && <FromURL onURL={(u) => take(Promise.resolve(ofURL(u)))} />}
      {(wrong || large) && (
        <div aria-live="polite">
          <FieldError id={`${id}-error`}>
            {large && picture
              ? `${picture.width} × ${picture.height} px, ${bytes(picture.blob!.size)}: too large for this server. `
              : wrong}
            {large && picture && (
              <Button size={28} onClick={() => take(shrink(picture))}>
                Shrink it
              </Button>
            )}
          </FieldError>
        </div>
      )}
      {samples.length > 0 && <Samples samples={samples} chosen={picture} disabled={disabled} onPicture={onPicture} />}
      <Suspense fallback={null}>
        {mode === "camera" && (
          <CameraDialog onClose={() => setMode("")} onShot={(blob) => take(ofFile(blob, "Photograph"))} />
        )}
      </Suspense>
    </div>
  );
}

function Chosen({
  picture,
  input,
  disabled,
  over,
  onReplace,
}: {
  picture: Picture;
  input: Input;
  disabled: boolean;
  over: boolean;
  onReplace: () => void;
}) {
  return (
    <div className={over ? `${style.chosen} ${style.over}` : style.chosen}>
      {picture.shown ? (
        <img src={picture.shown} alt={`Input: ${picture.name}`} width={64} height={48} />
      ) : (
        <Icon name="link" size={24} />
      )}
      <span className={style.about}>
        <span className={style.name} title={picture.name} data-part="picture-name">
          {picture.name}
        </span>
        <span className={style.meta}>
          {picture.url
            ? "The server fetches it when you run."
            : [picture.from === "sample" && "Sample", picture.blob && bytes(picture.blob.size)]
                .filter(Boolean)
                .join(", ")}
        </span>
      </span>
      <Button disabled={disabled} aria-label={`Replace ${labelOf(input)}`} onClick={onReplace}>
        Replace
      </Button>
    </div>
  );
}

// Samples are the owner's pictures to start from.
function Samples({
  samples,
  chosen,
  disabled,
  onPicture,
}: {
  samples: Picture[];
  chosen?: Picture;
  disabled: boolean;
  onPicture: (p: Picture) => void;
}) {
  return (
    <div className={style.samples} role="group" aria-label="Samples">
      <span className={style.meta}>{chosen?.from === "sample" ? "Samples" : "Or start from a sample"}</span>
      <div className={style.thumbs}>
        {samples.map((s) => (
          <button
            key={s.name}
            type="button"
            className={style.thumb}
            disabled={disabled}
            aria-pressed={s === chosen}
            aria-label={s.name}
            onClick={() => onPicture(s)}
          >
            {s.shown ? <img src={s.shown} alt="" /> : <Icon name="link" />}
          </button>
        ))}
      </div>
    </div>
  );
}

function FromURL({ onURL }: { onURL: (url: string) => void }) {
  const [text, setText] = useState("");
  const good = /^https?:\/\/[^\s/]+\S*$/.test(text.trim());
  const use = () => good && onURL(text.trim());
  return (
    <div className={style.url}>
      <TextInput
        inputMode="url"
        aria-label="Image URL"
        placeholder="https://…"
        value={text}
        autoFocus
        onChange={(e) => setText(e.target.value)}
        onKeyDown={(e) => {
          if (e.key === "Enter") {
            e.preventDefault();
            use();
          }
        }}
      />
      <Button size={40} disabled={!good} onClick={use}>
        Use
      </Button>
    </div>
  );
}
