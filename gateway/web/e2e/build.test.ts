// The budgets of the entries: what a browser loads before the first use, compressed.
import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";

const dist = join(import.meta.dirname, "../dist/app");

interface Chunk {
  file: string;
  imports?: string[];
}

// closure is a chunk with everything that it imports directly. Parts that are loaded later have
// budgets of their own.
function closure(manifest: Record<string, Chunk>, name: string, seen = new Set<string>()): Set<string> {
  const chunk = manifest[name];
  if (!chunk || seen.has(chunk.file)) return seen;
  seen.add(chunk.file);
  for (const i of chunk.imports ?? []) closure(manifest, i, seen);
  return seen;
}

async function brotli(files: Iterable<string>): Promise<number> {
  let sum = 0;
  for (const f of files) sum += (await stat(join(dist, `${f}.br`))).size;
  return sum;
}

describe("the build", () => {
  const budgets: [entry: string, kilobytes: number][] = [
    ["index.html", 130],
    ["console.html", 160],
  ];

  test.each(budgets)("%s loads at most %d KB of script before the first use", async (entry, kilobytes) => {
    const manifest = JSON.parse(await readFile(join(dist, ".vite/manifest.json"), "utf8")) as Record<string, Chunk>;
    const bytes = await brotli(closure(manifest, entry));
    expect(bytes).toBeGreaterThan(10_000);
    expect(bytes).toBeLessThanOrEqual(kilobytes * 1000);
  });

  test("lazy chunks stay small, and the share page does not load them at the start", async () => {
    const manifest = JSON.parse(await readFile(join(dist, ".vite/manifest.json"), "utf8")) as Record<string, Chunk>;
    const first = closure(manifest, "index.html");
    const later: [source: string, kilobytes: number][] = [
      ["src/graph/GraphSection.tsx", 70],
      ["src/result/Results.tsx", 25],
      ["src/result/Markdown.tsx", 35],
      ["src/json/JSONView.tsx", 90],
      ["src/share/fork/ForkDialog.tsx", 18], // with the code of dialogs, which the start does without
    ];
    for (const [source, kilobytes] of later) {
      const own = [...closure(manifest, source)].filter((f) => !first.has(f));
      expect(own.length, source).toBeGreaterThan(0);
      expect(await brotli(own), source).toBeLessThanOrEqual(kilobytes * 1000);
    }
  });

  test("the page of charts adds at most 25 KB to the console", async () => {
    const manifest = JSON.parse(await readFile(join(dist, ".vite/manifest.json"), "utf8")) as Record<string, Chunk>;
    const first = closure(manifest, "console.html");
    const own = [...closure(manifest, "src/console/usage/UsagePage.tsx")].filter((f) => !first.has(f));
    expect(own.length).toBeGreaterThan(0);
    expect(await brotli(own)).toBeLessThanOrEqual(25_000);
  });

  test("the editor adds at most 150 KB to the console, and its text view 110 KB to that", async () => {
    const manifest = JSON.parse(await readFile(join(dist, ".vite/manifest.json"), "utf8")) as Record<string, Chunk>;
    const first = closure(manifest, "console.html");
    const name = Object.keys(manifest).find((k) => /EditorPage[^/]*\.(js|tsx)$/.test(k))!; // its parts import it, too
    const page = closure(manifest, name);
    const own = [...page].filter((f) => !first.has(f));
    expect(own.length).toBeGreaterThan(0);
    expect(await brotli(own)).toBeLessThanOrEqual(150_000);
    const text = [...closure(manifest, "src/editor/json/JSONTab.tsx")].filter((f) => !first.has(f) && !page.has(f));
    expect(await brotli(text)).toBeGreaterThan(50_000); // it is not in the page: it loads when it is opened
    expect(await brotli(text)).toBeLessThanOrEqual(110_000);
  });

  test("holds no gallery", async () => {
    const manifest = await readFile(join(dist, ".vite/manifest.json"), "utf8");
    expect(manifest).not.toContain("gallery");
  });
});
