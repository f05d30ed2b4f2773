// Conversion between the shared interface and form fields.
import type { Input, Output } from "../api/client";
import { Exact, numberOf, parse as parseJSON, stringify } from "../json/exact";
import { providerName } from "./providers";

export type FieldKind = "picture" | "credential" | "switch" | "ratio" | "integer" | "number" | "text" | "json";

export function kindOf(input: Input): FieldKind {
  if (input.credential) return "credential";
  const kinds = input.kinds ?? [];
  if (/Image$/.test(input.type ?? "") || (kinds.length === 1 && kinds[0] === "image")) return "picture";
  const first = kinds.find((k) => k !== "*");
  switch (first) {
    case "boolean":
      return "switch";
    case "float_zero_to_one":
      return "ratio";
    case "integer":
      return "integer";
    case "float":
      return "number";
    case "list_of_values":
    case "dictionary":
    case "roboflow_managed_key":
    case "point":
    case "zone":
    case "rgb_color":
      return first === "rgb_color" ? "text" : "json";
    case undefined:
      return byDefault(input.defaultValue);
    default:
      return /^(string|roboflow_|language_model|top_class|secret|serialised|image_metadata|prediction_type|parent_id|inference_id)/.test(
        first,
      )
        ? "text"
        : "json";
  }
}

function byDefault(value: unknown): FieldKind {
  if (value instanceof Exact) return "number";
  switch (typeof value) {
    case "boolean":
      return "switch";
    case "number":
      return "number";
    case "object":
      return value === null ? "text" : "json";
    default:
      return "text";
  }
}

// initial is the first value of a field.
export function initial(input: Input, sample?: unknown): string {
  const value = sample !== undefined ? sample : input.defaultValue;
  if (value === undefined || value === null) return kindOf(input) === "switch" ? "false" : "";
  return typeof value === "string" ? value : stringify(value, kindOf(input) === "json" ? 2 : undefined);
}

export type Parsed = { value: unknown } | { error: string } | "absent";

// parse reads the text of a field. Empty text means the default, if there is one.
export function parse(input: Input, text: string): Parsed {
  const kind = kindOf(input);
  if (text.trim() === "" && !(kind === "text" && text !== "")) {
    if (!input.required) return "absent";
    return kind === "text" && (input.kinds ?? []).includes("string") && input.defaultValue === ""
      ? { value: "" }
      : { error: "Fill in this field." };
  }
  switch (kind) {
    case "switch":
      return { value: text === "true" };
    case "integer":
      return /^[+-]?\d+$/.test(text.trim())
        ? { value: numberOf(text) }
        : { error: "A whole number is needed, such as 3." };
    case "number":
      return number(text, -Infinity, Infinity, "A number is needed, such as 0.5.");
    case "ratio":
      return number(text, 0, 1, "A number from 0 to 1 is needed.");
    case "json":
      return json(text);
    default:
      return { value: text };
  }
}

function number(text: string, from: number, to: number, error: string): Parsed {
  const value = numberOf(text);
  const near = Number(value);
  return Number.isFinite(near) && near >= from && near <= to ? { value } : { error };
}

function json(text: string): Parsed {
  try {
    return { value: parseJSON(text) };
  } catch {
    return { error: 'JSON is needed, such as ["a", "b"].' };
  }
}

// labelOf is the owner's label, or makes "min_confidence" readable. A credential is named after
// its provider: owners cannot rename it.
export function labelOf(input: Input): string {
  const provider = input.credential ? providerName(input.provider) : "";
  return provider ? `${provider} API key` : (!input.credential && input.label) || readable(input.name ?? "");
}

export function outputLabel(output: Output): string {
  return output.label || readable(output.name ?? "");
}

export function readable(name: string): string {
  const words = name.replace(/[_-]+/g, " ").trim();
  return words.charAt(0).toUpperCase() + words.slice(1);
}
