import { useCallback, useState } from "react";

// useSelection holds what is selected, and lets the address say it: ?step=NAME.
export function useSelection(): [selected: string, select: (id: string) => void] {
  const [selected, setSelected] = useState(() => {
    const step = new URLSearchParams(window.location.search).get("step");
    return step ? `steps.${step}` : "";
  });
  const select = useCallback((id: string) => {
    setSelected(id);
    const url = new URL(window.location.href);
    if (id.startsWith("steps.")) url.searchParams.set("step", id.slice("steps.".length));
    else url.searchParams.delete("step");
    window.history.replaceState(window.history.state, "", url);
  }, []);
  return [selected, select];
}
