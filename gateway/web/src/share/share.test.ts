import { describe, expect, test } from "vitest";
import { Exact, parse as parseJSON, stringify } from "../json/exact";
import { initial, kindOf, labelOf, parse } from "../run/fields";
import type { SharedWorkflow } from "../api/client";
import { changed, type Form } from "../run/useForm";
import { settle } from "../run/useRun";
import { Failure } from "../api/failure";
import { looksLikeMarkdown } from "../result/looksLikeMarkdown";
import { classesOf, sameShape } from "../result/useDetections";
import { accentStyle, contrast, parseColor, readableAccent } from "./accent";
import { linkOf } from "./link";
import { whatIsKept, whereItGoes, whoPays } from "./terms";
import { typeOf } from "../run/picture";
import { cell } from "../result/Table";
import { read, withoutPictures } from "../result/values";
import { snippets } from "./snippets/snippets";

const at = (pathname: string, search = "") => linkOf({ pathname, search });

describe("addresses", () => {
  test("say what to show", () => {
    expect(at("/s/abc")).toMatchObject({ token: "abc", embed: false, showGraph: true, hideToolbar: false });
    expect(at("/embed/abc", "?showGraph")).toMatchObject({ embed: true, showGraph: true, hideToolbar: false });
    expect(at("/embed/abc", "?showGraph=false&hideToolbar=1&theme=dark")).toMatchObject({
      showGraph: false,
      hideToolbar: true,
      theme: "dark",
    });
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
    expect(
      [["boolean"], ["integer"], ["float"], ["float_zero_to_one"], ["string"], ["dictionary"]].map((k) => kindOf(p(k))),
    ).toEqual(["switch", "integer", "number", "ratio", "text", "json"]);
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
    expect(labelOf({ name: "min_confidence" })).toBe("Min confidence");
    expect(labelOf({ name: "llm_api_key", credential: true, provider: "openai" })).toBe("OpenAI API key");
  });
});

describe("values", () => {
  test("are read by their form", () => {
    expect(read("a")).toEqual({ kind: "text", text: "a" });
    expect(
      read({
        image: { width: 10, height: 5 },
        predictions: [{ x: 1, y: 2, width: 3, height: 4, class: "c", confidence: 0.5 }],
      }),
    ).toMatchObject({ kind: "detections", width: 10, detections: [{ className: "c", x: 1 }] });
    expect(read({ image: { width: 10, height: 5 }, predictions: [] })).toMatchObject({
      kind: "detections",
      detections: [],
    });
    expect(read([{ a: 1 }, { a: 2, b: "x" }])).toEqual({
      kind: "table",
      columns: ["a", "b"],
      rows: [
        [1, undefined],
        [2, "x"],
      ],
    });
    expect(read({ a: { b: 1 } }).kind).toBe("json");
    expect(read({ predictions: [{ class: "cat", confidence: 0.9 }] })).toMatchObject({ kind: "table" });
  });
  test("that claim to be pictures and are SVG are not", () => {
    expect(read({ type: "base64", value: btoa("<svg onload=alert(1)>") }).kind).toBe("json");
    expect(typeOf(new TextEncoder().encode("<svg"))).toBe("application/octet-stream");
  });
  test("are shown without their bytes", () => {
    expect(JSON.stringify(withoutPictures({ a: ["A".repeat(9000)], b: "short" }))).toBe(
      '{"a":["(7 KB of base64)"],"b":"short"}',
    );
  });
});

describe("numbers above 2^53", () => {
  const id = "1158404930142933123"; // a Discord channel
  const view = parseJSON(
    `{"interface":{"inputs":[{"name":"channel","type":"WorkflowParameter","kinds":["integer"],"defaultValue":${id}}]}}`,
  ) as SharedWorkflow;
  const input = view.interface!.inputs![0]!;
  const both = (a: unknown) => stringify(a);
  test("are shown in a field and sent as they are", () => {
    expect(initial(input)).toBe(id);
    expect(both(parse(input, initial(input)))).toBe(`{"value":${id}}`);
    expect(both(parse(input, `+${id}`))).toBe(`{"value":${id}}`);
    expect(both(parse({ name: "x", kinds: ["dictionary"] }, `{"a":[${id}]}`))).toBe(`{"value":{"a":[${id}]}}`);
    expect(both(parse({ name: "x", kinds: ["float"] }, "0.12345678901234567891"))).toBe(
      '{"value":0.12345678901234567891}',
    );
    expect(parse({ name: "x", kinds: ["float_zero_to_one"] }, "1.00000000000000000001")).toHaveProperty("value"); // its nearest number is 1
    expect(initial({ kinds: ["list_of_values"] }, parseJSON(`[${id}]`))).toBe(`[\n  ${id}\n]`);
    expect(kindOf({ defaultValue: new Exact(id) as never })).toBe("number");
  });
  test("are shown in results as they are", () => {
    expect(read(new Exact(id))).toEqual({ kind: "text", text: id });
    expect(read(parseJSON(`[1,${id}]`))).toEqual({ kind: "text", text: `1\n${id}` });
    const table = read(parseJSON(`[{"id":${id}},{"id":9007199254740993}]`));
    expect(table.kind === "table" && table.rows.flat().map(cell)).toEqual([id, "9007199254740993"]);
    expect(stringify(withoutPictures(parseJSON(`{"a":{"id":${id}}}`)))).toBe(`{"a":{"id":${id}}}`);
    expect(
      read(
        parseJSON(
          '{"image":{"width":10,"height":5},"predictions":[{"x":1.00000000000000000001,"y":2,"width":3,"height":4,"class":"c","confidence":0.50000000000000000001}]}',
        ),
      ),
    ).toMatchObject({ kind: "detections", detections: [{ x: 1, confidence: 0.5 }] });
  });
  test("are in every program as they are", () => {
    const [curl, python, javascript, go] = snippets(view, "https://h.example", "tok");
    expect(curl!.text).toContain(`"channel": ${id}\n`);
    expect(python!.text).toContain(`"channel": ${id},`);
    expect(javascript!.text).toContain(`"channel": JSON.rawJSON("${id}")`);
    expect(go!.text).toContain(`"channel": json.Number("${id}")`);
  });
});

describe("snippets", () => {
  test("read no variable that an owner names in a value", () => {
    const inputs = ["SECRET:OPENAI_API_KEY", "PICTURE", "NUMBER:1"].map((defaultValue, i) => ({
      name: `q${i}`,
      type: "WorkflowParameter",
      kinds: ["string"],
      defaultValue,
    }));
    for (const { text } of snippets({ interface: { inputs } }, "https://h.example", "tok")) {
      for (const { defaultValue } of inputs) expect(text).toContain(JSON.stringify(defaultValue));
    }
    const own = snippets(
      {
        interface: {
          inputs: [
            { name: "own key", credential: true, destination: "https://p.example" },
            { name: "image", kinds: ["image"] },
          ],
        },
      },
      "https://h.example",
      "tok",
    );
    expect(
      own.map(
        (s) =>
          /\$OWN_KEY"|environ\["OWN_KEY"\]|env\.OWN_KEY|Getenv\("OWN_KEY"\)/.test(s.text) && !s.text.includes("mark-"),
      ),
    ).toEqual([true, true, true, true]);
  });
  test("send a picture as it is, or a form, with curl", () => {
    const image = { name: "image", type: "WorkflowImage", kinds: ["image"] };
    const curl = (...inputs: object[]) =>
      snippets({ interface: { inputs } } as SharedWorkflow, "https://h.example", "tok")[0]!.text;
    expect(curl(image)).toBe(
      "curl -s 'https://h.example/v1/shared/tok:run' -H 'content-type: image/jpeg' --data-binary @photo.jpg\n",
    );
    const form = curl(
      image,
      { name: "prompt", kinds: ["string"], defaultValue: "@/etc/passwd '$(id)" },
      { name: "min", kinds: ["float"], defaultValue: 0.5 },
      { name: "open", kinds: ["*"], required: true },
      { name: "own_key", credential: true, destination: "https://p.example" },
    );
    expect(form).toContain("-F image=@photo.jpg");
    expect(form).toContain("--form-string 'prompt=@/etc/passwd '\\''$(id)'");
    expect(form).toContain("--form-string 'min=0.5'");
    expect(form).toContain("--form-string 'open=\"\"'");
    expect(form).toContain('--form-string "own_key=$OWN_KEY"');
    expect(form).toContain(`--form-string 'destinations={"own_key":"https://p.example"}'`);
    expect(curl(image, { name: "a b", kinds: ["string"], defaultValue: "x" })).toContain("<<END");
  });
  test("escape what strangers wrote", () => {
    const view = {
      interface: {
        inputs: [
          {
            name: "a$(id)`x`\"'\\",
            type: "WorkflowParameter",
            kinds: ["string"],
            defaultValue: "$(id) `id` \"'\\ \n END",
          },
        ],
      },
    };
    const [curl, python] = snippets(view, "https://h.example", "tok");
    expect(curl!.text).toContain("\\$(id)");
    expect(curl!.text).not.toMatch(/[^\\]\$\(id\)/);
    expect(curl!.text).not.toMatch(/[^\\]`/);
    expect(python!.text).toContain(JSON.stringify("$(id) `id` \"'\\ \n END"));
  });
});

describe("terms", () => {
  const day = new Date(Date.now() + 3600e3).toISOString();
  const view = { owner: "Ada", terms: { charged: "owner" } } as SharedWorkflow;
  const few = [
    { scope: "share", runsLeft: "100", resetTime: day },
    { scope: "visitor", runsLeft: "20", resetTime: day },
  ];
  test("say who pays, with what is left", () => {
    expect(whoPays(view, few)).toMatchObject({
      tone: "good",
      lead: "Free for you:",
      strong: "paid by Ada, 20 runs left today",
    });
    expect(whoPays({ ...view, terms: { charged: "guest" } }, [])).toMatchObject({ strong: "paid by this server" });
    expect(whoPays({ ...view, terms: { charged: "visitor" } }, [])).toMatchObject({ lead: "You pay:" });
    expect(whoPays(view, [{ scope: "visitor", runsLeft: "0", resetTime: day }])).toMatchObject({
      tone: "bad",
      lead: "No runs left:",
    });
  });
  test("warn of a host that is not a known provider", () => {
    const to = (destination: string, knownProvider: boolean) =>
      ({
        ...view,
        interface: { inputs: [{ name: "k", credential: true, destination, knownProvider, provider: "openai" }] },
      }) as SharedWorkflow;
    expect(whereItGoes(view)).toMatchObject({ tone: "good", strong: "this server only" });
    expect(whereItGoes(to("https://api.openai.com", true))).toMatchObject({ tone: "good", strong: "api.openai.com" });
    expect(whereItGoes(to("https://hooks.example", false))).toMatchObject({ tone: "warn", strong: "hooks.example" });
    expect(
      whereItGoes({ ...to("https://api.openai.com", true), terms: { places: [{ address: "https://hooks.example" }] } }),
    ).toMatchObject({ tone: "warn", strong: "2 places, 1 unknown" });
    expect(whereItGoes({ ...view, terms: { places: [{ address: "https://api.openai.com.evil.example" }] } }).tone).toBe(
      "warn",
    );
    expect(whatIsKept(view)).toMatchObject({ lead: "Kept:", strong: "nothing" });
  });
});

describe("a run", () => {
  const form = (more: Partial<Form>): Form => ({
    texts: {},
    pictures: {},
    unusable: {},
    setText: () => {},
    setPicture: () => {},
    setUnusable: () => {},
    pick: () => {},
    ...more,
  });
  const a = { from: "file" as const, name: "a", shown: "blob:a", width: 1, height: 1 };
  test("marks a result whose input has changed", () => {
    expect(changed({ texts: {}, pictures: { image: a } }, form({ pictures: { image: a } }))).toBe("");
    expect(changed({ texts: {}, pictures: { image: a } }, form({ pictures: { image: { ...a } } }))).toBe("picture");
    expect(changed({ texts: {}, pictures: { image: a } }, form({ unusable: { image: "broken" } }))).toBe("picture");
    expect(changed({ texts: { x: "1" }, pictures: {} }, form({ texts: { x: "2" } }))).toBe("inputs");
  });
  test("that was cut interrupts its steps; only the engine skips", () => {
    const steps = settle(
      { a: { state: "succeeded" }, b: { state: "started" }, c: { state: "skipped" } },
      new Failure("x", "STEP_FAILED", { step: "d" }),
    );
    expect(Object.fromEntries(Object.entries(steps).map(([k, s]) => [k, s.state]))).toEqual({
      a: "succeeded",
      b: "interrupted",
      c: "skipped",
      d: "failed",
    });
  });
  test("counted where the server says so", () => {
    const counted = (metadata: Record<string, string>) => new Failure("x", "STEP_FAILED", metadata).counted;
    expect([counted({ counted: "true" }), counted({ counted: "false" }), counted({})]).toEqual([
      true,
      false,
      undefined,
    ]);
  });
});

describe("results", () => {
  const found = (names: string[]) =>
    names.map((className, i) => ({
      id: String(i),
      className,
      x: 0,
      y: 0,
      width: 1,
      height: 1,
      points: [],
      keypoints: [],
    }));
  test("have several colours only where a class repeats", () => {
    expect(classesOf(found(["cat", "dog"]))).toMatchObject({ repeat: false, numbered: false });
    expect(classesOf(found(["cat", "dog", "cat"]))).toMatchObject({ repeat: true, numbered: false });
    expect(classesOf(found(["EILEEN COLLINS", "NASA"]))).toMatchObject({ repeat: false, numbered: true });
  });
  test("are drawn only on a picture of their shape", () => {
    expect(sameShape({ width: 200, height: 100 }, { width: 400, height: 200 })).toBe(true);
    expect(sameShape({ width: 200, height: 100 }, { width: 100, height: 200 })).toBe(false);
  });
  test("are Markdown where they have its marks", () => {
    expect(
      ["a **b** c", "# T", "- a\n- b", "1. a\n2. b", "[a](https://b.example)", "`x`"].map(looksLikeMarkdown),
    ).toEqual([true, true, true, true, true, true]);
    expect(["NASA astronaut, Houston", "2 * 3 * 4", "- one", "a_b_c"].map(looksLikeMarkdown)).toEqual([
      false,
      false,
      false,
      false,
    ]);
  });
});

describe("the owner's colour", () => {
  const panel = { light: [247, 247, 245], dark: [34, 34, 39] } as const;
  test("stays where it can be read, and is corrected where it cannot", () => {
    expect(readableAccent(parseColor("#3a4bd0")!, "light")).toEqual([58, 75, 208]);
    for (const hex of ["#ffffff", "#000000", "#ffff00", "#00ff00", "#ff0000", "#0000ff", "#7f7f7f", "#157a43"]) {
      for (const theme of ["light", "dark"] as const) {
        const color = readableAccent(parseColor(hex)!, theme);
        expect(contrast(color, [...panel[theme]] as [number, number, number])).toBeGreaterThanOrEqual(4.5);
        const ink: [number, number, number] = theme === "light" ? [255, 255, 255] : [17, 20, 46];
        expect(contrast(color, ink)).toBeGreaterThanOrEqual(4.5);
      }
    }
  });
  test("is a colour and nothing else", () => {
    for (const hostile of [
      "red",
      "#fff",
      "#12345",
      "url(https://evil.example)",
      "#123456;background:red",
      "var(--bad)",
    ]) {
      expect(accentStyle(hostile)).toBeUndefined();
    }
  });
});
