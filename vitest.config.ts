import { playwright } from "@vitest/browser-playwright";
import { defineConfig } from "vitest/config";
import { browserFlags, browserPath } from "./scripts/browserPath.mjs";

/** Unit tests run in Node and, the same files, in a real browser. */
const unitTests = ["packages/*/src/**/*.test.ts"];

export default defineConfig({
  test: {
    reporters: ["default"],
    projects: [
      {
        test: {
          name: "unit",
          include: unitTests,
          exclude: ["**/*.browser.test.ts"],
          testTimeout: 60_000,
        },
      },
      {
        test: {
          name: "repo",
          include: ["test/**/*.test.ts"],
          testTimeout: 120_000,
        },
      },
      {
        // libsodium starts by top-level await, which the dependency optimiser must keep.
        optimizeDeps: { include: ["libsodium-wrappers", "fast-check", "typebox"] },
        test: {
          name: "browser",
          include: unitTests,
          exclude: ["**/*.node.test.ts"],
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
