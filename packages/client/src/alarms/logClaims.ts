/**
 * Claims about logs: the record that an envelope's head names, and the heads that a beacon lists. Of
 * each claimant and log the first that is not here is kept; when it comes, the next beacon says more.
 */
import type { LogHead, LogName, RecordId } from "@duro/protocol";
import type { Alarm } from "./alarms.ts";
import { boundClaims } from "./boundClaims.ts";
import {
  type Claimant,
  type Claimed,
  type Claims,
  type KnownLogs,
  type LogClaim,
  withClaimant,
} from "./claims.ts";

const logClaimKey = ({ kind, log }: LogName, index: number | undefined): string =>
  `${index === undefined ? "head" : "beacon"} ${kind} ${log}`;

export const keyOfLogClaim = ({ log, index }: Pick<LogClaim, "log" | "index">): string =>
  logClaimKey(log, index);

/** An envelope waits for this record of the vault's log. */
export const addNamedRecord = (
  claims: Claims,
  by: Claimant,
  { log, id }: { readonly log: LogName; readonly id: RecordId },
  logs: KnownLogs,
): Claims => (logs.has(log, id) ? claims : withLogClaim(claims, by, { log, index: undefined, id }));

export interface SaidLog extends LogHead {
  readonly log: LogName;
}

/** What a beacon lists: the vault's log, and the identity log of every member. */
export const addLogClaims = (
  claims: Claims,
  by: Claimant,
  said: readonly SaidLog[],
  logs: KnownLogs,
): Claimed => {
  const alarms: Alarm[] = [];
  let next = claims;
  for (const one of said) {
    const other = otherBranch(logs, by, one);
    if (other !== undefined) alarms.push(other);
    if (!isHere(logs, one)) next = withLogClaim(next, by, one);
  }
  return { claims: next, alarms };
};

/** After records of this log came. */
export const settleLogClaims = (claims: Claims, log: LogName, logs: KnownLogs): Claimed => {
  const alarms: Alarm[] = [];
  let { byClaimant } = claims;
  for (const [chain, of] of byClaimant) {
    const left = new Map(of.logs);
    for (const [key, claim] of of.logs) {
      if (claim.log.log !== log.log || !isHere(logs, claim)) continue;
      const { index, id } = claim;
      const other = index === undefined ? undefined : otherBranch(logs, of, { log, index, id });
      if (other !== undefined) alarms.push(other);
      left.delete(key);
    }
    if (left.size < of.logs.size)
      byClaimant = withClaimant({ byClaimant }, chain, { ...of, logs: left });
  }
  const isSame = byClaimant === claims.byClaimant;
  return { claims: isSame ? claims : { ...claims, byClaimant }, alarms };
};

const isHere = (logs: KnownLogs, { log, index, id }: Pick<LogClaim, "log" | "index" | "id">) =>
  index === undefined ? logs.has(log, id) : (logs.head(log)?.index ?? -1) >= index;

const otherBranch = (
  logs: KnownLogs,
  { device }: Pick<Claimant, "device">,
  { log, index, id }: SaidLog,
): Alarm | undefined => {
  const ours = logs.idAt(log, index);
  return ours === undefined || ours === id
    ? undefined
    : { type: "LogForked", log, index, ours, theirs: id, evidence: "claim", claimant: device };
};

const withLogClaim = (
  claims: Claims,
  by: Claimant,
  { log, index, id }: Pick<LogClaim, "log" | "index" | "id">,
): Claims => {
  const key = logClaimKey(log, index);
  const of = claims.byClaimant.get(by.chain);
  if (of?.logs.has(key) === true) return claims;
  const claim = { log, index, id, saidAt: by.seq, sinceMs: claims.connectedMs };
  const logs = new Map(of?.logs).set(key, claim);
  const changed = { device: by.device, chains: of?.chains ?? new Map<never, never>(), logs };
  return boundClaims({ ...claims, byClaimant: withClaimant(claims, by.chain, changed) });
};
