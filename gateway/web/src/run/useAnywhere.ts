// Takes a picture that is pasted or dropped anywhere on the page.
import { useEffect, useRef, useState } from "react";

type File = Blob & { name?: string };

// useAnywhere returns whether something is held over the page. Without a handler of ours, the
// browser would leave the page for a file that misses the field.
export function useAnywhere(disabled: boolean, takeFile: (f: File) => void, takeURL: (url: string) => void): boolean {
  const [over, setOver] = useState(false);
  const take = useRef({ takeFile, takeURL });
  useEffect(() => {
    take.current = { takeFile, takeURL };
  });
  useEffect(() => {
    const holds = (e: DragEvent) =>
      !!e.dataTransfer && [...e.dataTransfer.types].some((t) => t === "Files" || t === "text/uri-list");
    const drag = (e: DragEvent) => {
      if (!holds(e)) return;
      e.preventDefault();
      setOver(!disabled);
    };
    const leave = (e: DragEvent) => e.relatedTarget === null && setOver(false);
    const drop = (e: DragEvent) => {
      if (!holds(e)) return;
      e.preventDefault();
      setOver(false);
      if (disabled) return;
      const file = e.dataTransfer!.files[0];
      if (file) return take.current.takeFile(file);
      const url = e.dataTransfer!.getData("text/uri-list").split("\n")[0]!.trim();
      if (/^https?:\/\//.test(url)) take.current.takeURL(url);
    };
    const paste = (e: ClipboardEvent) => {
      const found = [...(e.clipboardData?.files ?? [])].find((f) => f.type.startsWith("image/"));
      if (disabled || !found) return;
      e.preventDefault();
      take.current.takeFile(found);
    };
    document.addEventListener("dragover", drag);
    document.addEventListener("dragleave", leave);
    document.addEventListener("drop", drop);
    document.addEventListener("paste", paste);
    return () => {
      document.removeEventListener("dragover", drag);
      document.removeEventListener("dragleave", leave);
      document.removeEventListener("drop", drop);
      document.removeEventListener("paste", paste);
    };
  }, [disabled]);
  return over;
}
