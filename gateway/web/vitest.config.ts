import { defineConfig } from "vitest/config";

// No test measures time. The limit only ends one that hangs, also on a busy machine.
export default defineConfig({ test: { include: ["src/**/*.test.ts"], environment: "node", testTimeout: 60_000 } });
