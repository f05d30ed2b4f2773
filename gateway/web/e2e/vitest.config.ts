import { defineConfig } from "vitest/config";

// One server for all files, one file after the other: they share two processors and
// a model.
export default defineConfig({
  test: {
    include: ["e2e/**/*.test.ts"],
    globalSetup: ["e2e/setup.ts"],
    fileParallelism: false,
    testTimeout: 90_000,
    hookTimeout: 60_000,
    reporters: ["verbose"],
  },
});
