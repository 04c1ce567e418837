/**
 * What others say, in signed envelopes, that chains and logs stand at: beacons, what a DATA has seen,
 * the coverage of checkpoints. Only what is not here yet is kept, by who says it, so that nobody's false
 * claim hides a true one. chainClaims.ts and logClaims.ts take claims in; withheld.ts judges.
 *
 * Grace is counted in time during which the relay could have delivered, never by anybody's clock: a
 * relay that hangs up every minute gains nothing, and a laptop that slept raises nothing.
 */
import {
  type ChainId,
  type DeviceId,
  type EnvelopeId,
  type LogHead,
  type LogName,
  type RecordId,
  times,
  type VaultId,
} from "@duro/protocol";
import type { Alarm } from "./alarms.ts";

/** The envelope that says it: it counts, and its body was read. */
export interface Claimant {
  readonly chain: ChainId;
  readonly device: DeviceId;
  readonly seq: number;
}

/** A mark of a vector, or what a DATA has seen, which names no id. */
export interface Said {
  readonly chain: ChainId;
  readonly seq: number;
  readonly id?: EnvelopeId;
}

/** What is here of the vault's chains. */
export interface KnownChains {
  readonly vault: VaultId;
  deviceOf(chain: ChainId): DeviceId | undefined;
  /** The newest envelope that is here and verified; 0: none. */
  heldSeq(chain: ChainId): number;
  /** Up to here all claims were added, or there are none to come: the chain is void or cut there. */
  readSeq(chain: ChainId): number;
  /** Of an envelope that is here; undefined: not at hand, and then nothing is compared. */
  idAt(chain: ChainId, seq: number): EnvelopeId | undefined;
  /** Behind this seq nothing is expected of the chain: it is cut there, or is kept no further. */
  limitOf(chain: ChainId): number | undefined;
}

/** What is here of the logs that the vault relies on. */
export interface KnownLogs {
  head(log: LogName): LogHead | undefined;
  /** Undefined: not here, or a RESOLVE has settled a fork there, so that older beacons name either. */
  idAt(log: LogName, index: number): RecordId | undefined;
  has(log: LogName, id: RecordId): boolean;
}

/** The oldest of what is not here, and the furthest: a claim that grows is not a new one. */
export interface Waiting {
  readonly dueSeq: number;
  /** Of the connected time, as every time here. */
  readonly dueSinceMs: number;
  readonly seq: number;
  readonly sinceMs: number;
}

export interface ChainClaim extends Waiting {
  readonly id: EnvelopeId | undefined;
  /** Seq of the claimant's envelope that first said `seq`. */
  readonly saidAt: number;
  /** Where the chain's own author stood when it had read the claim, if that is below it. */
  readonly refutedAt: number | undefined;
}

export interface LogClaim {
  readonly log: LogName;
  /** Undefined where the head of an envelope names it, by its id alone. */
  readonly index: number | undefined;
  readonly id: RecordId;
  readonly saidAt: number;
  readonly sinceMs: number;
}

export interface ClaimsOf {
  readonly device: DeviceId;
  readonly chains: ReadonlyMap<ChainId, ChainClaim>;
  /** By `logClaimKey`: of each log the first that is not here, of heads and of beacons. */
  readonly logs: ReadonlyMap<string, LogClaim>;
}

export interface Claims {
  /** For how long the relay could have delivered what it has. */
  readonly connectedMs: number;
  /** Since when that time runs; undefined: it does not. Not kept. */
  readonly runsFromMs: number | undefined;
  /** By the claimant's chain. */
  readonly byClaimant: ReadonlyMap<ChainId, ClaimsOf>;
  /** What the relay itself says it has. Not kept: it says so again on the next connection. */
  readonly relay: ReadonlyMap<ChainId, Waiting>;
}

export const noClaims: Claims = {
  connectedMs: 0,
  runsFromMs: undefined,
  byClaimant: new Map(),
  relay: new Map(),
};

export interface Claimed {
  readonly claims: Claims;
  /** To be raised: claims that are refuted, other ids than ours, logs that part. */
  readonly alarms: readonly Alarm[];
}

/** Whether the relay could hand out something of the vault now. */
export type Reach =
  | { readonly kind: "away" }
  /** Since when nothing new has come of the vault. */
  | { readonly kind: "catchingUp"; readonly progressAtMs: number }
  | { readonly kind: "live" };

/** A timer that fires later than that slept with the machine; then nobody could have delivered. */
const tickMsMax = 2 * times.heartbeatIntervalMs;
/** A page takes a second or so; a relay that brings nothing for as long as this is not busy sending. */
const stallMs = times.heartbeatTimeoutMs;

/**
 * At every change of `reach`, and at least every 20 s while connected. While we catch up, what is
 * claimed may be on its way, so time runs only when nothing comes.
 */
export const tickClaims = (claims: Claims, reach: Reach, nowMs: number): Claims => {
  const elapsedMs = claims.runsFromMs === undefined ? 0 : nowMs - claims.runsFromMs;
  const isRunning =
    reach.kind === "live" || (reach.kind === "catchingUp" && nowMs - reach.progressAtMs > stallMs);
  return {
    ...claims,
    connectedMs: claims.connectedMs + Math.min(Math.max(elapsedMs, 0), tickMsMax),
    runsFromMs: isRunning ? nowMs : undefined,
  };
};

/** Nothing that a claimant says from this seq on counts any more: it is cut there, or void. */
export const forgetClaims = (claims: Claims, claimant: ChainId, fromSeq: number): Claims => {
  const of = claims.byClaimant.get(claimant);
  if (of === undefined) return claims;
  const chains = new Map([...of.chains].filter(([, { saidAt }]) => saidAt < fromSeq));
  const logs = new Map([...of.logs].filter(([, { saidAt }]) => saidAt < fromSeq));
  return { ...claims, byClaimant: withClaimant(claims, claimant, { ...of, chains, logs }) };
};

export const withClaimant = (
  { byClaimant }: Pick<Claims, "byClaimant">,
  claimant: ChainId,
  of: ClaimsOf,
): ReadonlyMap<ChainId, ClaimsOf> => {
  const changed = new Map(byClaimant);
  if (of.chains.size + of.logs.size === 0) changed.delete(claimant);
  else changed.set(claimant, of);
  return changed;
};
