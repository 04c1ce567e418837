/**
 * How Node reaches a relay: through the proxy of the machine, and trusting the authorities of Node, of
 * the machine and of whoever set it up. Companies that look into TLS put theirs into the machine's.
 */
import { Agent as HttpAgent } from "node:http";
import { Agent as HttpsAgent } from "node:https";
import { createSecureContext, getCACertificates } from "node:tls";
import type { Proxy } from "./proxy.ts";

export interface NodeNetwork {
  readonly proxy?: Proxy | undefined;
  /** In PEM, beside those that are trusted anyway. */
  readonly certificateAuthorities?: readonly string[];
}

export interface AgentOptions {
  /** Whether a connection is kept for the next request. */
  readonly keepAlive: boolean;
}

/** What serves a URL. Made when first asked for: to read the machine's authorities takes a while. */
export const createAgents = (
  { proxy, certificateAuthorities = [] }: NodeNetwork,
  { keepAlive }: AgentOptions,
): ((url: string) => HttpAgent) => {
  let plain: HttpAgent | undefined;
  let secure: HttpsAgent | undefined;
  const createSecure = (): HttpsAgent =>
    new HttpsAgent({
      keepAlive,
      secureContext: createSecureContext({ ca: authorities(certificateAuthorities) }),
      proxyEnv:
        proxy === undefined ? undefined : { HTTPS_PROXY: proxy.url, NO_PROXY: proxy.except },
    });
  return (url) =>
    /^(?:https|wss):/u.test(url)
      ? (secure ??= createSecure())
      : (plain ??= new HttpAgent({ keepAlive }));
};

const authorities = (extra: readonly string[]): string[] => [
  ...new Set([...getCACertificates("default"), ...getCACertificates("system"), ...extra]),
];
