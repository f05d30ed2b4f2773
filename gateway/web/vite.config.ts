import { readdir, readFile, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import react from "@vitejs/plugin-react";
import { defineConfig, type Plugin } from "vite";

// The gateway serves the files as they are, so each is compressed once, here.
function precompress(): Plugin {
  let dir = "";
  return {
    name: "precompress",
    apply: "build",
    configResolved(config) {
      dir = join(resolve(config.root, config.build.outDir), config.build.assetsDir);
    },
    async closeBundle() {
      for (const name of await readdir(dir)) {
        if (!/\.(js|css|svg)$/.test(name)) continue;
        const raw = await readFile(join(dir, name));
        const params = { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: raw.length };
        await writeFile(join(dir, `${name}.br`), brotliCompressSync(raw, { params }));
        await writeFile(join(dir, `${name}.gz`), gzipSync(raw, { level: 9 }));
      }
    },
  };
}

// For `npx vite`: pages and API from a server that runs already.
const server = process.env.KEYHOLE_SERVER ?? "http://127.0.0.1:8080";

// An entry is one document with a budget of its own (e2e/build.test.ts).
export const entries = { share: "index.html", console: "console.html" };

// The share page loads few files: what it shares with the console is one, what is its own at the
// start is another. Rollup alone makes a dozen, and each costs a slow phone a turn of its own.
function inFewFiles(id: string, { getModuleInfo }: { getModuleInfo: Lookup }): string | undefined {
  const share = closureOf(resolve(import.meta.dirname, "src/main.tsx"), getModuleInfo);
  if (!share.has(id)) return undefined;
  return closureOf(resolve(import.meta.dirname, "src/console/main.tsx"), getModuleInfo).has(id) ? "base" : "page";
}

type Lookup = (id: string) => { importedIds: readonly string[] } | null;

const closures = new WeakMap<Lookup, Map<string, Set<string>>>();

// closureOf is what an entry imports directly, without the entry: a part that another page
// loads must not start this one.
function closureOf(entry: string, getModuleInfo: Lookup): Set<string> {
  const known = closures.get(getModuleInfo) ?? new Map<string, Set<string>>();
  closures.set(getModuleInfo, known);
  let found = known.get(entry);
  if (!found) {
    found = new Set<string>();
    const open = [...(getModuleInfo(entry)?.importedIds ?? [])];
    for (let id = open.pop(); id !== undefined; id = open.pop()) {
      if (found.has(id)) continue;
      found.add(id);
      open.push(...(getModuleInfo(id)?.importedIds ?? []));
    }
    known.set(entry, found);
  }
  return found;
}

export default defineConfig({
  plugins: [react(), precompress()],
  build: {
    outDir: "dist/app",
    emptyOutDir: true,
    assetsInlineLimit: 0, // the policy of the pages allows files, not data
    modulePreload: { polyfill: false },
    target: ["chrome123", "safari17.5", "firefox121"], // the first with light-dark()
    chunkSizeWarningLimit: 600,
    manifest: true, // for the test of the budgets; the gateway does not serve it
    rollupOptions: { input: entries, output: { manualChunks: inFewFiles } },
  },
  server: { proxy: { "/v1": server, "/openapi.json": server } },
});
