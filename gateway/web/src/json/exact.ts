// JSON whose numbers keep their value. A JavaScript number holds 53 bits: ids of chats and
// channels have more. A number that would change is kept as its text, an Exact.
//
// The browser's own parser does the work, because an answer holds pictures of many megabytes.

// Exact is a number that a JavaScript number would change. Number(exact) is the nearest one.
export class Exact {
  constructor(readonly text: string) {}

  toString(): string {
    return this.text;
  }

  valueOf(): number {
    return Number(this.text);
  }

  // Without stringify, a string is better than a wrong number.
  toJSON(): string {
    return this.text;
  }
}

const number = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/;
const numberAlone = new RegExp(`^${number.source}$`);
const stringOrNumber = new RegExp(`"[^"\\\\]*(?:\\\\.[^"\\\\]*)*"|${number.source}`, "gs");

// parse is JSON.parse that changes no number.
export function parse(text: string): unknown {
  const mark = freshMark();
  let marked = false;
  const safe = text.replace(stringOrNumber, (token) => {
    if (token.startsWith('"') || keeps(token)) return token;
    marked = true;
    return `"${mark}${token}"`;
  });
  const plain: unknown = JSON.parse(text); // says what is no JSON, also where a mark would hide it
  if (!marked) return plain;
  return JSON.parse(safe, (_, v: unknown) =>
    typeof v === "string" && v.startsWith(mark) ? new Exact(v.slice(mark.length)) : v,
  );
}

// stringify is JSON.stringify that writes an Exact as the number that it is.
export function stringify(value: unknown, indent?: number): string {
  const mark = freshMark();
  let marked = false;
  const text = JSON.stringify(
    value,
    function (this: Record<string, unknown>, key, v: unknown) {
      const exact = this[key];
      if (!(exact instanceof Exact)) return v;
      marked = true;
      return mark + exact.text;
    },
    indent,
  );
  return marked ? text.replace(new RegExp(`"${mark}([^"]*)"`, "g"), "$1") : text;
}

// numberOf reads what a person typed: a number, an Exact, or NaN.
export function numberOf(text: string): number | Exact {
  const plain = text
    .trim()
    .replace(/^\+/, "")
    .replace(/^(-?)0+(?=\d)/, "$1");
  return numberAlone.test(plain) && Number.isFinite(Number(plain)) && !keeps(plain) ? new Exact(plain) : Number(text);
}

// isNumber is for values of which it does not matter how they are kept.
export function isNumber(v: unknown): v is number | Exact {
  return typeof v === "number" || v instanceof Exact;
}

// keeps says whether a number of JSON is the same as a JavaScript number.
function keeps(text: string): boolean {
  if (text.length <= 15 && !/[eE]/.test(text)) return true; // 15 digits always fit
  return decimal(text) === decimal(String(Number(text)));
}

// decimal is one form for all spellings of a number: its digits, and where the point is.
function decimal(text: string): string {
  const [, sign = "", whole = "", fraction = "", exponent = "0"] =
    /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(text) ?? [];
  const digits = (whole + fraction).replace(/^0+/, "");
  const short = digits.replace(/0+$/, "");
  return short === ""
    ? whole && "0"
    : `${sign}${short}e${Number(exponent) - fraction.length + digits.length - short.length}`;
}

// freshMark begins strings that stand for something else. Nobody can guess it, so no string of
// a stranger begins with it.
export function freshMark(): string {
  return `mark-${Array.from(crypto.getRandomValues(new Uint32Array(4)), (n) => n.toString(36)).join("-")}:`;
}
