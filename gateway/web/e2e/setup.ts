import type { TestProject } from "vitest/node";
import { startProvider } from "./provider";
import { startServer } from "./server";

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
