/** Where the socket of a relay is. */
import { socketPath } from "@duro/protocol";

const socketSchemes = new Map([
  ["http:", "ws:"],
  ["https:", "wss:"],
]);

/** Undefined unless `relayUrl` is one of http or https. */
export const socketUrlOf = (relayUrl: string): string | undefined => {
  const url = URL.parse(relayUrl);
  const scheme = url === null ? undefined : socketSchemes.get(url.protocol);
  return url === null || scheme === undefined ? undefined : `${scheme}//${url.host}${socketPath}`;
};
