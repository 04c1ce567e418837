/** What only a browser has. */
export { type BrowserHttpDeps, createBrowserHttp } from "./http/browserHttp.ts";
export { openDexieLocalStore } from "./store/dexieLocalStore.ts";
export { createBrowserTransport, type WebSocketClass } from "./transport/browserTransport.ts";
export {
  type BrowserApplyGuardDeps,
  createBrowserApplyGuard,
} from "./updates/browserApplyGuard.ts";
