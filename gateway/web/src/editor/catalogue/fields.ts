// The fields of a block, read from its JSON Schema.
import type { Block } from "../../api/editor";
import type { Via } from "../model/edit";

export type Control =
  | "text"
  | "number"
  | "integer"
  | "ratio"
  | "switch"
  | "enum"
  | "credential"
  | "model"
  | "operations"
  | "map"
  | "list"
  | "json";

// Wiring says which references a field takes.
export interface Wiring {
  kinds: string[];
  via: Via;
  target: boolean; // steps of flow control instead of data
}

export interface Field {
  name: string;
  title: string;
  help: string;
  required: boolean;
  default: unknown;
  wiring?: Wiring;
  // The control of constants; none for a field that takes references only.
  control?: Control;
  options: string[];
  min?: number;
  max?: number;
  nullable: boolean;
  provider?: string; // of a credential
  task?: string; // of a model
  aliases: string[];
}

interface Schema {
  title?: string;
  description?: string;
  default?: unknown;
  type?: string;
  enum?: unknown[];
  anyOf?: Schema[];
  allOf?: { anyOf?: { required?: string[] }[] }[];
  items?: Schema;
  prefixItems?: Schema[];
  additionalProperties?: Schema;
  properties?: Record<string, Schema>;
  required?: string[];
  minimum?: number;
  maximum?: number;
  pattern?: string;
  $ref?: string;
  "x-selector"?: string;
  "x-kinds"?: string[];
  "x-credential"?: { provider?: string };
  "x-model"?: string;
  "x-query"?: string;
}

const cache = new WeakMap<Block, Field[]>();

export function fieldsOf(block: Block | undefined): Field[] {
  if (!block?.schema) return [];
  const known = cache.get(block);
  if (known) return known;
  const schema = block.schema as Schema;
  const required = new Set([
    ...(schema.required ?? []),
    ...(schema.allOf ?? []).flatMap((a) => a.anyOf?.[0]?.required ?? []),
  ]);
  const all = Object.entries(schema.properties ?? {}).filter(([name]) => name !== "type" && name !== "name");
  const aliasesOf = (name: string) => all.filter(([, s]) => s.$ref === `#/properties/${name}`).map(([alias]) => alias);
  const fields = all
    .filter(([, s]) => !s.$ref)
    .map(([name, s]) => fieldOf(name, s, required.has(name), aliasesOf(name)))
    .sort((a, b) => rank(a) - rank(b));
  cache.set(block, fields);
  return fields;
}

// What must be given comes first, and of that the data.
const rank = (f: Field) => (f.required ? 0 : 2) + (f.wiring && !f.control ? 0 : 1);

function fieldOf(name: string, s: Schema, required: boolean, aliases: string[]): Field {
  const types = s.anyOf ?? [s];
  const constants = types.filter((t) => !t["x-selector"] && t.type !== "null");
  const nullable = types.some((t) => t.type === "null");
  const options = constants.flatMap((t) => (t.enum ?? []).filter((v): v is string => typeof v === "string"));
  const number = constants.find((t) => t.type === "number" || t.type === "integer");
  return {
    name,
    title: s.title ?? name,
    help: s.description ?? "",
    required,
    default: s.default,
    wiring: wiringOf(types),
    control: controlOf(s, constants, options),
    options,
    min: number?.minimum,
    max: number?.maximum,
    nullable,
    provider: s["x-credential"]?.provider,
    task: s["x-model"],
    aliases,
  };
}

function wiringOf(types: Schema[]): Wiring | undefined {
  const within = (schema: Schema | undefined) => (schema ? (schema.anyOf ?? [schema]) : []);
  const made = (refs: Schema[], via: Via): Wiring | undefined =>
    refs.length === 0
      ? undefined
      : {
          via,
          kinds: [...new Set(refs.flatMap((r) => r["x-kinds"] ?? ["*"]))],
          target: refs.every((r) => r["x-selector"] === "step"),
        };
  const refs = (list: Schema[]) => list.filter((t) => t["x-selector"]);
  return (
    made(refs(types), "self") ??
    made(refs(types.flatMap((t) => within(t.items))), "list") ??
    made(refs(types.flatMap((t) => within(t.additionalProperties))), "map")
  );
}

function controlOf(s: Schema, constants: Schema[], options: string[]): Control | undefined {
  if (s["x-credential"]) return "credential";
  if (s["x-model"]) return "model";
  if (constants.length === 0) return undefined;
  if (options.length > 0) return "enum";
  const has = (type: string) => constants.find((t) => t.type === type);
  if (constants.some((t) => t["x-query"] === "operations")) return "operations";
  if (constants.some((t) => t["x-query"])) return "json";
  if (has("string") || constants.some((t) => t.pattern)) return "text";
  const number = has("number") ?? has("integer");
  if (number?.minimum === 0 && number.maximum === 1 && number.type === "number") return "ratio";
  if (number) return number.type === "integer" ? "integer" : "number";
  if (has("boolean")) return "switch";
  if (constants.some((t) => t.additionalProperties)) return "map";
  if (constants.some((t) => t.items && !t.prefixItems)) return "list";
  return "json";
}

// valueOf is what a step has for a field, under its name or a former one.
export function keyOf(fields: Record<string, unknown>, field: Field): string {
  return [field.name, ...field.aliases].find((k) => k in fields) ?? field.name;
}
