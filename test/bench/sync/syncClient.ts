/** What is the same of every peer: clients that keep documents in step, by number. */
import type { Doc } from "yjs";

export const peerNames = ["duro", "y-websocket", "hocuspocus"] as const;
/** In plaintext and as durable as ours is: what an edit's way takes without all that we do besides. */
export const durableLine = "durable line";
export type PeerName = (typeof peerNames)[number] | typeof durableLine;

/** Where clients find each other: plain values, so that another process can be told. */
export interface Place {
  readonly peer: PeerName;
  readonly url: string;
  /** Of a vault, or the beginning of a room's name: new for each run. */
  readonly seed: string;
  /** Of ours: how many devices the vault's only member has. */
  readonly deviceCount: number;
}

export interface SyncClient {
  /** In step with what the server has. */
  open(doc: number): Promise<Doc>;
  /** Everything made here is durable where this peer makes it so, and the server has it. */
  settled(): Promise<void>;
  close(): Promise<void>;
}

/** By its number; what is made once for a place is made before. */
export type Connect = (number: number) => Promise<SyncClient>;
