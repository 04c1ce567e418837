/** What a relay remembers of one connection. */
import type { DeviceScope } from "@duro/crypto/types";
import type {
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
import type { LogName, Vector } from "../wire/heads.ts";
import type { Budget } from "./budget.ts";
import type { PreparedRun } from "./relayEffect.ts";

/** How far a vault has been sent on a channel. */
type ChannelStage =
  /** Access and heads are being looked up. */
  | { readonly kind: "opening"; readonly vector: Vector }
  /** Page after page from the store, as the client's credit allows. */
  | { readonly kind: "catchingUp"; readonly vector: Vector }
  | { readonly kind: "live" }
  /** Too slow for what comes live: nudged, and waiting for a Pull. */
  | { readonly kind: "behind" };

export interface Channel {
  readonly vault: VaultId;
  readonly wantsBodies: boolean;
  readonly wantsPresence: boolean;
  readonly stage: ChannelStage;
  /** Of the newest envelope sent; what comes live goes on behind it. */
  readonly position: number;
  /** Of the newest envelope that came live, sent or passed over. */
  readonly newestPosition: number;
}

/** Each list of runs is one frame. */
export type PreparedFrames = readonly (readonly PreparedRun[])[];

/** One page at a time for the whole connection, so that what it holds in memory stays bounded. */
export type PageReading =
  | { readonly kind: "idle" }
  | {
      readonly kind: "asked";
      readonly reading: number;
      /** Undefined once nobody waits for it: after a Pull, or when the channel is closed. */
      readonly channel: ChannelNumber | undefined;
    }
  /** Here, and not sent to its end yet: credit or room is lacking. */
  | {
      readonly kind: "sending";
      readonly channel: ChannelNumber;
      readonly frames: PreparedFrames;
      readonly toPosition: VaultPosition;
      readonly isEnd: boolean;
    };

/** Bodies that a client asked for by chain and seq. */
export interface BodyReading {
  readonly channel: ChannelNumber;
  readonly vault: VaultId;
  readonly chain: ChainId;
  readonly seqs: readonly number[];
  readonly stage:
    | { readonly kind: "waiting" }
    | { readonly kind: "asked" }
    | {
        readonly kind: "sending";
        readonly frames: PreparedFrames;
        readonly missing: readonly number[];
      };
}

/** A log that was asked for, as far as it has been sent. */
export interface LogReading {
  readonly request: RequestId;
  readonly name: LogName;
  readonly fromIndex: number;
  readonly isReading: boolean;
}

export interface Mailbox {
  /** Which side this connection is. */
  readonly side: "opener" | "joiner";
}

/** Nobody is logged in: mailboxes only. */
interface Greeting {
  readonly kind: "greeting";
  readonly nonce: LoginNonce;
  readonly isChecking: boolean;
}

export interface Ready {
  readonly kind: "ready";
  readonly user: UserId;
  readonly device: DeviceId;
  readonly scope: DeviceScope;
  readonly expiresAtMs: number | undefined;
  /** In the order in which they get their turn to read a page. */
  readonly channels: ReadonlyMap<ChannelNumber, Channel>;
  /** Each number is used once, so that an outcome that comes late meets no other vault. */
  readonly channelNumberMin: number;
  readonly pageReading: PageReading;
  /** Pages asked for so far. */
  readonly readingCount: number;
  readonly bodyReadings: readonly BodyReading[];
  readonly logReadings: readonly LogReading[];
  /** What the client has room for. */
  readonly sendCreditByteLength: number;
  /** What the client may still send. */
  readonly receiveCreditByteLength: number;
  /** Dealt with, and not given back as credit yet. */
  readonly owedCreditByteLength: number;
  readonly putsInFlightCount: number;
}

interface Closed {
  readonly kind: "closed";
}

export interface RelayConnection {
  /** Marks what came from here, so that it is not sent back. */
  readonly key: symbol;
  readonly session: Greeting | Ready | Closed;
  readonly openedAtMs: number;
  readonly heardAtMs: number;
  readonly pingedAtMs: number;
  readonly pingCount: number;
  /** The socket holds more than it should: nothing large is sent until it has drained. */
  readonly isSlow: boolean;
  readonly mailboxes: ReadonlyMap<MailboxNumber, Mailbox>;
  /** To open or join one, not answered yet. */
  readonly mailboxRequests: readonly RequestId[];
  readonly budget: Budget;
}
