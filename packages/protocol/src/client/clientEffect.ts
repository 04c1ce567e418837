/** What the rim and the engine are to do for a device's connection, in this order. */
import type {
  BlobToken,
  ChainId,
  MailboxNumber,
  RecordId,
  VaultId,
  VaultPosition,
} from "../ids.ts";
import type { LogHead, LogName, Vector } from "../wire/heads.ts";
import type { Challenge, Welcome } from "../wire/login.ts";
import type { MailboxEnd } from "../wire/mailbox.ts";
import type { Receipt } from "../wire/receipt.ts";
import type { Run } from "../wire/run.ts";
import type { EncodedFrame } from "./clientState.ts";
import type { Ended, RefusalSaid, RelayFault } from "./ended.ts";

/** For the rim. */
type LineEffect =
  | { readonly kind: "dial" }
  /** Nothing of this socket is of interest any more; `closed` comes back at once. */
  | { readonly kind: "hangUp" }
  | ({ readonly kind: "send" } & EncodedFrame)
  /** The one timer: a new one replaces it, undefined takes it back. */
  | { readonly kind: "wakeAt"; readonly atMs: number | undefined };

/** How the connection stands. */
type SessionEffect =
  /** Mailboxes may be used from here on. Answered by `loginSigned` or `relayRefused`, or not at all. */
  | { readonly kind: "signLogin"; readonly challenge: Challenge }
  /** Nothing is open or followed yet. */
  | ({ readonly kind: "welcome" } & Omit<Welcome, "type" | "creditByteLength">)
  /** It is over, and with it whatever was open, followed, put or asked for. It is tried again. */
  | { readonly kind: "lost"; readonly why: Ended; readonly retryAtMs: number }
  /** It is over, and only a `start` tries again. */
  | { readonly kind: "stopped"; readonly why: Ended }
  /** To be told and counted; the connection is hung up. */
  | { readonly kind: "relayMisbehaved"; readonly fault: RelayFault };

type LogEffect =
  /** In order, from where the log was followed. The head is the relay's word. */
  | {
      readonly kind: "logRecords";
      readonly name: LogName;
      readonly fromIndex: number;
      readonly records: readonly Uint8Array[];
      readonly headIndex: number;
    }
  /** Also of a log that nobody follows. What is followed is asked for without the engine. */
  | { readonly kind: "logGrew"; readonly name: LogName; readonly head: LogHead }
  /** It is not followed any more. */
  | { readonly kind: "logRefused"; readonly name: LogName; readonly refusal: RefusalSaid };

type VaultEffect =
  | {
      readonly kind: "vaultHeads";
      readonly vault: VaultId;
      readonly logHead: LogHead;
      readonly position: VaultPosition;
      readonly chains: Vector;
    }
  /** Answered by `taken`, with this length, in one or in parts. */
  | {
      readonly kind: "envelopes";
      readonly vault: VaultId;
      readonly runs: readonly Run[];
      readonly byteLength: number;
    }
  /** Again after each pull. */
  | { readonly kind: "caughtUp"; readonly vault: VaultId }
  /** There is more. Answered by `pullVault`. */
  | { readonly kind: "nudged"; readonly vault: VaultId }
  /** The vault is not open any more; what waited there is forgotten. */
  | { readonly kind: "vaultRefused"; readonly vault: VaultId; readonly refusal: RefusalSaid }
  | {
      readonly kind: "bodiesMissing";
      readonly vault: VaultId;
      readonly chain: ChainId;
      readonly seqs: readonly number[];
    }
  | { readonly kind: "presence"; readonly vault: VaultId; readonly sealed: Uint8Array };

type PutEffect =
  /** Of a put or of several, of all of it or of the first part. */
  | {
      readonly kind: "receipt";
      readonly vault: VaultId;
      readonly receipt: Omit<Receipt, "type" | "channel">;
    }
  /** What waits behind it of the same chain is forgotten: to be put again after thinking. */
  | {
      readonly kind: "putRefused";
      readonly vault: VaultId;
      readonly chain: ChainId;
      readonly seq: number;
      readonly refusal: RefusalSaid;
    }
  /** Edits of this vault go now. */
  | { readonly kind: "seal"; readonly vault: VaultId };

/** Each `request` is answered once. */
type RequestEffect =
  | {
      readonly kind: "recordAppended";
      readonly request: number;
      readonly index: number;
      readonly id: RecordId;
    }
  | {
      readonly kind: "blobToken";
      readonly request: number;
      readonly token: BlobToken;
      readonly expiresAtMs: number;
    }
  | { readonly kind: "blobDropped"; readonly request: number }
  | {
      readonly kind: "mailboxOpened";
      readonly request: number;
      readonly mailbox: MailboxNumber;
      readonly expiresAtMs: number;
    }
  | {
      readonly kind: "requestRefused";
      readonly request: number;
      readonly refusal: RefusalSaid;
    }
  /** There is no connection for it, or that one ended before the answer. */
  | { readonly kind: "requestLost"; readonly request: number };

type MailboxEffect =
  | {
      readonly kind: "mailboxMessage";
      readonly mailbox: MailboxNumber;
      readonly message: Uint8Array;
    }
  | { readonly kind: "mailboxClosed"; readonly mailbox: MailboxNumber; readonly end: MailboxEnd }
  | {
      readonly kind: "mailboxRefused";
      readonly mailbox: MailboxNumber;
      readonly refusal: RefusalSaid;
    };

export type ClientEffect =
  LineEffect | SessionEffect | LogEffect | VaultEffect | PutEffect | RequestEffect | MailboxEffect;
