/** What can happen to one connection: frames, time, news of others, and outcomes of its own effects. */
import type { DeviceScope, RecordId, RelayGeneration, SignPublicKey } from "@duro/crypto/types";
import type {
  BlobToken,
  ChainId,
  ChannelNumber,
  DeviceId,
  LoginNonce,
  MailboxNumber,
  RequestId,
  UserId,
  VaultId,
  VaultPosition,
} from "../ids.ts";
import type { ClientFrame } from "../wire/clientFrame.ts";
import type { FrameError } from "../wire/frame.ts";
import type { LogHead, LogName, Vector } from "../wire/heads.ts";
import type { MailboxEnd } from "../wire/mailbox.ts";
import type { Receipt } from "../wire/receipt.ts";
import type { Refused } from "./refused.ts";
import type { PreparedRun } from "./relayEffect.ts";
import type { Mailbox } from "./relayState.ts";

/** What the relay says of itself in a Challenge. */
export interface RelaySelf {
  readonly relayKey: SignPublicKey;
  readonly generation: RelayGeneration;
}

export interface LoggedIn {
  readonly user: UserId;
  readonly device: DeviceId;
  readonly scope: DeviceScope;
  /** When the device's time is over. */
  readonly expiresAtMs: number | undefined;
  /** Rising. */
  readonly vaults: readonly VaultId[];
  readonly identityHead: LogHead;
}

/** New envelopes of one vault, at contiguous positions: as many as fit one frame. */
export interface LiveBatch {
  readonly vault: VaultId;
  readonly fromPosition: number;
  readonly toPosition: VaultPosition;
  runs(wantsBodies: boolean): readonly PreparedRun[];
}

/** A receipt whose channel is not known to the one who signed it. */
export type ReceiptPart = Omit<Receipt, "type" | "channel">;

export type RelayInput =
  | { readonly kind: "frame"; readonly frame: ClientFrame; readonly byteLength: number }
  | { readonly kind: "frameRefused"; readonly error: FrameError | { readonly type: "FrameIsText" } }
  /** A ping or pong of the WebSocket itself, which no frame of ours is in. */
  | { readonly kind: "controlFrame" }
  | { readonly kind: "tick" }
  /** What the socket holds that the client has not taken yet. */
  | { readonly kind: "buffered"; readonly byteLength: number }
  | { readonly kind: "loggedIn"; readonly who: LoggedIn }
  | { readonly kind: "loginRefused"; readonly refused: Refused }
  | {
      readonly kind: "vaultOpened";
      readonly channel: ChannelNumber;
      readonly logHead: LogHead;
      readonly position: VaultPosition;
      readonly chains: Vector;
    }
  | { readonly kind: "vaultRefused"; readonly channel: ChannelNumber; readonly refused: Refused }
  | {
      readonly kind: "page";
      readonly channel: ChannelNumber;
      readonly reading: number;
      /** One frame each. */
      readonly frames: readonly (readonly PreparedRun[])[];
      readonly toPosition: VaultPosition;
      readonly isEnd: boolean;
    }
  | {
      readonly kind: "bodies";
      readonly channel: ChannelNumber;
      readonly chain: ChainId;
      readonly frames: readonly (readonly PreparedRun[])[];
      readonly missing: readonly number[];
      /** Wanted, and not looked for yet: they would have been too much at once. Rising. */
      readonly unread: readonly number[];
    }
  | {
      readonly kind: "logPage";
      readonly request: RequestId;
      readonly records: readonly Uint8Array[];
      readonly head: LogHead;
    }
  | { readonly kind: "logRefused"; readonly request: RequestId; readonly refused: Refused }
  | {
      readonly kind: "recordAppended";
      readonly request: RequestId;
      readonly index: number;
      readonly id: RecordId;
      readonly byteLength: number;
    }
  | {
      readonly kind: "recordRefused";
      readonly request: RequestId;
      readonly refused: Refused;
      readonly byteLength: number;
    }
  | {
      readonly kind: "putsDone";
      readonly channel: ChannelNumber;
      readonly putCount: number;
      readonly byteLength: number;
      readonly receipts: readonly ReceiptPart[];
      readonly refused: Refused | undefined;
    }
  | { readonly kind: "live"; readonly batch: LiveBatch }
  | { readonly kind: "presence"; readonly vault: VaultId; readonly sealed: Uint8Array }
  /** Somebody else wanted them, and they are not here. */
  | {
      readonly kind: "bodiesMissing";
      readonly vault: VaultId;
      readonly chain: ChainId;
      readonly seqs: readonly number[];
    }
  | { readonly kind: "logGrew"; readonly name: LogName; readonly head: LogHead }
  | { readonly kind: "accessLost"; readonly vault: VaultId }
  | { readonly kind: "deviceRemoved" }
  | { readonly kind: "shutdown" }
  | {
      readonly kind: "tokenGranted";
      readonly request: RequestId;
      readonly token: BlobToken;
      readonly expiresAtMs: number;
    }
  | { readonly kind: "blobDropped"; readonly request: RequestId }
  | { readonly kind: "requestRefused"; readonly request: RequestId; readonly refused: Refused }
  | {
      readonly kind: "mailboxOpened";
      readonly request: RequestId;
      readonly mailbox: MailboxNumber;
      readonly side: Mailbox["side"];
      readonly expiresAtMs: number;
    }
  | {
      readonly kind: "mailboxMessage";
      readonly mailbox: MailboxNumber;
      readonly message: Uint8Array;
    }
  | { readonly kind: "mailboxClosed"; readonly mailbox: MailboxNumber; readonly end: MailboxEnd }
  | {
      readonly kind: "mailboxRefused";
      readonly mailbox: MailboxNumber;
      readonly refused: Refused;
    }
  /** The rim failed at an effect: it has logged why. */
  | { readonly kind: "failed" };

/** What begins a connection. */
export interface RelayOpening {
  readonly self: RelaySelf;
  readonly key: symbol;
  readonly nonce: LoginNonce;
}
