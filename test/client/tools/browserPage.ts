/** A page with a device in it, in a real browser: its modules are served from here as they are. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { type Browser, chromium, type Page } from "playwright";
import { createViteServer } from "vitest/node";
import { browserFlags, browserPath } from "../../../scripts/browserPath.mjs";
import { newFolder } from "../../relay/tools/folders.ts";

export interface PageServer {
  /** What the relay is told to let in. */
  readonly origin: string;
  openPage(): Promise<Page>;
  close(): Promise<void>;
}

const root = join(import.meta.dirname, "../../..");
const script = "/test/client/tools/browserDevice.ts";
const html = `<!doctype html><title>device</title><script type="module" src="${script}"></script>`;
/** Found only on the way they would reload the page. */
const dependencies = [
  "@scure/bip39",
  "@scure/bip39/wordlists/english.js",
  "dexie",
  "lib0/decoding",
  "lib0/encoding",
  "libsodium-wrappers",
  "libsodium-wrappers-sumo",
  "typebox",
  "typebox/value",
  "y-protocols/awareness",
  "yjs",
];

export const servePage = async (): Promise<PageServer> => {
  const vite = await createViteServer({
    root,
    configFile: false,
    appType: "custom",
    logLevel: "error",
    cacheDir: newFolder(),
    server: { middlewareMode: true, hmr: false, ws: false, watch: null },
    optimizeDeps: { include: dependencies },
  });
  const server = createServer((request, response) => {
    if (request.url !== "/") return vite.middlewares(request, response);
    response.setHeader("content-type", "text/html");
    return response.end(html);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const origin = `http://127.0.0.1:${port}`;
  let browser: Browser | undefined;
  return {
    origin,
    openPage: async () => {
      browser ??= await chromium.launch({
        executablePath: browserPath() ?? "",
        args: browserFlags,
      });
      return browser.newPage();
    },
    close: async () => {
      await browser?.close();
      await vite.close();
      await new Promise((resolve) => server.close(resolve));
    },
  };
};
