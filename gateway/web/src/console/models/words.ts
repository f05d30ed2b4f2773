// Models in words.
import type { Model, ModelVersion } from "../../api/manage";

export const idOfModel = (m: Model) => m.name?.split("/")[3] ?? "";
export const numberOf = (v: ModelVersion) => v.name?.split("/")[5] ?? "";

export function sizeOf(bytes: string | number | undefined): string {
  const n = Number(bytes ?? 0);
  if (n === 0) return "";
  return n < 1e6 ? `${Math.ceil(n / 1e3)} KB` : `${(n / 1e6).toFixed(1)} MB`;
}

// idFrom makes an id of a file's name.
export function idFrom(file: string): string {
  const id = file
    .replace(/\.[^.]*$/, "")
    .toLowerCase()
    .replace(/[^a-z0-9_-]+/g, "-")
    .replace(/^[-_]+/, "");
  return id.slice(0, 63).replace(/-+$/, "");
}

export const tasks = [
  { value: "object-detection", label: "Find objects" },
  { value: "classification", label: "Classify pictures" },
  { value: "multi-label-classification", label: "Label pictures" },
  { value: "instance-segmentation", label: "Outline objects" },
  { value: "semantic-segmentation", label: "Classify pixels" },
  { value: "keypoint-detection", label: "Find key points" },
  { value: "depth-estimation", label: "Estimate depth" },
  { value: "text-recognition", label: "Read text" },
  { value: "embedding", label: "Compare pictures with texts" },
];
