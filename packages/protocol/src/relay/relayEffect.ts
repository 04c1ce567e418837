/**
 * What the rim is to do for one connection, in this order. Whatever has an outcome comes back as input,
 * once, also where its channel is closed by then: a page that never came would hold up all others.
 */
import type { BlobAction } from "../wire/blob.ts";
import type {
  BlobId,
  ChainId,
  ChannelNumber,
  MailboxNumber,
  RequestId,
  VaultId,
  VaultPosition,
} from "../ids.ts";
import type { BlobDrop } from "../wire/blob.ts";
import type { LogName, Vector } from "../wire/heads.ts";
import type { Login } from "../wire/login.ts";
import type { MailboxEnd } from "../wire/mailbox.ts";
import type { RelayFrame } from "../wire/relayFrame.ts";
import type { Run } from "../wire/run.ts";
import type { RefusalName } from "../refusals.ts";
import type { Mailbox } from "./relayState.ts";

/** Envelopes as the bytes of a frame, made once for all who get them. */
export interface PreparedRun {
  /** As `writeRun` spells it. */
  readonly bytes: Uint8Array;
  readonly envelopeCount: number;
  /** The connection it came from, which has it; undefined where it came from the store. */
  readonly origin: symbol | undefined;
}

export type RelayEffect =
  | { readonly kind: "send"; readonly frame: RelayFrame }
  /** One Envelopes frame. */
  | {
      readonly kind: "sendRuns";
      readonly channel: ChannelNumber;
      readonly position: VaultPosition;
      readonly runs: readonly PreparedRun[];
    }
  /** The last effect of a connection. */
  | { readonly kind: "close"; readonly refusal: RefusalName | undefined }
  | { readonly kind: "checkLogin"; readonly login: Login }
  | {
      readonly kind: "openVault";
      readonly channel: ChannelNumber;
      readonly vault: VaultId;
      readonly wantsPresence: boolean;
    }
  | { readonly kind: "closeVault"; readonly channel: ChannelNumber; readonly vault: VaultId }
  | {
      readonly kind: "readPage";
      readonly channel: ChannelNumber;
      readonly reading: number;
      readonly vault: VaultId;
      readonly vector: Vector;
      readonly afterPosition: number;
      /** What the client has room for. */
      readonly byteLengthMax: number;
      readonly wantsBodies: boolean;
    }
  | {
      readonly kind: "readBodies";
      readonly channel: ChannelNumber;
      readonly vault: VaultId;
      readonly chain: ChainId;
      readonly seqs: readonly number[];
    }
  | {
      readonly kind: "readLog";
      readonly request: RequestId;
      readonly name: LogName;
      readonly fromIndex: number;
    }
  | {
      readonly kind: "appendRecord";
      readonly request: RequestId;
      readonly record: Uint8Array;
      readonly byteLength: number;
    }
  | {
      readonly kind: "putRun";
      readonly channel: ChannelNumber;
      readonly vault: VaultId;
      readonly run: Run;
      readonly byteLength: number;
    }
  | { readonly kind: "passPresence"; readonly vault: VaultId; readonly sealed: Uint8Array }
  | {
      readonly kind: "grantToken";
      readonly request: RequestId;
      readonly vault: VaultId;
      readonly action: BlobAction;
      readonly blob: BlobId | undefined;
    }
  | { readonly kind: "dropBlob"; readonly vault: VaultId; readonly drop: BlobDrop }
  | { readonly kind: "openMailbox"; readonly request: RequestId }
  | { readonly kind: "joinMailbox"; readonly request: RequestId; readonly mailbox: MailboxNumber }
  | {
      readonly kind: "sendToMailbox";
      readonly mailbox: MailboxNumber;
      readonly side: Mailbox["side"];
      readonly message: Uint8Array;
    }
  | {
      readonly kind: "closeMailbox";
      readonly mailbox: MailboxNumber;
      readonly side: Mailbox["side"];
      readonly end: MailboxEnd;
    };
