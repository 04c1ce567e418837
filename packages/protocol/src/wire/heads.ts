/** Where a log or a chain stands: what each side says it has. */
import {
  LogKind,
  type ChainId,
  chainIds,
  type EnvelopeId,
  envelopeIds,
  type Reader,
  type RecordId,
  recordIds,
  type UserId,
  userIds,
  type VaultId,
  vaultIds,
  type Writer,
  readRising,
  type RisingLimits,
  writeRising,
} from "@duro/crypto/types";
import { chainsPerVectorMax } from "../limits.ts";
import { readCounting, readOneOf } from "./shapes.ts";

export interface LogHead {
  readonly index: number;
  readonly id: RecordId;
}

export const writeLogHead = (to: Writer, { index, id }: LogHead): void => {
  to.varUint(index);
  recordIds.write(to, id);
};

export const readLogHead = (from: Reader): LogHead => ({
  index: from.varUint(),
  id: recordIds.read(from),
});

/** One chain as far as somebody knows it. */
export interface ChainMark {
  readonly chain: ChainId;
  readonly seq: number;
  readonly id: EnvelopeId;
}

export const writeChainMark = (to: Writer, { chain, seq, id }: ChainMark): void => {
  chainIds.write(to, chain);
  to.varUint(seq);
  envelopeIds.write(to, id);
};

export const readChainMark = (from: Reader): ChainMark => ({
  chain: chainIds.read(from),
  seq: readCounting(from, "seq"),
  id: envelopeIds.read(from),
});

/** Rising by chain. A chain that is not in it stands at nothing. */
export type Vector = readonly ChainMark[];

const vectorLimits: RisingLimits<ChainMark> = {
  countMax: chainsPerVectorMax,
  itemByteLengthMin: 49,
  keyOf: ({ chain }) => chain,
};

export const writeVector = (to: Writer, vector: Vector): void =>
  writeRising(to, vectorLimits, vector, writeChainMark);

export const readVector = (from: Reader): Vector => readRising(from, vectorLimits, readChainMark);

/** A log is named after its user or its vault. */
export type LogName =
  | { readonly kind: typeof LogKind.Identity; readonly log: UserId }
  | { readonly kind: typeof LogKind.Vault; readonly log: VaultId };

export const writeLogName = (to: Writer, name: LogName): void => {
  to.u8(name.kind);
  if (name.kind === LogKind.Identity) userIds.write(to, name.log);
  else vaultIds.write(to, name.log);
};

export const readLogName = (from: Reader): LogName => {
  const kind = readOneOf(from, "log kind", LogKind);
  return kind === LogKind.Identity
    ? { kind, log: userIds.read(from) }
    : { kind, log: vaultIds.read(from) };
};
