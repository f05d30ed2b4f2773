// keyhole login --browser, as a program of its own with an empty home.
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { program } from "./server";

export interface CommandLine {
  link: string; // to approve it at
  done: Promise<number>; // its exit code
  // Runs another command, which fails unless it is signed in.
  run: (...args: string[]) => Promise<string>;
  remove: () => Promise<void>;
}

export async function startLogin(base: string): Promise<CommandLine> {
  const home = await mkdtemp(join(tmpdir(), "keyhole-login-"));
  const env = { PATH: "/usr/bin:/bin", HOME: home, KEYHOLE_HTTP: base };
  const child = spawn(program, ["login", "--browser", "--no-open"], { env, cwd: home });
  const done = once(child, "exit").then(([code]) => code as number);
  let said = "";
  const link = await new Promise<string>((found, fail) => {
    child.stderr.on("data", (part: Buffer) => {
      said += part.toString();
      const at = /http\S+\/app\/command-line\S+/.exec(said);
      if (at) found(at[0]);
    });
    void done.then((code) => fail(new Error(`keyhole login ended with ${code}: ${said}`)));
  });
  const run = async (...args: string[]) => (await promisify(execFile)(program, args, { env, cwd: home })).stdout;
  return { link, done, run, remove: () => rm(home, { recursive: true, force: true }) };
}
