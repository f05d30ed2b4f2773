// State of the command palette, shared by the code that opens it and the code that shows it.
import { useEffect, useState } from "react";

const asked = new EventTarget();

export function openPalette() {
  asked.dispatchEvent(new Event("open"));
}

// shortcut is the shortcut as it is written on keyboards of this system.
export const shortcut = /Mac|iPhone|iPad/.test(navigator.platform) ? "⌘K" : "Ctrl K";

// usePalette returns whether the palette is open. Ctrl or Cmd with K opens and closes it.
export function usePalette(): [boolean, (open: boolean) => void] {
  const [open, setOpen] = useState(false);
  useEffect(() => {
    const onAsk = () => setOpen(true);
    const onKey = (e: KeyboardEvent) => {
      if (e.key.toLowerCase() !== "k" || !(e.ctrlKey || e.metaKey) || e.shiftKey || e.altKey) return;
      e.preventDefault();
      setOpen((was) => !was);
    };
    asked.addEventListener("open", onAsk);
    window.addEventListener("keydown", onKey);
    return () => {
      asked.removeEventListener("open", onAsk);
      window.removeEventListener("keydown", onKey);
    };
  }, []);
  return [open, setOpen];
}
