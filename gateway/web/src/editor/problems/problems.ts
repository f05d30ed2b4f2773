// What the server finds wrong, by the block and field that it is about.
import { sentence } from "../../api/explain";
import type { Inspection } from "../../api/owner";
import { places, type Doc } from "../model/doc";

export interface Trouble {
  id: string; // "steps.crop"; empty for the whole document
  field: string;
  text: string;
  // Whether it stops a run, or only sharing.
  weight: "stops" | "sharing";
  // A model's name that the workspace can map to one of these models.
  unmapped?: { name: string; models: string[] };
}

const located = /^(inputs|steps|outputs)\[(\d+)\]\.?(.*)$/;

export function troublesOf(inspection: Inspection | undefined, doc: Doc): Trouble[] {
  if (!inspection) return [];
  const trouble = (
    p: { step?: string; field?: string; message?: string },
    weight: Trouble["weight"],
    unmapped?: Trouble["unmapped"],
  ): Trouble => {
    const [id, field] = locate(doc, p.step ?? "", p.field ?? "");
    return { id, field, text: sentence(p.message ?? ""), weight, unmapped };
  };
  const slots = (inspection.slots ?? []).filter((s) => !s.credential || s.credentialMissing);
  const missing = (inspection.models ?? []).filter((m) => m.missing);
  return unique([
    ...(inspection.problems ?? []).map((p) => trouble(p, "stops")),
    ...(inspection.notRunnable ?? []).map((s) =>
      trouble({ step: s.step, message: `This block does not run here: ${s.message}` }, "stops"),
    ),
    ...missing.map((m) =>
      trouble(
        { step: m.step, field: "model_id", message: m.advice || `There is no model ${m.modelId}` },
        "stops",
        m.modelId && m.candidates?.length ? { name: m.modelId, models: m.candidates } : undefined,
      ),
    ),
    ...slots.map((s) =>
      trouble(
        {
          step: s.step,
          field: s.field,
          message: s.credential ? `There is no credential ${s.credential.split("/")[3]}` : "Choose a credential",
        },
        "stops",
      ),
    ),
    ...(inspection.sharingProblems ?? []).map((p) => trouble(p, "sharing")),
  ]);
}

function unique(all: Trouble[]): Trouble[] {
  const seen = new Set<string>();
  return all.filter((t) => {
    const key = `${t.id} ${t.field} ${t.text}`;
    return !seen.has(key) && seen.add(key);
  });
}

function locate(doc: Doc, step: string, field: string): [id: string, field: string] {
  const found = located.exec(field);
  const place = places.find((p) => p === found?.[1]);
  const element = place && doc[place][Number(found![2])];
  if (element) return [`${place}.${element.name}`, found![3] ?? ""];
  for (const p of ["steps", "inputs", "outputs"] as const)
    if (step && doc[p].some((e) => e.name === step)) return [`${p}.${step}`, field];
  return ["", field];
}

export function byId(troubles: Trouble[]): Map<string, Trouble[]> {
  const map = new Map<string, Trouble[]>();
  for (const t of troubles) map.set(t.id, [...(map.get(t.id) ?? []), t]);
  return map;
}

// atField are the texts about a field: also about a part of it, "data.who".
export function atField(troubles: Trouble[], names: string[]): string {
  return [...new Set(troubles.filter((t) => names.includes(t.field.split(/[.[]/)[0]!)).map((t) => t.text))].join(" ");
}
