import { useEffect, useRef, useState } from "react";
import { Button } from "../ui/Button";
import { Dialog, DialogFoot } from "../ui/Dialog";
import style from "./CameraDialog.module.css";

// CameraDialog takes one picture. It turns the camera off when it closes.
export default function CameraDialog({ onClose, onShot }: { onClose: () => void; onShot: (blob: Blob) => void }) {
  const video = useRef<HTMLVideoElement>(null);
  const [state, setState] = useState<"starting" | "ready" | string>("starting");
  useEffect(() => {
    let stream: MediaStream | undefined;
    let closed = false;
    const open = async () => {
      if (!navigator.mediaDevices) throw new Error("insecure");
      stream = await navigator.mediaDevices.getUserMedia({
        video: { facingMode: "environment", width: { ideal: 1920 } },
      });
      if (closed) return stop(stream);
      video.current!.srcObject = stream;
      await video.current!.play();
      setState("ready");
    };
    open().catch(
      () => !closed && setState("No camera is available, or this page may not use it. Choose a file instead."),
    );
    return () => {
      closed = true;
      if (stream) stop(stream);
    };
  }, []);
  const shoot = () => {
    const v = video.current!;
    const canvas = document.createElement("canvas");
    canvas.width = v.videoWidth;
    canvas.height = v.videoHeight;
    canvas.getContext("2d")!.drawImage(v, 0, 0);
    canvas.toBlob((blob) => blob && onShot(blob), "image/jpeg", 0.92);
  };
  return (
    <Dialog
      open
      onClose={onClose}
      title="Take a picture"
      description="The picture stays in this page until you press Run."
    >
      <div className={style.camera}>
        <video ref={video} playsInline muted aria-label="Camera preview" />
        {state !== "ready" && <p role="status">{state === "starting" ? "Starting the camera…" : state}</p>}
      </div>
      <DialogFoot>
        <Button look="filled" size={40} disabled={state !== "ready"} onClick={shoot}>
          Take it
        </Button>
      </DialogFoot>
    </Dialog>
  );
}

function stop(stream: MediaStream) {
  for (const track of stream.getTracks()) track.stop();
}
