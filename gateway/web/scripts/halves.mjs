// Runs the browser tests in two halves at the same time. Each has a server and a browser of its
// own. The second half's output is shown when the first has ended, so that they do not mix.
import { Buffer } from "node:buffer";
import { spawn } from "node:child_process";
import process from "node:process";

function half(shard, output) {
  const args = ["vitest", "run", "--config", "e2e/vitest.config.ts", "--shard", shard];
  const child = spawn("npx", args, { stdio: ["ignore", output, output] });
  const parts = [];
  child.stdout?.on("data", (part) => parts.push(part));
  child.stderr?.on("data", (part) => parts.push(part));
  return new Promise((ended, failed) => {
    child.once("error", failed);
    child.once("close", (code) => ended({ failed: code !== 0, output: Buffer.concat(parts) }));
  });
}

const both = await Promise.all([half("1/2", "inherit"), half("2/2", "pipe")]);
process.stdout.write(both[1].output);
process.exitCode = both.some((h) => h.failed) ? 1 : 0;
