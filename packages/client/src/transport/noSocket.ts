/** A dial that came to nothing before it left this machine. */
import type { Socket, SocketEvents } from "../ports/transport.ts";

export const notAnAddress = "ERR_INVALID_URL";

export const noSocket = (events: SocketEvents, failure: string): Socket => {
  // Whoever dials has the socket in hand before it hears of its end.
  queueMicrotask(() =>
    events.onClosed({ code: undefined, status: undefined, refusal: undefined, failure }),
  );
  return { send: () => {}, close: () => {}, bufferedByteLength: 0 };
};
