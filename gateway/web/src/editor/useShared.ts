import { replaceEqualDeep } from "@tanstack/react-query";
import { useMemo, useRef } from "react";

// useShared keeps the parts of a value that say the same as before, as the same objects. What
// shows them is then not drawn again.
export function useShared<T>(value: T): T {
  const held = useRef(value);
  return useMemo(() => (held.current = replaceEqualDeep(held.current, value)), [value]);
}
