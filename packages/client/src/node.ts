/** What only Node has. */
export type { NodeNetwork } from "./http/agents.ts";
export { type NotACertificate, parseAuthorities } from "./http/authorities.ts";
export { createNodeHttp, type NodeHttpDeps } from "./http/nodeHttp.ts";
export { type NotAProxy, parseProxy, type Proxy } from "./http/proxy.ts";
export { createFileKeyStore, type FileKeyStoreDeps } from "./keyStore/fileKeyStore.ts";
export { openPassingLocalStore, openSqliteLocalStore } from "./store/sqliteLocalStore.ts";
export { createNodeTransport } from "./transport/nodeTransport.ts";
export { createNodeApplyGuard, type NodeApplyGuardDeps } from "./updates/nodeApplyGuard.ts";
