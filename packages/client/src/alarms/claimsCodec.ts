/** How claims are kept on this device, so that a restart gives the relay no new grace. */
import { decode, encode, type Malformed, type Result } from "@duro/crypto/types";
import { claimCountMax } from "./boundClaims.ts";
import { type ChainClaim, type Claims, type LogClaim, noClaims } from "./claims.ts";
import {
  chainField,
  countField,
  deviceField,
  envelopeField,
  type Field,
  logField,
  optional,
  recordField,
  timeField,
} from "./fields.ts";
import { keyOfLogClaim } from "./logClaims.ts";

/** Counted up with every change of this form. */
const claimsFormat = 1;
/** Two ids, two numbers of sequence and of time each, and some more: under 160 bytes a claim. */
const claimsByteLengthMax = 64 + 256 * claimCountMax;
const itemByteLengthMin = 16;

const optionalId = optional(envelopeField);
const optionalCount = optional(countField);

const chainClaimField: Field<ChainClaim> = {
  write: (to, claim) => {
    countField.write(to, claim.dueSeq);
    timeField.write(to, claim.dueSinceMs);
    countField.write(to, claim.seq);
    timeField.write(to, claim.sinceMs);
    optionalId.write(to, claim.id);
    countField.write(to, claim.saidAt);
    optionalCount.write(to, claim.refutedAt);
  },
  read: (from) => ({
    dueSeq: countField.read(from),
    dueSinceMs: timeField.read(from),
    seq: countField.read(from),
    sinceMs: timeField.read(from),
    id: optionalId.read(from),
    saidAt: countField.read(from),
    refutedAt: optionalCount.read(from),
  }),
};

const logClaimField: Field<LogClaim> = {
  write: (to, claim) => {
    logField.write(to, claim.log);
    optionalCount.write(to, claim.index);
    recordField.write(to, claim.id);
    countField.write(to, claim.saidAt);
    timeField.write(to, claim.sinceMs);
  },
  read: (from) => ({
    log: logField.read(from),
    index: optionalCount.read(from),
    id: recordField.read(from),
    saidAt: countField.read(from),
    sinceMs: timeField.read(from),
  }),
};

export const encodeClaims = ({ connectedMs, byClaimant }: Claims): Uint8Array =>
  encode((to) => {
    to.u8(claimsFormat);
    timeField.write(to, connectedMs);
    to.list([...byClaimant], (_, [claimant, { device, chains, logs }]) => {
      chainField.write(to, claimant);
      deviceField.write(to, device);
      to.list([...chains], (__, [chain, claim]) => {
        chainField.write(to, chain);
        chainClaimField.write(to, claim);
      });
      to.list([...logs.values()], (__, claim) => logClaimField.write(to, claim));
    });
  });

export const decodeClaims = (bytes: Uint8Array): Result<Claims, Malformed> =>
  decode({ what: "claims", byteLengthMax: claimsByteLengthMax }, bytes, (from) => {
    const format = from.u8();
    if (format !== claimsFormat) from.refuse(`format ${claimsFormat}`, `${format}`);
    const connectedMs = timeField.read(from);
    const claimants = from.list(claimCountMax, itemByteLengthMin, () => {
      const claimant = chainField.read(from);
      const device = deviceField.read(from);
      const chains = from.list(claimCountMax, itemByteLengthMin, () => {
        const chain = chainField.read(from);
        return [chain, chainClaimField.read(from)] as const;
      });
      const logs = from.list(claimCountMax, itemByteLengthMin, () => logClaimField.read(from));
      const byKey = new Map(logs.map((claim) => [keyOfLogClaim(claim), claim]));
      return [claimant, { device, chains: new Map(chains), logs: byKey }] as const;
    });
    return { ...noClaims, connectedMs, byClaimant: new Map(claimants) };
  });
