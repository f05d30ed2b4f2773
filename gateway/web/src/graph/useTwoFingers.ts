import { useEffect, type RefObject } from "react";

// useTwoFingers leaves one finger to the page, which scrolls with it. The graph hears of a touch
// from the second finger on.
export function useTwoFingers(room: RefObject<HTMLElement | null>) {
  useEffect(() => {
    const el = room.current!;
    const start = (e: TouchEvent) => {
      if (e.touches.length < 2) e.stopPropagation();
    };
    el.addEventListener("touchstart", start, { capture: true, passive: true });
    return () => el.removeEventListener("touchstart", start, { capture: true });
  }, [room]);
}
