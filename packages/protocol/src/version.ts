/** Which wire this is. The subprotocol names it before the first frame; frames do not repeat it. */

/** One byte wherever it is written. */
export const protocolVersion = 1;
export const protocolVersionMin = 1;
export const protocolVersionMax = 1;

/** Of the WebSocket: a relay that does not know it does not open the connection. */
export const subprotocol = `duro.${protocolVersion}` as const;

/** Where a relay's WebSocket is. */
export const socketPath = "/v1/socket";

export interface ProtocolChange {
  readonly version: number;
  readonly date: string;
  readonly changed: string;
}

/** Newest last. A version that was released never changes. */
export const protocolHistory: readonly ProtocolChange[] = [
  { version: 1, date: "2026-11-21", changed: "The first version." },
];
