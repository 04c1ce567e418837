/** What a device remembers of its connection to one relay. */
import type {
  ChainId,
  ChannelNumber,
  DeviceId,
  LoginNonce,
  MailboxNumber,
  RequestId,
  VaultId,
} from "../ids.ts";
import type { Budget } from "../relay/budget.ts";
import type { ClientFrame } from "../wire/clientFrame.ts";
import type { LogName, Vector } from "../wire/heads.ts";
import type { Run } from "../wire/run.ts";
import type { OpenVault } from "../wire/vault.ts";
import type { Ended } from "./ended.ts";
import type { Table } from "./table.ts";

/** Written once: credit is counted in bytes. */
export interface EncodedFrame {
  readonly frame: ClientFrame;
  readonly bytes: Uint8Array;
}

/** The clock on the wall may be set; this one only goes on. */
export interface MachineTime {
  readonly wallMs: number;
  readonly timeMs: number;
}

/** What was asked under a number, until the answer comes. */
export type Asked =
  | { readonly kind: "log"; readonly key: string }
  /** `request` is the engine's own number; the frame, to ask again where the relay had no time. */
  | {
      readonly kind: "record" | "token" | "drop" | "mailbox";
      readonly request: number;
      readonly encoded: EncodedFrame;
    };

/** What every connection has, logged in or not. */
export interface Line {
  readonly heardAtMs: number;
  readonly pingedAtMs: number;
  readonly pongedAtMs: number | undefined;
  readonly pingCount: number;
  /** The next frame is wanted by then: somebody doubts that the socket lives. */
  readonly probedAtMs: number | undefined;
  /** The relay's own counting, so that it need not refuse. */
  readonly budget: Budget;
  /** The relay has asked for a pause until then. */
  readonly quietUntilMs: number;
  /** In this order, as credit and budget allow. */
  readonly asks: readonly EncodedFrame[];
  readonly asked: ReadonlyMap<RequestId, Asked>;
  readonly requestCount: number;
  readonly mailboxes: ReadonlySet<MailboxNumber>;
}

/** What an OpenVault says, but the channel. */
export type OpeningVault = Omit<OpenVault, "type" | "channel">;

export interface ClientChannel {
  readonly number: ChannelNumber;
  readonly stage: "opening" | "catchingUp" | "live";
  /** Once on this connection; what is sealed from then on has seen what the relay had. */
  readonly hasCaughtUp: boolean;
  /** The engine knows that there is more and has not pulled yet. */
  readonly isNudged: boolean;
  readonly isPulling: boolean;
  /** As it was asked for, until the heads are here. */
  readonly opening: OpeningVault | undefined;
  /** Wanted before there were heads. */
  readonly pullAfterHeads: Vector | undefined;
}

export interface FollowedLog {
  readonly name: LogName;
  /** Everything before it was handed to the engine. */
  readonly nextIndex: number;
  /** Said to be there while it was being asked for. */
  readonly grownTo: number | undefined;
  readonly stage:
    | { readonly kind: "still" }
    | { readonly kind: "queued" }
    | { readonly kind: "asked"; readonly request: RequestId };
  /** The engine wants to begin anew from there, when the present answer is whole. */
  readonly thenFrom: number | undefined;
}

export interface WantedBodies {
  readonly vault: VaultId;
  readonly channel: ChannelNumber;
  readonly chain: ChainId;
  /** Not come yet. Rising. */
  readonly seqs: readonly number[];
}

export interface WaitingPut {
  readonly vault: VaultId;
  readonly run: Run;
  /** The engine's order. */
  readonly order: number;
}

export interface SentPut extends WaitingPut {
  readonly channel: ChannelNumber;
  /** Up to here there are receipts. */
  readonly nextSeq: number;
}

/** Local edits of one vault that are not sealed yet. Outlives a connection. */
export interface Gathering {
  readonly byteLength: number;
  /** Of the oldest of them. */
  readonly sinceMs: number;
  /** The engine was told to seal and has not answered. */
  readonly isSealing: boolean;
  /** Not before, unless something else is under way: the engine could not seal what it has. */
  readonly notBeforeMs: number;
}

/** Before the first `start`, and after a `stop`. */
interface Idle {
  readonly kind: "idle";
}

/** Told why; only another `start` dials. */
interface Stopped {
  readonly kind: "stopped";
}

interface Waiting {
  readonly kind: "waiting";
  readonly dialAtMs: number;
  /** Nobody dials before, whoever asks: the relay has said so. */
  readonly notBeforeMs: number;
}

interface Dialing {
  readonly kind: "dialing";
  readonly untilMs: number;
}

/** The socket is open; the relay speaks first. */
interface Greeting {
  readonly kind: "greeting";
  readonly untilMs: number;
}

/** The engine looks at the challenge. Without a login there are mailboxes only. */
interface Signing {
  readonly kind: "signing";
  readonly nonce: LoginNonce;
  readonly untilMs: number;
}

export interface Welcoming {
  readonly kind: "welcoming";
  readonly device: DeviceId;
  readonly untilMs: number;
}

export interface Ready {
  readonly kind: "ready";
  readonly sinceMs: number;
  /** What may still be sent. */
  readonly sendCreditByteLength: number;
  /** What the relay may still send of envelopes. */
  readonly receiveCreditByteLength: number;
  /** Handed to the engine, which has not dealt with it. */
  readonly untakenByteLength: number;
  /** Dealt with, and not given back as credit yet. */
  readonly owedCreditByteLength: number;
  readonly channels: Table<VaultId, ClientChannel>;
  readonly vaultsByChannel: Table<ChannelNumber, VaultId>;
  /** Numbers given out so far, 0 the first: above them the relay cannot know one. */
  readonly channelCount: number;
  readonly logs: Table<string, FollowedLog>;
  readonly logQueue: readonly string[];
  readonly logsAskedCount: number;
  readonly bodyQueue: readonly Omit<WantedBodies, "channel">[];
  readonly bodiesAsked: readonly WantedBodies[];
  /** Of vaults in the order of their turn. */
  readonly putQueue: ReadonlyMap<VaultId, readonly WaitingPut[]>;
  readonly sentPuts: readonly SentPut[];
  readonly putCount: number;
}

/** The rim was told to hang up; it has not said yet that the socket is gone. */
export interface HangingUp {
  readonly kind: "hangingUp";
  readonly ended: Ended;
  /** It was a good one until then. */
  readonly hasLasted: boolean;
  /** A person wants it again. */
  readonly isWanted: boolean;
}

export type Link =
  Idle | Stopped | Waiting | Dialing | Greeting | Signing | Welcoming | Ready | HangingUp;

export interface ClientConnection {
  /** Name and version, for the Login. */
  readonly clientVersion: string;
  readonly time: MachineTime;
  /** What the rim's timer is set to. */
  readonly wakeAtMs: number | undefined;
  /** Connections in a row that did not last. */
  readonly failureCount: number;
  readonly loginFailureCount: number;
  readonly dialedAtMs: number;
  readonly gatherings: ReadonlyMap<VaultId, Gathering>;
  readonly line: Line;
  readonly link: Link;
}
