/**
 * What happens to a device's connection: of the socket, of the clock, and of the engine. What the engine
 * says of a connection that is over goes nowhere; it was told that it is.
 */
import type { Signature } from "@duro/crypto/types";
import type { BlobAction } from "../wire/blob.ts";
import type { BlobId, ChainId, DeviceId, LoginNonce, MailboxNumber, VaultId } from "../ids.ts";
import type { RefusalName } from "../refusals.ts";
import type { FrameError } from "../wire/frame.ts";
import type { LogHead, LogName, Vector } from "../wire/heads.ts";
import type { RelayFrame } from "../wire/relayFrame.ts";
import type { Run } from "../wire/run.ts";

/** From 0 up to 1, without it: so that machines that failed together do not come back together. */
type Jitter = number;

/** Of the socket and the clock. */
type LineInput =
  /** The time that the last `wakeAt` named has come. */
  | { readonly kind: "tick" }
  | { readonly kind: "opened" }
  /** Once for each `dial`: when the socket has closed or failed, and at once after a `hangUp`. */
  | {
      readonly kind: "closed";
      readonly why: { readonly refusal?: RefusalName | undefined };
      readonly jitter: Jitter;
    }
  | { readonly kind: "frame"; readonly frame: RelayFrame; readonly byteLength: number }
  | { readonly kind: "frameRefused"; readonly error: FrameError | { readonly type: "FrameIsText" } }
  /** The machine is awake again, or the network is back. */
  | { readonly kind: "online"; readonly jitter: Jitter };

/** Of the person and the engine, about the connection as a whole. */
type SessionInput =
  | { readonly kind: "start" }
  | { readonly kind: "stop" }
  /** The answer to `signLogin`. */
  | {
      readonly kind: "loginSigned";
      readonly nonce: LoginNonce;
      readonly device: DeviceId;
      readonly nowMs: number;
      readonly signature: Signature;
    }
  /** The other answer to `signLogin`: not this relay. */
  | { readonly kind: "relayRefused" };

/** Also before the login. `request` is the engine's own number, answered once. */
export type MailboxInput =
  | { readonly kind: "openMailbox"; readonly request: number }
  | { readonly kind: "joinMailbox"; readonly request: number; readonly mailbox: MailboxNumber }
  | {
      readonly kind: "sendToMailbox";
      readonly mailbox: MailboxNumber;
      readonly message: Uint8Array;
    }
  | {
      readonly kind: "closeMailbox";
      readonly mailbox: MailboxNumber;
      readonly isBurnt: boolean;
    };

/** Between a `welcome` and the end of that connection. */
export type ReadyInput =
  /** Everything before that index is here. Asked for again whenever it has grown. */
  | { readonly kind: "followLog"; readonly name: LogName; readonly fromIndex: number }
  /** One that is open already is pulled. */
  | {
      readonly kind: "openVault";
      readonly vault: VaultId;
      readonly logHead: LogHead | undefined;
      readonly vector: Vector;
      readonly wantsBodies: boolean;
      readonly wantsPresence: boolean;
    }
  /** What waits there, to be put or to be sealed, is forgotten. */
  | { readonly kind: "closeVault"; readonly vault: VaultId }
  | { readonly kind: "pullVault"; readonly vault: VaultId; readonly vector: Vector }
  /** Sealed and durable, in the order of its chain, no more than a window ahead, and fit for a frame. */
  | { readonly kind: "put"; readonly vault: VaultId; readonly run: Run }
  | { readonly kind: "appendRecord"; readonly request: number; readonly record: Uint8Array }
  /** What an `envelopes` brought is dealt with. */
  | { readonly kind: "taken"; readonly byteLength: number }
  | {
      readonly kind: "wantBodies";
      readonly vault: VaultId;
      readonly chain: ChainId;
      readonly seqs: readonly number[];
    }
  /** Sent now or never. */
  | { readonly kind: "sendPresence"; readonly vault: VaultId; readonly sealed: Uint8Array }
  | {
      readonly kind: "wantBlobToken";
      readonly request: number;
      readonly vault: VaultId;
      readonly action: BlobAction;
      readonly blob: BlobId | undefined;
    }
  | {
      readonly kind: "dropBlob";
      readonly request: number;
      readonly vault: VaultId;
      readonly blob: BlobId;
      readonly device: DeviceId;
      readonly nowMs: number;
      readonly signature: Signature;
    };

/** Edits that wait to be sealed, whether connected or not. */
type GatherInput =
  /** So many bytes more. */
  | { readonly kind: "dirty"; readonly vault: VaultId; readonly byteLength: number }
  // Answers to `seal`, one of them behind the puts. A put alone will do.
  /** Everything but so many bytes. */
  | { readonly kind: "sealed"; readonly vault: VaultId; readonly remainingByteLength: number }
  | { readonly kind: "nothingToSeal"; readonly vault: VaultId }
  /** It cannot be done now; the engine says `dirty` when it can. */
  | { readonly kind: "sealLater"; readonly vault: VaultId };

export type ClientInput = LineInput | SessionInput | MailboxInput | ReadyInput | GatherInput;
