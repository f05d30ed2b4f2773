// Classifies outputs by their form: pictures, detections, text, tables, or JSON.
import { Exact, isNumber, stringify } from "../json/exact";
import { blobOf, typeOf } from "../run/picture";

export interface Detection {
  id: string;
  className: string;
  confidence?: number;
  // Centre and size, in pixels of the picture that it was found in.
  x: number;
  y: number;
  width: number;
  height: number;
  points: { x: number; y: number }[];
  keypoints: { x: number; y: number; name: string }[];
}

export type Value =
  | { kind: "picture"; shown: string; blob: Blob }
  | { kind: "detections"; width: number; height: number; detections: Detection[] }
  | { kind: "text"; text: string }
  | { kind: "table"; columns: string[]; rows: unknown[][] }
  | { kind: "list"; items: Value[] }
  | { kind: "json"; value: unknown };

type Fields = Record<string, unknown>;

function isFields(v: unknown): v is Fields {
  return typeof v === "object" && v !== null && !Array.isArray(v) && !(v instanceof Exact);
}

export function read(value: unknown): Value {
  if (value === null || value === undefined) return { kind: "text", text: "nothing" };
  if (typeof value === "string") return { kind: "text", text: value };
  if (isNumber(value) || typeof value === "boolean") return { kind: "text", text: String(value) };
  if (isFields(value)) return picture(value) ?? detections(value) ?? classes(value) ?? { kind: "json", value };
  if (Array.isArray(value)) return list(value);
  return { kind: "json", value };
}

function picture(v: Fields): Value | null {
  if (v.type !== "base64" || typeof v.value !== "string") return null;
  try {
    const blob = blobOf(v.value);
    // Only raster formats, which cannot contain scripts.
    if (blob.type === typeOf(new Uint8Array())) return null;
    return { kind: "picture", blob, shown: URL.createObjectURL(blob) };
  } catch {
    return null;
  }
}

function detections(v: Fields): Value | null {
  const size = v.image;
  if (!Array.isArray(v.predictions) || !isFields(size)) return null;
  const list = v.predictions.filter(isFields);
  if (list.some((p) => !["x", "y", "width", "height"].every((k) => isNumber(p[k])))) return null;
  if (list.length === 0 && v.predictions.length > 0) return null;
  return { kind: "detections", width: num(size.width), height: num(size.height), detections: list.map(detection) };
}

function detection(p: Fields, i: number): Detection {
  const points = (v: unknown) =>
    Array.isArray(v) ? v.filter(isFields).map((q) => ({ x: num(q.x), y: num(q.y), name: text(q.class) })) : [];
  return {
    id: String(i),
    className: text(p.class),
    confidence: isNumber(p.confidence) ? Number(p.confidence) : undefined,
    x: num(p.x),
    y: num(p.y),
    width: num(p.width),
    height: num(p.height),
    points: points(p.points),
    keypoints: points(p.keypoints),
  };
}

function classes(v: Fields): Value | null {
  if (!Array.isArray(v.predictions) || v.predictions.length === 0) return null;
  const rows = v.predictions.filter(isFields);
  if (rows.length === 0 || rows.some((r) => typeof r.class !== "string" || !isNumber(r.confidence))) return null;
  return { kind: "table", columns: ["class", "confidence"], rows: rows.map((r) => [r.class, r.confidence]) };
}

function list(v: unknown[]): Value {
  if (v.length > 0 && v.every((x) => isFields(x) && !picture(x))) {
    const columns = [...new Set(v.flatMap((x) => Object.keys(x as Fields)))];
    const flat = v.every((x) =>
      Object.values(x as Fields).every((y) => typeof y !== "object" || y === null || y instanceof Exact),
    );
    if (flat && columns.length <= 12)
      return { kind: "table", columns, rows: v.map((x) => columns.map((c) => (x as Fields)[c])) };
  }
  if (v.length > 0 && v.length <= 50 && v.every((x) => isFields(x))) {
    const items = v.map(read);
    if (items.some((i) => i.kind === "picture" || i.kind === "detections")) return { kind: "list", items };
  }
  if (v.length > 0 && v.length <= 200 && v.every((x) => typeof x === "string" || isNumber(x)))
    return { kind: "text", text: v.join("\n") };
  return { kind: "json", value: v };
}

function num(v: unknown): number {
  return isNumber(v) && Number.isFinite(Number(v)) ? Number(v) : 0;
}

function text(v: unknown): string {
  return typeof v === "string" ? v : v === undefined || v === null ? "" : stringify(v);
}

// forget releases the resources of a value that is replaced.
export function forget(v: Value) {
  if (v.kind === "picture") URL.revokeObjectURL(v.shown);
  if (v.kind === "list") v.items.forEach(forget);
}

// withoutPictures replaces pictures with their size, for reading.
export function withoutPictures(value: unknown): unknown {
  if (typeof value === "string")
    return value.length > 4000 && /^[A-Za-z0-9+/=]+$/.test(value.slice(0, 400))
      ? `(${Math.round((value.length * 3) / 4000)} KB of base64)`
      : value;
  if (Array.isArray(value)) return value.map(withoutPictures);
  if (isFields(value)) return Object.fromEntries(Object.entries(value).map(([k, v]) => [k, withoutPictures(v)]));
  return value;
}
