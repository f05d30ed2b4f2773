import { useRef, useState, type DragEvent } from "react";
import { Button } from "../../ui/Button";
import { classes } from "../../ui/classes";
import { Meter } from "../../ui/Meter";
import page from "../parts/Page.module.css";
import { Trouble } from "../parts/Trouble";
import style from "./Models.module.css";
import type { Upload } from "./useUpload";

// DropFile takes an ONNX file or a model package, by drop or by choice, and shows how far it is.
export function DropFile({ upload, onFile }: { upload: Upload; onFile: (file: File) => void }) {
  const input = useRef<HTMLInputElement>(null);
  const [over, setOver] = useState(false);
  const drop = (e: DragEvent) => {
    e.preventDefault();
    setOver(false);
    const file = e.dataTransfer.files[0];
    if (file && upload.part === null) onFile(file);
  };
  return (
    <div
      className={classes(style.drop, over && style.over)}
      onDragOver={(e) => {
        e.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={drop}
    >
      {upload.part === null ? (
        <>
          <Button icon="plus" onClick={() => input.current?.click()}>
            Choose a file
          </Button>
          <span className={page.quiet}>or drop an .onnx file or a .zip package here</span>
        </>
      ) : (
        <>
          <div className={style.progress} role="status">
            <Meter
              value={upload.part}
              most={1.0001}
              words={upload.part < 1 ? `${Math.floor(upload.part * 100)}% sent` : "Sent. The server opens it once."}
            />
          </div>
          <Button onClick={upload.cancel}>Cancel</Button>
        </>
      )}
      <input
        ref={input}
        className="sr-only"
        type="file"
        tabIndex={-1}
        aria-label="Model file"
        accept=".onnx,.zip"
        onChange={(e) => {
          const file = e.target.files?.[0];
          e.target.value = "";
          if (file) onFile(file);
        }}
      />
      {upload.failure && upload.part === null && <Trouble failure={upload.failure} />}
    </div>
  );
}
