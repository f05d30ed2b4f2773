// The document as a graph: blocks with ports, lines between them.
import type { Block } from "../../api/editor";
import { fieldsOf, keyOf } from "../catalogue/fields";
import { isQuiet, kindsOfInput, outputsOf } from "../catalogue/fit";
import type { Doc, Element } from "../model/doc";
import { nodeOf, referencesIn, referencesOf } from "../model/refs";
import type { Path } from "../text/patch";
import { layOut } from "./layout";

export interface Port {
  name: string;
  kinds: string[];
  title: string;
  // Step targets of flow control.
  control?: boolean;
}

export interface Box {
  id: string;
  name: string;
  title: string;
  category: string;
  icon: string;
  notRunnable: string;
  left: Port[];
  right: Port[];
  outputs: string[]; // names of the workflow's outputs that it gives
  x: number;
  y: number;
  height: number;
}

export interface Wire {
  id: string;
  source: string;
  sourcePort: string;
  target: string;
  targetPort: string;
  control: boolean;
  // Where its reference is: in a step, a path into its fields.
  holder: string;
  path: Path;
}

export interface Graph {
  boxes: Box[];
  wires: Wire[];
}

const head = 48;
export const portAt = (i: number) => head / 2 + i * 18;

export function graphOf(doc: Doc, blockOf: (type: string) => Block | undefined): Graph {
  const wires = unique(doc.steps).flatMap(wiresOf);
  const into = by(wires, "target");
  const outOf = by(wires, "source");
  const given = outputsBySource(doc);
  const boxes = [
    ...unique(doc.inputs).map((i) => inputBox(i)),
    ...unique(doc.steps).map((s) => stepBox(s, blockOf(s.type), into, outOf)),
  ].map((b) => ({ ...b, outputs: given.get(b.id) ?? [], height: heightOf(b.left.length, b.right.length) }));
  const places = placesOf(boxes, wires);
  return { boxes: boxes.map((b) => ({ ...b, ...places.get(b.id)! })), wires };
}

let last = { key: "", places: new Map<string, { x: number; y: number }>() };

// placesOf lays the blocks out again only if blocks or lines have changed.
function placesOf(boxes: { id: string; height: number }[], wires: Wire[]) {
  const key = [...boxes.map((b) => `${b.id} ${b.height}`), ...wires.map((w) => `${w.source}>${w.target}`)].join("\n");
  if (last.key !== key) {
    const column = (id: string) => (id.startsWith("inputs.") ? 0 : 1);
    last = {
      key,
      places: layOut(
        boxes.map(({ id, height }) => ({ id, height, column: column(id) })),
        wires,
      ),
    };
  }
  return last.places;
}

// A name that is taken twice is a problem that the server names; the first one is drawn.
function unique(list: Element[]): Element[] {
  const seen = new Set<string>();
  return list.filter((e) => !seen.has(e.name) && seen.add(e.name));
}

const heightOf = (left: number, right: number) => Math.max(head, portAt(Math.max(left, right, 1) - 1) + head / 2);

function by(wires: Wire[], end: "source" | "target"): Map<string, Wire[]> {
  const map = new Map<string, Wire[]>();
  for (const w of wires) {
    const list = map.get(w[end]);
    if (list) list.push(w);
    else map.set(w[end], [w]);
  }
  return map;
}

const wiresByStep = new WeakMap<Element, Wire[]>();

function wiresOf(step: Element): Wire[] {
  let wires = wiresByStep.get(step);
  if (!wires) wiresByStep.set(step, (wires = wiresInto(step)));
  return wires;
}

function wiresInto(step: Element): Wire[] {
  const id = `steps.${step.name}`;
  return referencesOf(step.fields).map(({ path, reference }) => {
    const other = nodeOf(reference);
    const control = !!reference.step && !reference.output;
    const field = String(path[0]);
    const [source, target] = control ? [id, other] : [other, id];
    return {
      id: `${id}:${path.join(".")}`,
      source,
      target,
      sourcePort: control ? field : (reference.output ?? ""),
      targetPort: control ? "" : field,
      control,
      holder: id,
      path,
    };
  });
}

function outputsBySource(doc: Doc): Map<string, string[]> {
  const map = new Map<string, string[]>();
  for (const o of doc.outputs) {
    const found = referencesIn(o.fields.selector)[0];
    if (!found) continue;
    const id = nodeOf(found.reference);
    map.set(id, [...(map.get(id) ?? []), o.name]);
  }
  return map;
}

type Bare = Omit<Box, "x" | "y" | "height" | "outputs">;

function inputBox(input: Element): Bare {
  const picture = /Image$/.test(input.type);
  const initial = input.fields.default_value;
  const plain = ["string", "number", "boolean"].includes(typeof initial) ? `, ${String(initial).slice(0, 40)}` : "";
  return {
    id: `inputs.${input.name}`,
    name: input.name,
    title: picture ? "Picture input" : `Input${plain}`,
    category: "input",
    icon: picture ? "image" : "value",
    notRunnable: "",
    left: [],
    right: [{ name: "", kinds: kindsOfInput(input), title: input.name }],
  };
}

const known = new Set(["model", "visualization", "transformation", "formatter", "flow_control", "sink", "analytics"]);

function stepBox(step: Element, block: Block | undefined, into: Map<string, Wire[]>, outOf: Map<string, Wire[]>): Bare {
  const id = `steps.${step.name}`;
  const category = known.has(block?.category ?? "") ? block!.category! : "other";
  const wiredIn = new Set((into.get(id) ?? []).filter((w) => !w.control).map((w) => w.targetPort));
  const wiredOut = new Set((outOf.get(id) ?? []).filter((w) => !w.control).map((w) => w.sourcePort));
  const left: Port[] = [];
  const right: Port[] = [];
  for (const f of fieldsOf(block)) {
    if (!f.wiring) continue;
    const port = { name: keyOf(step.fields, f), kinds: f.wiring.kinds, title: f.title, control: f.wiring.target };
    if (f.wiring.target) right.push(port);
    else if (wiredIn.delete(port.name) || (f.required && (!f.control || f.wiring.via !== "self"))) left.push(port);
  }
  for (const name of wiredIn) left.push({ name, kinds: ["*"], title: name });
  for (const o of outputsOf(block)) if (wiredOut.delete(o.name) || !isQuiet(o)) right.push({ ...o, title: o.name });
  for (const name of wiredOut) right.push({ name, kinds: ["*"], title: name });
  return {
    id,
    name: step.name,
    title: block?.title ?? step.type,
    category,
    icon: category === "other" ? "block" : category,
    notRunnable: block && !block.runnable ? (block.notRunnableMessage ?? "it does not run here") : "",
    left,
    right,
  };
}
