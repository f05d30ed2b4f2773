import { useEffect, useState } from "react";
import { Icon } from "./icons";

// CopyButton confirms the copy for a moment, also to screen readers.
export function CopyButton({
  text,
  label,
  className = "button",
  icon = "copy",
}: {
  text: string;
  label: string;
  className?: string;
  icon?: string;
}) {
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
    <button type="button" className={className} onClick={copy} aria-label={label}>
      <Icon name={done === "copied" ? "check" : icon} />
      <span className="button-text" aria-live="polite">
        {done === "copied" ? "Copied" : done === "failed" ? "Copy by hand" : label}
      </span>
    </button>
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
