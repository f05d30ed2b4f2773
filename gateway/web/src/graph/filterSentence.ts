// Query operations as a sentence: "confidence at least min_confidence".

// Words are text and names in turn.
export type Words = (string | { code: string })[];

type Fields = Record<string, unknown>;

const isFields = (v: unknown): v is Fields => typeof v === "object" && v !== null && !Array.isArray(v);

// filterSentence is null for what it cannot say in full: half a condition is a wrong one.
export function filterSentence(value: unknown): Words | null {
  if (Array.isArray(value)) {
    if (value.length === 0) return null;
    const each = value.map(operation);
    return each.every((w) => w !== null) ? capital(join(each, ", then ")) : null;
  }
  if (isFields(value) && value.type === "StatementGroup") {
    const said = group(value);
    return said && capital(said);
  }
  return null;
}

function operation(op: unknown): Words | null {
  if (!isFields(op)) return null;
  switch (op.type) {
    case "DetectionsFilter": {
      const said = isFields(op.filter_operation) ? group(op.filter_operation) : null;
      return said && ["keep a detection when ", ...said];
    }
    case "DetectionsPropertyExtract":
      return ["take the ", { code: String(op.property_name) }, " of each"];
    case "SequenceJoin":
      return op.separator === "\n"
        ? ["join them, one under the other"]
        : ["join them with ", { code: JSON.stringify(op.separator ?? "") }];
    case "SequenceLength":
      return ["count them"];
    case "StringToLowerCase":
      return ["write it in small letters"];
    case "StringToUpperCase":
      return ["write it in capitals"];
    default:
      return null;
  }
}

function group(g: Fields): Words | null {
  const list = Array.isArray(g.statements) ? g.statements : [];
  const each = list.map(statement);
  if (each.length === 0 || each.some((w) => w === null)) return null;
  return join(each as Words[], g.operator === "or" ? " or " : " and ");
}

// Of each comparator: the words, and those of its negation.
export const comparators: Record<string, [yes: string, no: string]> = {
  "(Number) ==": ["is", "is not"],
  "(Number) !=": ["is not", "is"],
  "(Number) >": ["above", "at most"],
  "(Number) >=": ["at least", "below"],
  "(Number) <": ["below", "at least"],
  "(Number) <=": ["at most", "above"],
  "(String) contains": ["contains", "does not contain"],
  "(String) startsWith": ["starts with", "does not start with"],
  "(String) endsWith": ["ends with", "does not end with"],
  "(String) ==": ["is", "is not"],
  "(String) !=": ["is not", "is"],
  "==": ["is", "is not"],
  "!=": ["is not", "is"],
  "in (Sequence)": ["is one of", "is none of"],
  "any in (Sequence)": ["has one of", "has none of"],
  "all in (Sequence)": ["has all of", "lacks one of"],
};

const states: Record<string, [yes: string, no: string]> = {
  Exists: ["is there", "is not there"],
  DoesNotExist: ["is not there", "is there"],
  "(Boolean) is True": ["is true", "is not true"],
  "(Boolean) is False": ["is false", "is not false"],
  "(Sequence) is empty": ["is empty", "is not empty"],
  "(Sequence) is not empty": ["is not empty", "is empty"],
};

function statement(s: unknown): Words | null {
  if (!isFields(s)) return null;
  const side = s.negate === true ? 1 : 0;
  if (s.type === "StatementGroup") {
    const inner = group(s);
    return inner && (side ? ["not (", ...inner, ")"] : ["(", ...inner, ")"]);
  }
  const kind = (v: unknown) => (isFields(v) ? String(v.type) : "");
  if (s.type === "BinaryStatement") {
    const left = operand(s.left_operand);
    const right = operand(s.right_operand);
    const word = comparators[kind(s.comparator)]?.[side];
    return left && right && word ? [...left, ` ${word} `, ...right] : null;
  }
  if (s.type === "UnaryStatement") {
    const left = operand(s.operand);
    const word = states[kind(s.operator)]?.[side];
    return left && word ? [...left, ` ${word}`] : null;
  }
  return null;
}

function operand(o: unknown): Words | null {
  if (!isFields(o)) return null;
  if (o.type === "StaticOperand") return [{ code: typeof o.value === "string" ? o.value : JSON.stringify(o.value) }];
  if (o.type !== "DynamicOperand") return null;
  const operations = Array.isArray(o.operations) ? o.operations : [];
  const name = o.operand_name === "_" || o.operand_name === undefined ? "" : String(o.operand_name);
  let words: Words = name ? [{ code: name }] : [];
  for (const op of operations) {
    if (!isFields(op)) return null;
    if (op.type === "ExtractDetectionProperty") words = [String(op.property_name).replace(/_/g, " ")];
    else if (op.type === "SequenceLength") words = ["the number of ", ...(words.length ? words : ["entries"])];
    else if (op.type === "StringToLowerCase" || op.type === "StringToUpperCase") continue;
    else return null;
  }
  return words.length ? words : ["it"];
}

function join(each: (Words | null)[], between: string): Words {
  return each.flatMap((w, i) => (i === 0 ? (w ?? []) : [between, ...(w ?? [])]));
}

function capital(words: Words): Words {
  const [first, ...rest] = words;
  return typeof first === "string" ? [first.charAt(0).toUpperCase() + first.slice(1), ...rest] : words;
}
