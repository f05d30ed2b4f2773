// Query operations that can be changed as a sentence. What a sentence cannot say in full is
// not taken apart: it stays JSON.
import { isNumber } from "../../json/exact";

export type Fields = Record<string, unknown>;

// Each part keeps the object that it was read from: a change replaces only what it says.
export type Part =
  | { kind: "filter"; any: boolean; conditions: Condition[]; raw: Fields }
  | { kind: "extract"; property: string; raw: Fields }
  | { kind: "join"; separator: string; raw: Fields }
  | { kind: "plain"; type: string; raw: Fields };

export interface Condition {
  property: string;
  comparator: string;
  negate: boolean;
  // A constant, or the name of a parameter.
  right: { value: unknown } | { name: string };
  raw: Fields;
}

export const plain: Record<string, string> = {
  SequenceLength: "Count them",
  StringToLowerCase: "Write it in small letters",
  StringToUpperCase: "Write it in capitals",
};

const isFields = (v: unknown): v is Fields => typeof v === "object" && v !== null && !Array.isArray(v);
const only = (o: Fields, ...keys: string[]) => Object.keys(o).every((k) => keys.includes(k));

// partsOf is null where a part says more than a sentence does.
export function partsOf(operations: unknown): Part[] | null {
  if (operations === undefined || operations === null) return [];
  if (!Array.isArray(operations)) return null;
  const parts = operations.map((o) => (isFields(o) ? partOf(o) : null));
  return parts.every((p) => p !== null) ? parts : null;
}

function partOf(o: Fields): Part | null {
  const { type } = o;
  if (type === "DetectionsFilter") return only(o, "type", "filter_operation") ? filterOf(o) : null;
  if (type === "DetectionsPropertyExtract" && typeof o.property_name === "string")
    return only(o, "type", "property_name") ? { kind: "extract", property: o.property_name, raw: o } : null;
  if (type === "SequenceJoin" && typeof o.separator === "string")
    return only(o, "type", "separator") ? { kind: "join", separator: o.separator, raw: o } : null;
  return typeof type === "string" && type in plain && only(o, "type") ? { kind: "plain", type, raw: o } : null;
}

function filterOf(o: Fields): Part | null {
  const group = o.filter_operation;
  if (!isFields(group) || group.type !== "StatementGroup" || !only(group, "type", "operator", "statements"))
    return null;
  if (!["and", "or", undefined].includes(group.operator as string) || !Array.isArray(group.statements)) return null;
  const conditions = group.statements.map((s) => (isFields(s) ? conditionOf(s) : null));
  if (conditions.length === 0 || !conditions.every((c) => c !== null)) return null;
  return { kind: "filter", any: group.operator !== "and", conditions, raw: o };
}

function conditionOf(s: Fields): Condition | null {
  const { left_operand: left, right_operand: right, comparator } = s;
  if (s.type !== "BinaryStatement" || !only(s, "type", "left_operand", "comparator", "right_operand", "negate"))
    return null;
  if (!isFields(left) || !isFields(right) || !isFields(comparator) || !only(comparator, "type")) return null;
  const property = propertyOf(left);
  const value = rightOf(right);
  const type = String(comparator.type);
  if (!property || !value || ("value" in value && !takes(type, value.value))) return null;
  if (s.negate !== undefined && typeof s.negate !== "boolean") return null;
  return { property, comparator: type, negate: s.negate === true, right: value, raw: s };
}

function propertyOf(left: Fields): string {
  const operations = left.operations;
  if (left.type !== "DynamicOperand" || !only(left, "type", "operand_name", "operations")) return "";
  if ((left.operand_name ?? "_") !== "_" || !Array.isArray(operations) || operations.length !== 1) return "";
  const [first] = operations as unknown[];
  return isFields(first) && first.type === "ExtractDetectionProperty" && only(first, "type", "property_name")
    ? String(first.property_name)
    : "";
}

function rightOf(right: Fields): Condition["right"] | null {
  if (right.type === "StaticOperand" && only(right, "type", "value")) return { value: right.value };
  const named = right.type === "DynamicOperand" && only(right, "type", "operand_name");
  return named && typeof right.operand_name === "string" ? { name: right.operand_name } : null;
}

// What a comparator compares with.
export const takesOf = (comparator: string): "number" | "list" | "text" | "other" =>
  comparator.startsWith("(Number)")
    ? "number"
    : comparator.endsWith("in (Sequence)")
      ? "list"
      : comparator.startsWith("(String)")
        ? "text"
        : "other";

function takes(comparator: string, value: unknown): boolean {
  switch (takesOf(comparator)) {
    case "number":
      return isNumber(value);
    case "list":
      return Array.isArray(value) && value.every((v) => typeof v === "string" && !v.includes(","));
    case "text":
      return typeof value === "string";
    default:
      return false;
  }
}

// operationsOf writes the parts. An untouched part is the object that it was.
export const operationsOf = (parts: Part[]): Fields[] => parts.map((p) => p.raw);

export const filter = (conditions: Condition[], any = false, raw?: Fields): Part => {
  const group = { ...(raw?.filter_operation as Fields | undefined) };
  if (!any || conditions.length > 1 || group.operator) group.operator = any ? "or" : "and";
  const made = { type: "StatementGroup", ...group, statements: conditions.map((c) => c.raw) };
  return { kind: "filter", any, conditions, raw: { type: "DetectionsFilter", ...raw, filter_operation: made } };
};

export function condition(c: Omit<Condition, "raw">, raw?: Fields): Condition {
  const { negate: _, ...rest } = raw ?? {};
  const next: Fields = {
    type: "BinaryStatement",
    ...rest,
    left_operand: {
      type: "DynamicOperand",
      operand_name: "_",
      operations: [{ type: "ExtractDetectionProperty", property_name: c.property }],
    },
    comparator: { type: c.comparator },
    right_operand:
      "name" in c.right
        ? { type: "DynamicOperand", operand_name: c.right.name }
        : { type: "StaticOperand", value: c.right.value },
  };
  if (c.negate) next.negate = true;
  return { ...c, raw: next };
}

export const first = () =>
  condition({ property: "confidence", comparator: "(Number) >=", negate: false, right: { value: 0.5 } });

export const extract = (property: string): Part => ({
  kind: "extract",
  property,
  raw: { type: "DetectionsPropertyExtract", property_name: property },
});

export const join = (separator: string): Part => ({
  kind: "join",
  separator,
  raw: { type: "SequenceJoin", separator },
});

export const plainPart = (type: string): Part => ({ kind: "plain", type, raw: { type } });
