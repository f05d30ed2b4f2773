// JSON as a tree with the place of each value in its text. Edits change the text at these
// places, so that what a person wrote elsewhere stays as it is: order, spaces, digits.
import { recent } from "./recent";

export type Kind = "object" | "array" | "string" | "number" | "boolean" | "null";

export interface Node {
  kind: Kind;
  start: number;
  end: number;
  members?: Member[];
  items?: Node[];
}

export interface Member {
  key: string;
  start: number;
  value: Node;
}

// Fault says where a text stops being JSON.
export class Fault extends Error {
  constructor(
    message: string,
    readonly offset: number,
    text: string,
  ) {
    const before = text.slice(0, offset).split("\n");
    super(`Line ${before.length}, column ${before[before.length - 1]!.length + 1}: ${message}`);
  }
}

const deepest = 64; // as the server's parser
const space = /[ \t\r\n]*/y;
// eslint-disable-next-line no-control-regex -- JSON forbids them
const string = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y;
const number = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const word = /true|false|null/y;

// One edit reads the same text in several places: the trees of the last texts are kept.
export const parseTree = recent((text) => {
  const reader = new Reader(text);
  const root = reader.value(0);
  reader.end();
  return root;
});

class Reader {
  private at = 0;
  constructor(private readonly text: string) {}

  value(depth: number): Node {
    if (depth > deepest) throw this.fault("values are nested too deeply");
    this.skip();
    const start = this.at;
    const c = this.text[start];
    if (c === "{") return this.object(depth);
    if (c === "[") return this.array(depth);
    if (this.take(string)) return { kind: "string", start, end: this.at };
    if (this.take(number)) return { kind: "number", start, end: this.at };
    if (this.take(word)) return { kind: c === "n" ? "null" : "boolean", start, end: this.at };
    throw this.fault(start >= this.text.length ? "the text ends too early" : "a value is expected");
  }

  end() {
    this.skip();
    if (this.at < this.text.length) throw this.fault("nothing is expected after the document");
  }

  private object(depth: number): Node {
    const start = this.at++;
    const members: Member[] = [];
    while (!this.closes("}", members.length)) {
      const keyStart = this.at;
      if (!this.take(string)) throw this.fault("a name in double quotes is expected");
      const key = JSON.parse(this.text.slice(keyStart, this.at)) as string;
      this.skip();
      if (this.text[this.at] !== ":") throw this.fault("a colon is expected");
      this.at++;
      members.push({ key, start: keyStart, value: this.value(depth + 1) });
    }
    return { kind: "object", start, end: this.at, members };
  }

  private array(depth: number): Node {
    const start = this.at++;
    const items: Node[] = [];
    while (!this.closes("]", items.length)) items.push(this.value(depth + 1));
    return { kind: "array", start, end: this.at, items };
  }

  // closes passes the bracket, or the comma before the next element.
  private closes(bracket: string, before: number): boolean {
    this.skip();
    const c = this.text[this.at];
    if (c === bracket) {
      this.at++;
      return true;
    }
    if (before === 0) return false;
    if (c !== ",") throw this.fault(`a comma or ${bracket} is expected`);
    this.at++;
    this.skip();
    return false;
  }

  private take(pattern: RegExp): boolean {
    pattern.lastIndex = this.at;
    if (!pattern.test(this.text)) return false;
    this.at = pattern.lastIndex;
    return true;
  }

  private skip() {
    space.lastIndex = this.at;
    space.test(this.text);
    this.at = space.lastIndex;
  }

  private fault(message: string): Fault {
    return new Fault(message, Math.min(this.at, this.text.length), this.text);
  }
}
