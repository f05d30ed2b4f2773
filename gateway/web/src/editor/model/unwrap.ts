// A definition as other programs hand it out: wrapped, as a text in JSON, in a list of one.
import { member } from "../text/patch";
import { parseTree } from "../text/tree";

const wrappers = ["specification", "config", "workflow", "definition"];
const most = 8; // wrappers around each other

// unwrap returns the text of the definition itself. It throws a Fault for text that is not JSON, and an Error for JSON
// without a definition.
export function unwrap(pasted: string): string {
  let text = pasted.trim().replace(/^\uFEFF/, "");
  for (let i = 0; i < most; i++) {
    const root = parseTree(text);
    if (root.kind === "string") text = JSON.parse(text) as string;
    else if (root.kind === "array" && root.items!.length === 1)
      text = text.slice(root.items![0]!.start, root.items![0]!.end);
    else if (root.kind !== "object") break;
    else if (["inputs", "steps", "outputs"].some((k) => member(root, k))) return text.slice(root.start, root.end);
    else {
      const inner = wrappers.map((k) => member(root, k)).find((m) => m)?.value;
      if (!inner) break;
      text = text.slice(inner.start, inner.end);
    }
  }
  throw new Error("This is not a workflow: it has no inputs, steps or outputs.");
}
