import { useCallback, useEffect, useRef, useState } from "react";

const pause = 200; // ms; a browser takes some for a new address, and limits how many there are

// useSelection holds what is selected, and lets the address say it: ?step=NAME.
export function useSelection(): [selected: string, select: (id: string) => void] {
  const [selected, setSelected] = useState(() => {
    const step = new URLSearchParams(window.location.search).get("step");
    return step ? `steps.${step}` : "";
  });
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const select = useCallback((id: string) => {
    setSelected(id);
    clearTimeout(timer.current);
    timer.current = setTimeout(() => tell(id), pause);
  }, []);
  useEffect(() => () => clearTimeout(timer.current), []);
  return [selected, select];
}

// tell puts what is selected into the address.
function tell(id: string) {
  const url = new URL(window.location.href);
  if (id.startsWith("steps.")) url.searchParams.set("step", id.slice("steps.".length));
  else url.searchParams.delete("step");
  window.history.replaceState(window.history.state, "", url);
}
