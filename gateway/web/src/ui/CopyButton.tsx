import { useEffect, useState } from "react";
import { Button, type ButtonLook, type ButtonSize } from "./Button";

interface Props {
  text: string;
  label: string;
  // The accessible name, where the label alone says too little.
  name?: string;
  look?: ButtonLook;
  size?: ButtonSize;
  icon?: string;
  className?: string;
}

// CopyButton confirms the copy for a moment, also to screen readers.
export function CopyButton({ text, label, name, icon = "copy", ...rest }: Props) {
  const [done, setDone] = useState<"" | "copied" | "failed">("");
  useEffect(() => {
    if (!done) return;
    const timer = setTimeout(() => setDone(""), 2000);
    return () => clearTimeout(timer);
  }, [done]);
  const copy = () =>
    write(text).then(
      () => setDone("copied"),
      () => setDone("failed"),
    );
  return (
    <Button {...rest} icon={done === "copied" ? "check" : icon} aria-label={name ?? label} onClick={copy}>
      <span aria-live="polite">{done === "copied" ? "Copied" : done === "failed" ? "Copy by hand" : label}</span>
    </Button>
  );
}

// The clipboard API exists only on https and localhost.
async function write(text: string) {
  if (navigator.clipboard) return navigator.clipboard.writeText(text);
  const area = document.createElement("textarea");
  area.value = text;
  document.body.append(area);
  area.select();
  const ok = document.execCommand("copy");
  area.remove();
  if (!ok) throw new Error("copy refused");
}
