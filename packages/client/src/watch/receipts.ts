/**
 * Receipts, kept as evidence: with the relay's key, anybody can check that it signed for what it no longer
 * has. Only those that verify come here.
 */
import {
  bytesToHex,
  encode,
  decode,
  readSignature,
  type Malformed,
  type RelayGeneration,
  type Result,
  type Signature,
  type SignPublicKey,
} from "@duro/crypto/types";
import { isReceiptBy } from "@duro/crypto/verify";
import { type ChainId, type EnvelopeId, limits, type VaultId } from "@duro/protocol";
import {
  chainField,
  countField,
  envelopeField,
  type Field,
  generationField,
  textField,
  timeField,
} from "../alarms/fields.ts";

/** The relay that is spoken with, as it has proved to be. */
export interface RelayFaced {
  readonly key: SignPublicKey;
  readonly generation: RelayGeneration;
}

export interface KeptReceipt {
  readonly chain: ChainId;
  readonly firstSeq: number;
  readonly firstPosition: number;
  readonly nowMs: number;
  /** In the order of their seqs; at least one. */
  readonly ids: readonly EnvelopeId[];
  /** In hex. */
  readonly relayKey: string;
  readonly generation: RelayGeneration;
  readonly signature: Signature;
}

/** As it came; which envelopes it is for, only who put them knows. */
export interface ReceiptCame extends Pick<
  KeptReceipt,
  "chain" | "firstSeq" | "firstPosition" | "nowMs" | "ids" | "signature"
> {
  readonly vault: VaultId;
}

export const isReceiptGood = (relay: RelayFaced, came: ReceiptCame): boolean => {
  const { vault, firstPosition, ids, nowMs, signature } = came;
  const claim = { vault, generation: relay.generation, firstPosition, envelopes: ids, nowMs };
  return isReceiptBy(relay.key, claim, signature);
};

export const receiptOf = (relay: RelayFaced, came: ReceiptCame): KeptReceipt => {
  const { chain, firstSeq, firstPosition, nowMs, ids, signature } = came;
  const { generation } = relay;
  const relayKey = bytesToHex(relay.key);
  return { chain, firstSeq, firstPosition, nowMs, ids, relayKey, generation, signature };
};

/** The newest tell what is missing; some before them show that it was not one slip. */
const receiptsPerChainMax = 8;
/** Each names up to 256 ids: some 2 MiB at the very most, and a hundredth of that as people write. */
const receiptsMax = 256;

/** Oldest first. */
export const withReceipt = (
  kept: readonly KeptReceipt[],
  receipt: KeptReceipt,
): readonly KeptReceipt[] => {
  const ofChain = kept.filter(({ chain }) => chain === receipt.chain);
  const tooMany = new Set(ofChain.slice(0, Math.max(0, ofChain.length + 1 - receiptsPerChainMax)));
  return [...kept.filter((one) => !tooMany.has(one)), receipt].slice(-receiptsMax);
};

const signatureField: Field<Signature> = {
  write: (to, signature) => to.bytes(signature),
  read: readSignature,
};

const receiptField: Field<KeptReceipt> = {
  write: (to, receipt) => {
    chainField.write(to, receipt.chain);
    countField.write(to, receipt.firstSeq);
    countField.write(to, receipt.firstPosition);
    timeField.write(to, receipt.nowMs);
    to.list(receipt.ids, (_, id) => envelopeField.write(to, id));
    textField.write(to, receipt.relayKey);
    generationField.write(to, receipt.generation);
    signatureField.write(to, receipt.signature);
  },
  read: (from) => ({
    chain: chainField.read(from),
    firstSeq: countField.read(from),
    firstPosition: countField.read(from),
    nowMs: timeField.read(from),
    ids: from.list(limits.envelopesPerFrameMax, idByteLength, () => envelopeField.read(from)),
    relayKey: textField.read(from),
    generation: generationField.read(from),
    signature: signatureField.read(from),
  }),
};

const idByteLength = 32;
/** Counted up with every change of this form. */
const receiptsFormat = 1;
const receiptsByteLengthMax = 4 * 2 ** 20;
const receiptByteLengthMin = 64;

export const encodeReceipts = (kept: readonly KeptReceipt[]): Uint8Array =>
  encode((to) => {
    to.u8(receiptsFormat);
    to.list(kept, (_, receipt) => receiptField.write(to, receipt));
  });

export const decodeReceipts = (bytes: Uint8Array): Result<readonly KeptReceipt[], Malformed> =>
  decode({ what: "receipts", byteLengthMax: receiptsByteLengthMax }, bytes, (from) => {
    const format = from.u8();
    if (format !== receiptsFormat) from.refuse(`format ${receiptsFormat}`, `${format}`);
    return from.list(receiptsMax, receiptByteLengthMin, () => receiptField.read(from));
  });
