import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { expect, it } from "vitest";

// A CSS module and the components that import it name the same classes. Neither the bundler nor TypeScript reports a
// class that one side has alone.

const files = readdirSync("src", { recursive: true, encoding: "utf8" }).map((name) => join("src", name));
const sources = files
  .filter((path) => /\.tsx?$/.test(path))
  .map((path) => ({ path: resolve(path), text: readFileSync(path, "utf8") }));
const words = new Set(sources.flatMap(({ text }) => text.match(/(?<=")[\w-]+(?=")|^ +\w+(?=:)/gm) ?? []));

const classesIn = (css: string) => {
  const selectors = css.replace(/\/\*.*?\*\//gs, "").match(/[^{};]+(?=\{)/g) ?? [];
  const own = selectors.filter((s) => !/^\s*@/.test(s)).map((s) => s.replace(/:global\([^)]*\)/g, ""));
  return new Set(own.flatMap((s) => s.match(/(?<=\.)[A-Za-z_][\w-]*/g) ?? []));
};

// uses returns the classes that files name (style.row), and tests for those that they compute (style[tone],
// style[`chip-${tone}`]).
function uses(module: string) {
  const named = new Set<string>();
  const computed: ((name: string) => boolean)[] = [];
  for (const { path, text } of sources) {
    for (const [, name, from] of text.matchAll(/import (\w+) from "([^"]+\.module\.css)"/g)) {
      if (resolve(dirname(path), from!) !== module) continue;
      for (const [, used] of text.matchAll(new RegExp(`\\b${name}\\.(\\w+)`, "g"))) named.add(used!);
      for (const [, key] of text.matchAll(new RegExp(`\\b${name}\\[([^\\]]+)\\]`, "g"))) {
        const prefix = /^`([\w-]*)\$\{/.exec(key!)?.[1];
        computed.push((one) => (prefix === undefined ? words.has(one) : one.startsWith(prefix)));
      }
    }
  }
  return { named, computed };
}

it.each(files.filter((path) => path.endsWith(".module.css")))(
  "%s has the classes that its components name, and no more",
  (path) => {
    const has = classesIn(readFileSync(path, "utf8"));
    const { named, computed } = uses(resolve(path));
    expect([...has].filter((one) => !named.has(one) && !computed.some((may) => may(one)))).toEqual([]);
    expect([...named].filter((one) => !has.has(one))).toEqual([]);
  },
);
