/** Bytes of this process's own TCP connections, frame headers included, whoever opened them. */
import { subscribe } from "node:diagnostics_channel";
import type { Socket } from "node:net";

export interface WireBytes {
  readonly sent: number;
  readonly received: number;
}

const sockets: Socket[] = [];
// Of Node: every TCP connection that a client opens, whatever library does.
subscribe("net.client.socket", (message) => {
  sockets.push((message as { readonly socket: Socket }).socket);
});

export const wireBytes = (): WireBytes => ({
  sent: sockets.reduce((sum, { bytesWritten }) => sum + bytesWritten, 0),
  received: sockets.reduce((sum, { bytesRead }) => sum + bytesRead, 0),
});
