import { describe, expect, test } from "vitest";
import { initial, kindOf, labelOf, parse } from "./fields";
import { linkOf } from "./link";
import { typeOf } from "./picture";
import { read, withoutPictures } from "./result/values";
import { snippets } from "./snippets/snippets";

const at = (pathname: string, search = "") => linkOf({ pathname, search });

describe("addresses", () => {
  test("say what to show", () => {
    expect(at("/s/abc")).toMatchObject({ token: "abc", embed: false, showGraph: true, hideToolbar: false });
    expect(at("/embed/abc", "?showGraph")).toMatchObject({ embed: true, showGraph: true, hideToolbar: false });
    expect(at("/embed/abc", "?showGraph=false&hideToolbar=1&theme=dark")).toMatchObject({ showGraph: false, hideToolbar: true, theme: "dark" });
    expect(at("/s/abc", "?hideToolbar&theme=pink")).toMatchObject({ hideToolbar: false, theme: undefined });
    expect(at("/s/a/b")).toBeNull();
    expect(at("/")).toBeNull();
  });
});

describe("fields", () => {
  const p = (kinds: string[], more = {}) => ({ name: "x", type: "WorkflowParameter", kinds, ...more });
  test("follow the kinds", () => {
    expect(kindOf({ type: "WorkflowImage", kinds: ["image"] })).toBe("picture");
    expect(kindOf({ credential: true })).toBe("credential");
    expect([["boolean"], ["integer"], ["float"], ["float_zero_to_one"], ["string"], ["dictionary"]].map((k) => kindOf(p(k)))).toEqual(["switch", "integer", "number", "ratio", "text", "json"]);
    expect(kindOf(p(["*"], { defaultValue: 3 }))).toBe("number");
    expect(kindOf(p([], { defaultValue: [1] }))).toBe("json");
  });
  test("are checked, and keep their types", () => {
    expect(parse(p(["integer"]), "3")).toEqual({ value: 3 });
    expect(parse(p(["integer"]), "3.5")).toHaveProperty("error");
    expect(parse(p(["float_zero_to_one"]), "1.1")).toHaveProperty("error");
    expect(parse(p(["float"]), "")).toBe("absent");
    expect(parse(p(["float"], { required: true }), "")).toHaveProperty("error");
    expect(parse(p(["dictionary"]), "{")).toHaveProperty("error");
    expect(parse(p(["boolean"]), "false")).toEqual({ value: false });
    expect(initial(p(["dictionary"], { defaultValue: { a: 1 } }))).toBe('{\n  "a": 1\n}');
    expect(labelOf("min_confidence")).toBe("Min confidence");
  });
});

describe("values", () => {
  test("are read by their form", () => {
    expect(read("a")).toEqual({ kind: "text", text: "a" });
    expect(read({ image: { width: 10, height: 5 }, predictions: [{ x: 1, y: 2, width: 3, height: 4, class: "c", confidence: 0.5 }] })).toMatchObject({ kind: "detections", width: 10, detections: [{ className: "c", x: 1 }] });
    expect(read({ image: { width: 10, height: 5 }, predictions: [] })).toMatchObject({ kind: "detections", detections: [] });
    expect(read([{ a: 1 }, { a: 2, b: "x" }])).toEqual({ kind: "table", columns: ["a", "b"], rows: [[1, undefined], [2, "x"]] });
    expect(read({ a: { b: 1 } }).kind).toBe("json");
    expect(read({ predictions: [{ class: "cat", confidence: 0.9 }] })).toMatchObject({ kind: "table" });
  });
  test("that claim to be pictures and are SVG are not", () => {
    expect(read({ type: "base64", value: btoa("<svg onload=alert(1)>") }).kind).toBe("json");
    expect(typeOf(new TextEncoder().encode("<svg"))).toBe("application/octet-stream");
  });
  test("are shown without their bytes", () => {
    expect(JSON.stringify(withoutPictures({ a: ["A".repeat(9000)], b: "short" }))).toBe('{"a":["(7 KB of base64)"],"b":"short"}');
  });
});

describe("snippets", () => {
  test("escape what strangers wrote", () => {
    const view = { interface: { inputs: [{ name: "a$(id)`x`\"'\\", type: "WorkflowParameter", kinds: ["string"], defaultValue: "$(id) `id` \"'\\ \n END" }] } };
    const [curl, python] = snippets(view, "https://h.example", "tok");
    expect(curl!.text).toContain("\\$(id)");
    expect(curl!.text).not.toMatch(/[^\\]\$\(id\)/);
    expect(curl!.text).not.toMatch(/[^\\]`/);
    expect(python!.text).toContain(JSON.stringify("$(id) `id` \"'\\ \n END"));
  });
});
