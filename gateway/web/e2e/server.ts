// Starts the real program, all services in one process, with the demo.
import { spawn, type ChildProcess } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

export interface Server {
  base: string;
  token: string; // of the demo's link
  signInLink: string; // of the demo's owner; works once
  ownerKey: string;
  operatorKey: string;
  stop: () => Promise<void>;
}

export const program = process.env.KEYHOLE_BIN ?? resolve(import.meta.dirname, "../../../bin/keyhole");

export async function startServer(...more: string[]): Promise<Server> {
  if (!existsSync(program)) throw new Error(`${program} is missing: run make build`);
  const data = await mkdtemp(join(tmpdir(), "keyhole-web-"));
  const [http, grpc, admin] = await Promise.all([freePort(), freePort(), freePort()]);
  const args = [
    "serve",
    "--data",
    data,
    "--demo",
    "--http",
    `127.0.0.1:${http}`,
    "--grpc",
    `127.0.0.1:${grpc}`,
    "--admin",
    `127.0.0.1:${admin}`,
    "--log-level",
    "error",
    ...more,
  ];
  const child = spawn(program, args, { stdio: ["ignore", "pipe", "pipe"] });
  const text = await greeting(child);
  return {
    base: `http://127.0.0.1:${http}`,
    token: /\/s\/([A-Za-z0-9_-]+)/.exec(text)![1]!,
    signInLink: /http\S+\/app\/sign-in#code=\S+/.exec(text)![0],
    ownerKey: /kh_[a-z0-9]+/.exec(text)![0],
    operatorKey: (await readFile(join(data, "operator.key"), "utf8")).trim(),
    stop: async () => {
      const ended = new Promise((done) => child.once("exit", done));
      child.kill("SIGTERM");
      await ended;
      await rm(data, { recursive: true, force: true });
    },
  };
}

// greeting is what the program prints until it says that it is ready.
function greeting(child: ChildProcess): Promise<string> {
  return new Promise((ready, fail) => {
    let text = "";
    const take = (part: Buffer) => {
      text += part.toString();
      if (/Try it on a photograph/.test(text)) ready(text);
    };
    child.stdout!.on("data", take);
    child.stderr!.on("data", take);
    child.once("exit", (code) => fail(new Error(`the server ended with ${code}:\n${text}`)));
  });
}

function freePort(): Promise<number> {
  return new Promise((found) => {
    const s = createServer().listen(0, "127.0.0.1", () => {
      const { port } = s.address() as AddressInfo;
      s.close(() => found(port));
    });
  });
}
