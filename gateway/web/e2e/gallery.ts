// Builds the gallery of components and serves it as the gateway serves pages: same policy.
import { randomBytes } from "node:crypto";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { extname, join, normalize } from "node:path";
import { build } from "vite";
import { base, demo } from "./api";

const types: Record<string, string> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript",
  ".css": "text/css",
  ".woff2": "font/woff2",
};

export async function startGallery(): Promise<{ url: string; close: () => Promise<void> }> {
  const dir = await mkdtemp(join(tmpdir(), "keyhole-gallery-"));
  const root = join(import.meta.dirname, "..");
  await build({
    root,
    logLevel: "error",
    build: { outDir: dir, rollupOptions: { input: { gallery: join(root, "gallery.html") } } },
  });
  const policy = (await fetch(`${base}/s/${demo}`)).headers.get("content-security-policy")!;
  const server = createServer(async (req, res) => {
    const path = normalize(new URL(req.url!, "http://localhost").pathname);
    const nonce = randomBytes(16).toString("hex");
    try {
      const body = await readFile(join(dir, path));
      const page = path.endsWith(".html");
      res.setHeader("content-type", types[extname(path)] ?? "application/octet-stream");
      res.setHeader("content-security-policy", policy.replace(/'nonce-[^']+'/, `'nonce-${nonce}'`));
      res.end(
        page ? body.toString().replace("<!--keyhole:head-->", `<meta property="csp-nonce" nonce="${nonce}">`) : body,
      );
    } catch {
      res.writeHead(404).end();
    }
  });
  await new Promise<void>((up) => server.listen(0, "127.0.0.1", up));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/gallery.html`,
    close: async () => {
      server.closeAllConnections();
      server.close();
      await rm(dir, { recursive: true, force: true });
    },
  };
}
