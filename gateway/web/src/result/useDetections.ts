import { useState } from "react";
import type { Detection } from "./values";

// Chosen is what is pointed at and hidden, shared by picture and list.
export interface Chosen {
  at: string;
  point: (id: string) => void;
  hidden: Set<string>;
  toggle: (className: string) => void;
  labels: boolean;
  setLabels: (on: boolean) => void;
}

export function useDetections(): Chosen {
  const [at, point] = useState("");
  const [hidden, setHidden] = useState<Set<string>>(new Set());
  const [labels, setLabels] = useState(true);
  const toggle = (c: string) =>
    setHidden((old) => {
      const next = new Set(old);
      if (!next.delete(c)) next.add(c);
      return next;
    });
  return { at, point, hidden, toggle, labels, setLabels };
}

const colours = 8;

// Classes counts detections by class. Colours tell classes apart only where one repeats; else
// all boxes share one colour, and numbers tie them to their rows.
export interface Classes {
  byName: Map<string, { colour: number; count: number }>;
  repeat: boolean;
  // Whether the labels on the picture are numbers: names would cover it.
  numbered: boolean;
}

export function classesOf(list: Detection[]): Classes {
  const byName = new Map<string, { colour: number; count: number }>();
  for (const d of list) {
    const seen = byName.get(d.className);
    if (seen) seen.count++;
    else byName.set(d.className, { colour: byName.size % colours, count: 1 });
  }
  const repeat = [...byName.values()].some((c) => c.count > 1);
  const long = [...byName.keys()].some((name) => name.length > 12);
  return { byName, repeat, numbered: !repeat && (long || list.length > 4) };
}

export function percent(x: number): string {
  return `${(100 * x).toFixed(0)}%`;
}

// sameShape says whether two pictures can be the same at two sizes.
export function sameShape(a: { width: number; height: number }, b: { width: number; height: number }): boolean {
  if (!a.width || !a.height || !b.width || !b.height) return true; // an output without a size
  return Math.abs(a.width / a.height - b.width / b.height) < 0.02;
}
