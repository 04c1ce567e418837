/**
 * A socket to the relay, as the engine needs it. Adapters: nodeTransport (`ws`, with the proxy and the
 * authorities that the machine is set up for), browserTransport, and the simulation's network.
 */
import type { RefusalName } from "@duro/protocol";

export interface SocketClosed {
  /** Of the WebSocket; undefined where there never was one. */
  readonly code: number | undefined;
  /** Of HTTP: what the relay answered instead of a socket. */
  readonly status: number | undefined;
  /** That the relay named in that answer, or by the code that it closed with. */
  readonly refusal: RefusalName | undefined;
  /** Why there never was a socket, or why it broke, where the platform says so: ECONNREFUSED. */
  readonly failure: string | undefined;
}

export interface SocketEvents {
  onOpen(): void;
  /** One binary message. */
  onMessage(bytes: Uint8Array): void;
  /** A message that is text: the relay never sends one. */
  onText(): void;
  /** Once, and nothing after it. */
  onClosed(why: SocketClosed): void;
}

export interface Socket {
  /** Before `onOpen` and after the end it goes nowhere. */
  send(bytes: Uint8Array): void;
  /** Of the events only `onClosed` comes after that. */
  close(): void;
  /** What was sent and has not left this machine. */
  readonly bufferedByteLength: number;
}

export interface Transport {
  /** `url` is the relay's, http or https. Never throws: what fails is an `onClosed`, never before this returns. */
  dial(url: string, events: SocketEvents): Socket;
}
