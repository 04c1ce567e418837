import { availableParallelism } from "node:os";
import { playwright } from "@vitest/browser-playwright";
import { defineConfig } from "vitest/config";
import { browserFlags, browserPath } from "./scripts/browserPath.mjs";

/** Unit tests run in Node and, the same files, in a real browser. */
const unitTests = ["packages/*/src/**/*.test.ts"];
const postgresTests = "packages/**/*.pg.test.ts";
const relayTests = "test/**/*.relay.test.ts";
/** A page and a machine at one relay. */
const besideBrowserTests = "test/client/browser.relay.test.ts";

/** By itself it would leave one processor to whoever watches, and there are often no more than two. */
const maxWorkers = Math.max(2, availableParallelism() - 1);

export default defineConfig({
  test: {
    reporters: ["default"],
    projects: [
      {
        test: {
          name: "unit",
          include: unitTests,
          exclude: ["**/*.browser.test.ts", postgresTests],
          maxWorkers,
          testTimeout: 60_000,
        },
      },
      {
        // On a real Postgres: the one that DURO_TEST_DATABASE_URL names, or our own.
        test: {
          name: "postgres",
          include: [postgresTests],
          globalSetup: ["packages/server/src/testing/testPostgres.ts"],
          // Most of the time they wait for Postgres, so a second one pays even on two processors.
          maxWorkers: 2,
          testTimeout: 120_000,
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          name: "repo",
          include: ["test/**/*.test.ts"],
          exclude: [relayTests],
          maxWorkers,
          testTimeout: 120_000,
        },
      },
      {
        // The relay as a program of its own, one file after the other: they measure and they kill.
        test: {
          name: "relay",
          include: [relayTests],
          // The gate names and counts what is left out.
          exclude: browserPath() === undefined ? [besideBrowserTests] : [],
          fileParallelism: false,
          testTimeout: 180_000,
          hookTimeout: 120_000,
        },
      },
      {
        // All that the tests import, named here: what Vite found only on the way would reload the page.
        optimizeDeps: {
          include: [
            "@scure/bip39",
            "@scure/bip39/wordlists/english.js",
            "dexie",
            "fast-check",
            "lib0/decoding",
            "lib0/encoding",
            "libsodium-wrappers",
            "libsodium-wrappers-sumo",
            "typebox",
            "typebox/value",
            "y-protocols/awareness",
            "yjs",
          ],
        },
        test: {
          name: "browser",
          include: unitTests,
          exclude: ["**/*.node.test.ts", "packages/cli/**", "packages/server/**"],
          testTimeout: 120_000,
          browser: {
            enabled: true,
            headless: true,
            screenshotFailures: false,
            provider: playwright({
              launchOptions: { executablePath: browserPath() ?? "", args: browserFlags },
            }),
            instances: [{ browser: "chromium" }],
          },
        },
      },
    ],
  },
});
