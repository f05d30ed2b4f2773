import { defineConfig } from "vitest/config";

// One server for all files, one file after the other: they share a processor and
// a model.
export default defineConfig({
  test: {
    include: ["e2e/**/*.test.ts"],
    globalSetup: ["e2e/setup.ts"],
    fileParallelism: false,
    testTimeout: 90_000,
    hookTimeout: 60_000,
    // What a page will show is polled; a slow machine takes longer than the default of a second.
    expect: { poll: { timeout: 20_000, interval: 100 } },
    // In the short form a test that fails runs once more, and the report names it. On a busy machine
    // one of 170 tests in a real browser meets a hiccup now and then; a fault fails twice.
    retry: process.env.SCREENS === "few" ? 1 : 0,
    reporters: ["verbose"],
  },
});
