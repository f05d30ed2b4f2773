import { expect, test } from "vitest";
import { cellOf, csvOf } from "./csv";

test("no cell is a formula", () => {
  for (const hostile of [
    "=1+1",
    "+1",
    "-1",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    " =1",
    "\n=1",
    "＝1",
    '=HYPERLINK("https://evil.example")',
  ]) {
    const plain = cellOf(hostile).replace(/^"|"$/g, "");
    expect(plain.startsWith("'"), hostile).toBe(true);
  }
  expect(cellOf("a-b")).toBe("a-b");
  expect(cellOf(-5)).toBe("-5");
});

test("what separates cells is quoted", () => {
  expect(
    csvOf(
      ["a", "b"],
      [
        ['say "hi"', "1,2"],
        ["two\nlines", 3],
      ],
    ),
  ).toBe('a,b\r\n"say ""hi""","1,2"\r\n"two\nlines",3\r\n');
});
