// Programs that run a link. Each reads a picture from photo.jpg and a credential from the
// environment, and works without edits; a test runs each as it is.
import type { Input, SharedWorkflow } from "../../api/client";
import { Exact, freshMark, stringify } from "../../json/exact";
import { kindOf, parse } from "../../run/fields";

export interface Snippet {
  id: string;
  title: string;
  text: string;
  run: string;
}

interface Parts {
  url: string;
  inputs: Input[];
  pictures: string[];
  secrets: { name: string; variable: string; destination: string }[];
  values: Record<string, unknown>;
}

export function snippets(
  view: SharedWorkflow,
  origin: string,
  token: string,
  texts: Record<string, string> = {},
): Snippet[] {
  const parts = partsOf(view.interface?.inputs ?? [], `${origin}/v1/shared/${token}:run`, texts);
  return [
    { id: "curl", title: "curl", text: curl(parts), run: "sh" },
    { id: "python", title: "Python", text: python(parts), run: "python3 run.py" },
    { id: "javascript", title: "JavaScript", text: javascript(parts), run: "node run.mjs" },
    { id: "go", title: "Go", text: go(parts), run: "go run run.go" },
  ];
}

// partsOf takes the values of the form where they are valid, else the defaults.
function partsOf(inputs: Input[], url: string, texts: Record<string, string>): Parts {
  const parts: Parts = { url, inputs, pictures: [], secrets: [], values: {} };
  for (const i of inputs) {
    const name = i.name ?? "";
    const kind = kindOf(i);
    const given = name in texts ? parse(i, texts[name]!) : "absent";
    if (kind === "picture") parts.pictures.push(name);
    else if (kind === "credential")
      parts.secrets.push({ name, variable: variable(name), destination: i.destination ?? "" });
    else if (given !== "absent" && "value" in given) parts.values[name] = given.value;
    else if (i.defaultValue !== undefined) parts.values[name] = i.defaultValue;
    else if (i.required) parts.values[name] = placeholder(kind);
  }
  return parts;
}

function placeholder(kind: string): unknown {
  switch (kind) {
    case "integer":
    case "number":
    case "ratio":
      return 1;
    case "switch":
      return true;
    case "json":
      return [];
    default:
      return "";
  }
}

function variable(name: string): string {
  return name
    .toUpperCase()
    .replace(/[^A-Z0-9]/g, "_")
    .replace(/^(\d)/, "_$1");
}

function destinations(p: Parts): Record<string, string> {
  return Object.fromEntries(p.secrets.filter((s) => s.destination).map((s) => [s.name, s.destination]));
}

// What is read when a program runs has a mark, which no default value of an owner can hold:
// else a value "SECRET:X" would read the visitor's variable X.
const mark = freshMark();
const pictureMark = `${mark}picture`;
const secretMark = `${mark}secret:`;
const numberMark = `${mark}number:`;
const picture = { type: "base64", value: pictureMark };

// body is the request, with placeholders for values that the program reads.
function body(p: Parts): Record<string, unknown> {
  const inputs: Record<string, unknown> = {};
  for (const name of p.pictures) inputs[name] = picture;
  Object.assign(inputs, p.values);
  for (const s of p.secrets) inputs[s.name] = secretMark + s.variable;
  const to = destinations(p);
  return Object.keys(to).length > 0 ? { inputs, destinations: to } : { inputs };
}

// curl sends a picture alone, or a form, where there is a picture. Otherwise it sends JSON from a here-document.
function curl(p: Parts): string {
  const names = [...p.pictures, ...Object.keys(p.values), ...p.secrets.map((s) => s.name)];
  const start = `curl -s ${shell(p.url)}`;
  if (p.pictures.length === 1 && names.length === 1)
    return `${start} -H 'content-type: image/jpeg' --data-binary @photo.jpg\n`;
  if (p.pictures.length > 0 && names.every((name) => /^[\w-]+$/.test(name)))
    return `${[start, ...formOf(p)].join(" \\\n  ")}\n`;
  // The here-document is not quoted, so that the shell fills in the picture. Special
  // characters in names and values are escaped.
  const text = stringify(body(p), 2)
    .replace(/[\\`$]/g, "\\$&")
    .replaceAll(`"${pictureMark}"`, "\"$(base64 < photo.jpg | tr -d '\\n')\"")
    .replace(new RegExp(`"${secretMark}(\\w+)"`, "g"), '"$$$1"');
  return `${start} -H 'content-type: application/json' --data-binary @- <<END\n${text}\nEND\n`;
}

// formOf has the parts of a form. --form-string reads no file, whatever the value begins with.
function formOf(p: Parts): string[] {
  const to = destinations(p);
  return [
    ...p.pictures.map((name) => `-F ${name}=@photo.jpg`),
    ...Object.entries(p.values).map(([name, v]) => `--form-string ${shell(`${name}=${formValue(p, name, v)}`)}`),
    ...p.secrets.map((s) => `--form-string "${s.name}=$${s.variable}"`),
    ...(Object.keys(to).length ? [`--form-string ${shell(`destinations=${JSON.stringify(to)}`)}`] : []),
  ];
}

// formValue is a text as it is where the server takes texts so, and otherwise JSON.
function formValue(p: Parts, name: string, v: unknown): string {
  const input = p.inputs.find((i) => i.name === name);
  const kinds = (input?.kinds ?? []).filter((k) => k !== "*");
  const plain = kinds.length > 0 ? !kinds.some((k) => structured.has(k)) : typeof input?.defaultValue === "string";
  return plain && typeof v === "string" ? v : stringify(v);
}

// The kinds whose values are JSON in a form, as gateway/contract has them.
const structured = new Set([
  "integer",
  "float",
  "float_zero_to_one",
  "boolean",
  "list_of_values",
  "dictionary",
  "point",
  "zone",
  "timestamp",
  "video_metadata",
]);

function shell(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

function python(p: Parts): string {
  const modules = [
    ...(p.pictures.length ? ["base64"] : []),
    "json",
    ...(p.secrets.length ? ["os"] : []),
    "sys",
    "urllib.error",
    "urllib.request",
  ];
  const lines = [`import ${modules.join(", ")}`, ""];
  if (p.pictures.length) lines.push('picture = base64.b64encode(open("photo.jpg", "rb").read()).decode()');
  lines.push(
    `body = ${pythonValue(body(p), 0)}`,
    "request = urllib.request.Request(",
    `    ${JSON.stringify(p.url)},`,
    "    json.dumps(body).encode(),",
    '    {"content-type": "application/json"},',
    ")",
    "try:",
    '    outputs = json.load(urllib.request.urlopen(request))["outputs"][0]',
    "except urllib.error.HTTPError as error:",
    '    sys.exit(json.load(error)["message"])',
    "for name, value in outputs.items():",
    "    print(name, str(value)[:200])",
    "",
  );
  return lines.join("\n");
}

function pythonValue(v: unknown, depth: number): string {
  const pad = "    ".repeat(depth + 1);
  if (v instanceof Exact) return v.text;
  if (v === null) return "None";
  if (v === true) return "True";
  if (v === false) return "False";
  if (v === pictureMark) return "picture";
  if (typeof v === "string" && v.startsWith(secretMark))
    return `os.environ[${JSON.stringify(v.slice(secretMark.length))}]`;
  if (Array.isArray(v)) return `[${v.map((x) => pythonValue(x, depth)).join(", ")}]`;
  if (typeof v === "object")
    return `{\n${Object.entries(v)
      .map(([k, x]) => `${pad}${JSON.stringify(k)}: ${pythonValue(x, depth + 1)},\n`)
      .join("")}${"    ".repeat(depth)}}`;
  return JSON.stringify(v);
}

// rawNumbers marks what a literal of JavaScript would change.
function rawNumbers(v: unknown): unknown {
  if (v instanceof Exact) return numberMark + v.text;
  if (Array.isArray(v)) return v.map(rawNumbers);
  if (typeof v === "object" && v !== null)
    return Object.fromEntries(Object.entries(v).map(([k, x]) => [k, rawNumbers(x)]));
  return v;
}

function javascript(p: Parts): string {
  const text = stringify(rawNumbers(body(p)), 2)
    .replaceAll(`"${pictureMark}"`, "picture")
    .replace(new RegExp(`"${secretMark}(\\w+)"`, "g"), "process.env.$1")
    .replace(new RegExp(`"${numberMark}([^"]+)"`, "g"), 'JSON.rawJSON("$1")');
  const lines: string[] = [];
  if (p.pictures.length)
    lines.push(
      'import { readFile } from "node:fs/promises";',
      "",
      'const picture = await readFile("photo.jpg", "base64");',
    );
  lines.push(
    `const response = await fetch(${JSON.stringify(p.url)}, {`,
    '  method: "POST",',
    '  headers: { "content-type": "application/json" },',
    `  body: JSON.stringify(${text.replaceAll("\n", "\n  ")}),`,
    "});",
  );
  lines.push(
    "if (!response.ok) throw new Error(await response.text());",
    "const { outputs } = await response.json();",
    "for (const [name, value] of Object.entries(outputs[0])) {",
    "  console.log(name, JSON.stringify(value).slice(0, 200));",
    "}",
    "",
  );
  return lines.join("\n");
}

function go(p: Parts): string {
  const uses = p.pictures.length > 0;
  const imports = [
    "bytes",
    ...(uses ? ["encoding/base64"] : []),
    "encoding/json",
    "fmt",
    "log",
    "net/http",
    ...(uses || p.secrets.length ? ["os"] : []),
  ];
  const lines = ["package main", "", "import (", ...imports.map((i) => `\t"${i}"`), ")", "", "func main() {"];
  if (uses)
    lines.push(
      '\tphoto, err := os.ReadFile("photo.jpg")',
      "\tif err != nil {",
      "\t\tlog.Fatal(err)",
      "\t}",
      "\tpicture := base64.StdEncoding.EncodeToString(photo)",
    );
  lines.push(`\tbody, err := json.Marshal(${goValue(body(p), 1)})`, "\tif err != nil {", "\t\tlog.Fatal(err)", "\t}");
  lines.push(
    `\tresponse, err := http.Post(${JSON.stringify(p.url)}, "application/json", bytes.NewReader(body))`,
    "\tif err != nil {",
    "\t\tlog.Fatal(err)",
    "\t}",
    "\tdefer response.Body.Close()",
  );
  lines.push(
    "\tvar reply struct {",
    "\t\tMessage string",
    "\t\tOutputs []map[string]any",
    "\t}",
    "\tdecoder := json.NewDecoder(response.Body)",
    "\tdecoder.UseNumber()",
    "\tif err := decoder.Decode(&reply); err != nil {",
    "\t\tlog.Fatal(err)",
    "\t}",
  );
  lines.push(
    "\tif len(reply.Outputs) == 0 {",
    "\t\tlog.Fatal(reply.Message)",
    "\t}",
    "\tfor name, value := range reply.Outputs[0] {",
    '\t\tfmt.Printf("%s %.200s\\n", name, fmt.Sprint(value))',
    "\t}",
    "}",
    "",
  );
  return lines.join("\n");
}

function goValue(v: unknown, depth: number): string {
  const pad = "\t".repeat(depth + 1);
  if (v instanceof Exact) return `json.Number(${JSON.stringify(v.text)})`;
  if (v === null) return "nil";
  if (v === pictureMark) return "picture";
  if (typeof v === "string" && v.startsWith(secretMark))
    return `os.Getenv(${JSON.stringify(v.slice(secretMark.length))})`;
  if (Array.isArray(v)) return `[]any{${v.map((x) => goValue(x, depth)).join(", ")}}`;
  if (typeof v === "object")
    return `map[string]any{\n${Object.entries(v as object)
      .map(([k, x]) => `${pad}${JSON.stringify(k)}: ${goValue(x, depth + 1)},\n`)
      .join("")}${"\t".repeat(depth)}}`;
  return JSON.stringify(v);
}
