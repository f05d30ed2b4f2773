// While a line is dragged: which blocks could take it, and why others could not.
import { createContext, type RefObject } from "react";
import type { Block } from "../../api/editor";
import { downstream, fieldFor, upstream, fits, kindWords } from "../catalogue/fit";
import { find, type Doc } from "../model/doc";
import type { Box, Port } from "./graph";

export interface FittingOf {
  doc: Doc;
  blockOf: (type: string) => Block | undefined;
  boxOf: (id: string) => Box | undefined;
}

// The holder stays the same while the document changes: only a drag reads what it holds.
export const Fitting = createContext<RefObject<FittingOf | null>>({ current: null });

export interface Fit {
  state: "from" | "fits" | "not";
  port?: string; // of the block: a field, or an output
  why: string;
}

// from is "source steps.a output" or "target steps.b field".
export function fitOf(f: FittingOf | null, from: string, box: Box): Fit | null {
  const [side, nodeId = "", ...rest] = from.split(" ");
  const port = rest.join(" ");
  if (!f) return null;
  if (nodeId === box.id) return { state: "from", why: "" };
  return side === "source" ? fitInto(f, nodeId, port, box) : fitOutOf(f, nodeId, port, box);
}

const not = (why: string): Fit => ({ state: "not", why });

function fitInto(f: FittingOf, nodeId: string, port: string, box: Box): Fit {
  const out = f.boxOf(nodeId)?.right.find((p) => p.name === port);
  const step = find(f.doc, box.id);
  if (!out || step?.place !== "steps") return not("takes nothing");
  if (upstream(f.doc, nodeId).has(box.id)) return not("comes before it");
  if (out.control) return { state: "fits", port: "", why: "" };
  const field = fieldFor(f.blockOf(step.type), step.fields, out.kinds);
  if (field) return { state: "fits", port: field.name, why: "" };
  const taken = box.left.flatMap((p) => p.kinds);
  return not(taken.length > 0 ? `takes ${kindWords(taken)}` : "takes no data");
}

function fitOutOf(f: FittingOf, nodeId: string, field: string, box: Box): Fit {
  const port = f.boxOf(nodeId)?.left.find((p) => p.name === field);
  if (!port) return not("");
  if (downstream(f.doc, nodeId).has(box.id)) return not("comes after it");
  const out = box.right.find((p: Port) => !p.control && fits(p.kinds, port.kinds));
  if (out) return { state: "fits", port: out.name, why: "" };
  const given = box.right.flatMap((p) => p.kinds);
  return not(given.length > 0 ? `gives ${kindWords(given)}` : "gives nothing");
}
