/** What a vault's jobs look at and do not change: its log as it stands, the keys, who is who. */
import type { KeyFailure, VaultKey } from "@duro/crypto";
import type { IdentityAt, IdentityState, KnownDevice, VaultState } from "@duro/crypto/verify";
import { type ChainOpening, chainStanding } from "@duro/crypto/verify";
import {
  type ChainId,
  type DeviceId,
  type EnvelopeId,
  noEnvelope,
  type RecordId,
  type UserId,
} from "@duro/protocol";
import type { Change, UnboundChange } from "./countEnvelope.ts";
import type { Draft } from "./draft.ts";
import type { OwnChain } from "./seal.ts";

export interface LogView {
  readonly state: VaultState;
  readonly keys: ReadonlyMap<number, VaultKey>;
  /** What did not open. */
  readonly keyFailures: readonly KeyFailure[];
  readonly identityAt: IdentityAt;
  /** The newest that is known of somebody. */
  readonly identity: (user: UserId) => IdentityState | undefined;
  /** A branch of the log that this device followed, and that fell; undefined: there was none. */
  readonly fallen?: FallenView | undefined;
}

export interface FallenView {
  readonly records: ReadonlySet<RecordId>;
  /** Those that its log gave: what was sealed under it opens with them. */
  readonly keys: () => ReadonlyMap<number, VaultKey>;
}

export interface VaultView extends LogView {
  /** Asked between two pieces of long work. */
  readonly nextTurn: () => Promise<void>;
  /** Without the types that lie too deep; the same on every device. */
  readonly boundDepth: (draft: Draft, change: UnboundChange) => Promise<Change>;
  /** Whether Yjs can be trusted with it here and now: no verdict, another machine may be faster. */
  readonly mayApply: (draft: Draft, chain: ChainId, change: Change) => Promise<boolean>;
}

/** How far a chain counts, whatever is here of it. */
export type Limit =
  | { readonly kind: "open" }
  /** Nothing counts past that envelope; at 0 nothing does. */
  | { readonly kind: "end"; readonly seq: number; readonly id: EnvelopeId }
  | { readonly kind: "held"; readonly why: HoldReason };

/** Why a chain waits: what would have to come. */
export type HoldReason =
  | "a record of the vault's log"
  | "an identity log"
  | "a key"
  | "a body"
  | "what it refers to"
  | "a newer version"
  | "time or memory"
  | "another branch of its chain";

export const deviceOf = (
  view: LogView,
  author: { readonly user: UserId; readonly device: DeviceId },
): KnownDevice | undefined => view.identity(author.user)?.devices.get(author.device);

export const limitOf = (view: LogView, opening: ChainOpening): Limit => {
  const pin = view.state.pins.get(opening.user);
  const identity = pin === undefined ? undefined : view.identityAt(pin);
  const standing = chainStanding(view.state, identity, opening);
  switch (standing.kind) {
    case "counts":
      return { kind: "open" };
    case "cut":
      return { kind: "end", seq: standing.seq, id: standing.id };
    case "never":
      return { kind: "end", seq: 0, id: noEnvelope };
    case "held":
      return {
        kind: "held",
        why:
          standing.why === "log head unknown" ? "a record of the vault's log" : "an identity log",
      };
  }
};

/** What the first envelope of a chain of ours would say now. */
export const openingOf = (
  { state }: LogView,
  { chain, user, device, incarnation }: OwnChain,
): ChainOpening => ({ chain, user, device: device.id, incarnation, logHead: state.head.id });
