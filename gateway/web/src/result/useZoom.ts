// Zoom and position of a picture in its room: wheel, pinch, drag, buttons.
import { useCallback, useEffect, useRef, useState } from "react";

const most = 12;

interface Place {
  scale: number;
  x: number;
  y: number;
}

const whole: Place = { scale: 1, x: 0, y: 0 };

// useZoom moves the element without React: a frame of a pinch renders no component.
export function useZoom(natural: number) {
  const room = useRef<HTMLDivElement>(null);
  const fit = useRef<HTMLDivElement>(null);
  const place = useRef<Place>(whole);
  const [scale, setScale] = useState(1);
  const [fitted, setFitted] = useState(0); // width of the picture at scale 1, in px

  const apply = useCallback((next: Place) => {
    const el = fit.current;
    if (!el) return;
    const { offsetWidth: w, offsetHeight: h } = el;
    const limit = (v: number, size: number) => Math.min(0, Math.max(v, size - size * next.scale));
    place.current = next.scale <= 1 ? whole : { scale: next.scale, x: limit(next.x, w), y: limit(next.y, h) };
    const { scale: s, x, y } = place.current;
    el.style.transform = s === 1 ? "" : `translate(${x}px, ${y}px) scale(${s})`;
    el.style.setProperty("--zoom", String(s));
    setScale(s);
  }, []);

  // zoomAt keeps the point under the pointer where it is.
  const zoomAt = useCallback(
    (factor: number, clientX?: number, clientY?: number) => {
      const el = fit.current;
      if (!el) return;
      const box = el.getBoundingClientRect();
      const { scale: s, x, y } = place.current;
      const next = Math.min(most, Math.max(1, s * factor));
      const px = (clientX ?? box.left + box.width / 2) - box.left;
      const py = (clientY ?? box.top + box.height / 2) - box.top;
      apply({ scale: next, x: x + px - (px * next) / s, y: y + py - (py * next) / s });
    },
    [apply],
  );

  useEffect(() => {
    const el = room.current!;
    const observer = new ResizeObserver(() => setFitted(fit.current?.offsetWidth ?? 0));
    observer.observe(el);
    const wheel = (e: WheelEvent) => {
      if (e.deltaY > 0 && place.current.scale === 1) return; // nothing to zoom out of: the page scrolls
      e.preventDefault();
      zoomAt(Math.exp(-e.deltaY / 300), e.clientX, e.clientY);
    };
    const down = new Map<number, { x: number; y: number }>();
    const press = (e: PointerEvent) => void down.set(e.pointerId, { x: e.clientX, y: e.clientY });
    const move = (e: PointerEvent) => {
      const was = down.get(e.pointerId);
      if (!was) return;
      const other = [...down].find(([id]) => id !== e.pointerId)?.[1];
      down.set(e.pointerId, { x: e.clientX, y: e.clientY });
      if (other) {
        const before = Math.hypot(was.x - other.x, was.y - other.y);
        const after = Math.hypot(e.clientX - other.x, e.clientY - other.y);
        if (before > 0) zoomAt(after / before, (e.clientX + other.x) / 2, (e.clientY + other.y) / 2);
      } else if (place.current.scale > 1) {
        const p = place.current;
        apply({ ...p, x: p.x + e.clientX - was.x, y: p.y + e.clientY - was.y });
      }
    };
    const release = (e: PointerEvent) => void down.delete(e.pointerId);
    el.addEventListener("wheel", wheel, { passive: false });
    el.addEventListener("pointerdown", press);
    window.addEventListener("pointermove", move);
    window.addEventListener("pointerup", release);
    window.addEventListener("pointercancel", release);
    return () => {
      observer.disconnect();
      el.removeEventListener("wheel", wheel);
      el.removeEventListener("pointerdown", press);
      window.removeEventListener("pointermove", move);
      window.removeEventListener("pointerup", release);
      window.removeEventListener("pointercancel", release);
    };
  }, [apply, zoomAt]);

  const reset = useCallback(() => apply(whole), [apply]);
  const percent = Math.round((100 * fitted * scale) / Math.max(1, natural));
  return { room, fit, scale, percent, zoom: zoomAt, reset };
}
