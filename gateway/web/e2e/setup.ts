import type { TestProject } from "vitest/node";
import { startProvider } from "./provider";
import { startServer, type Server } from "./server";

declare module "vitest" {
  interface ProvidedContext {
    base: string;
    token: string;
    ownerKey: string;
    operatorKey: string;
    provider: string;
  }
}

export default async function setup(project: TestProject) {
  const provider = await startProvider();
  const server = await startServer("--egress-allow", "127.0.0.1/32");
  await allowRuns(server);
  project.provide("base", server.base);
  project.provide("token", server.token);
  project.provide("ownerKey", server.ownerKey);
  project.provide("operatorKey", server.operatorKey);
  project.provide("provider", provider.url);
  return async () => {
    await server.stop();
    await provider.close();
  };
}

// allowRuns raises the limits of the demo's link: all tests are one visitor, and together they
// run it more often than a visitor may in a day.
async function allowRuns(server: Server): Promise<void> {
  const ask = async <T>(method: string, path: string, body?: object): Promise<T> => {
    const answer = await fetch(server.base + path, {
      method,
      headers: { authorization: `Bearer ${server.ownerKey}`, "content-type": "application/json" },
      body: body && JSON.stringify(body),
    });
    if (!answer.ok) throw new Error(`${method} ${path}: ${await answer.text()}`);
    return (await answer.json()) as T;
  };
  const { shares } = await ask<{ shares: { name: string }[] }>("GET", "/v1/workspaces/demo/workflows/read-text/shares");
  await ask("PATCH", `/v1/${shares[0]!.name}`, { limits: { runs: "500", visitorRuns: "200", period: "PERIOD_DAY" } });
}
