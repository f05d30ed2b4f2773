import { describe, expect, test } from "vitest";
import { Exact, isNumber, numberOf, parse, stringify } from "./exact";

describe("numbers of JSON", () => {
  const kept = [
    "9007199254740993",
    "-12345678901234567890",
    "1234567890.12345678901234567890",
    "1e400",
    '[9007199254740993,{"a":18446744073709551615}]',
    "0.1",
    "1e21",
    "5e-324",
    '{"id":9007199254740993,"text":"9007199254740993 and \\" 9007199254740993"}',
    '"9007199254740993"',
    '"\\\\"',
    '["\\\\",9007199254740993]',
  ];
  test.each(kept)("come back as they were: %s", (text) => {
    const value = parse(text);
    expect(stringify(value).replace("1e+21", "1e21")).toBe(text);
  });
  test("are JavaScript's own where these are the same", () => {
    expect(
      parse("[1,1.0,-0,1.50,1e3,100000000000000000000,0.8234567642211914,9007199254740992,0.000000000000000000001]"),
    ).toEqual([1, 1, -0, 1.5, 1000, 1e20, 0.8234567642211914, 9007199254740992, 1e-21]);
  });
  test("that differ do not become the same", () => {
    const [a, b] = parse("[9007199254740992,9007199254740993]") as unknown[];
    expect(String(a)).not.toBe(String(b));
    expect(Number(b)).toBe(9007199254740992);
    expect(isNumber(b)).toBe(true);
  });
  test("do not make JSON of what is none", () => {
    for (const bad of [
      "01234567890123456789",
      "{12345678901234567890:1}",
      "12345678901234567890x",
      "-",
      "[1,]",
      "1234567890123456789.",
      "+12345678901234567890",
      "",
    ])
      expect(() => parse(bad), bad).toThrow();
  });
  test("leave strings alone, also long ones and marks", () => {
    const text = JSON.stringify({
      a: "mark-1-2-3-4:9007199254740993",
      b: '\u2028\\"',
      picture: "A".repeat(20 << 20),
      id: 1,
    }).replace('"id":1', '"id":9007199254740993');
    expect(stringify(parse(text))).toBe(text);
  });
  test("are read from what a person types", () => {
    expect(numberOf("12")).toBe(12);
    expect(numberOf(" +0009007199254740993 ")).toEqual(new Exact("9007199254740993"));
    expect(numberOf("-9007199254740993")).toEqual(new Exact("-9007199254740993"));
    expect(numberOf("heavy")).toBeNaN();
    expect(numberOf("1e400")).toBe(Infinity);
  });
  test("are strings to code that does not know them, and not objects", () => {
    expect(JSON.stringify([new Exact("9007199254740993")])).toBe('["9007199254740993"]');
  });
});
