import { useSyncExternalStore } from "react";

const query = "(max-width: 859px)";

function subscribe(changed: () => void) {
  const media = window.matchMedia(query);
  media.addEventListener("change", changed);
  return () => media.removeEventListener("change", changed);
}

// useNarrow is true where a graph has no room to be looked at.
export function useNarrow(): boolean {
  return useSyncExternalStore(subscribe, () => window.matchMedia(query).matches);
}
