/** Follows one chain from envelope to envelope, as a client does, and says where it does not hold. */
import { EnvelopeKind, noEnvelope, type SignPublicKey } from "@duro/crypto/types";
import { checkPlace, envelopeIdOf, type VaultState, verifySignedHead } from "@duro/crypto/verify";
import type { ChainId, EnvelopeId, VaultId } from "@duro/protocol";
import type { ReadHead } from "./readHeads.ts";
import type { Report } from "./report.ts";

/** The newest envelope of a chain, as its head says. */
export interface ChainEnd {
  readonly seq: number;
  readonly headId: EnvelopeId;
  readonly epoch: number;
  readonly logIndex: number;
}

export const beforeChain: ChainEnd = { seq: 0, headId: noEnvelope, epoch: 0, logIndex: 0 };

export interface WalkGround {
  readonly report: Report;
  readonly vault: VaultId;
  readonly chain: ChainId;
  /** Undefined: the vault's log is broken, and nobody can tell what stands where in it. */
  readonly state: VaultState | undefined;
}

/** Where the link does not hold it is said once, and the walk goes on from this envelope. */
export const walkOn = (ground: WalkGround, last: ChainEnd, { head }: ReadHead): ChainEnd => {
  const { report, vault, chain, state } = ground;
  const { seq } = head;
  const broken = (what: string): void => {
    report.find({ type: "ChainBroken", vault, chain, seq, what });
  };
  if (seq !== last.seq + 1) broken("gap");
  else if (head.previous !== last.headId) broken("predecessor");
  if ((head.kind === EnvelopeKind.Open) !== (seq === 1)) broken("open comes first, and only first");
  if (head.epoch < last.epoch) broken("epoch never falls");
  const end = { seq, headId: envelopeIdOf(head), epoch: head.epoch };
  if (state === undefined) return { ...end, logIndex: last.logIndex };
  const placed = checkPlace(state, last.logIndex, head);
  if (placed.ok) return { ...end, logIndex: placed.value };
  const what = placed.error.type === "PlaceWrong" ? placed.error.rule : placed.error.type;
  report.find({ type: "PlaceWrong", vault, chain, seq, what });
  return { ...end, logIndex: state.indexByRecord.get(head.logHead) ?? last.logIndex };
};

/**
 * Of every envelope, also where a later one vouches for it: a page that ends with it must hold by its
 * own signature.
 */
export const checkSignature = (
  { report, vault, chain }: WalkGround,
  { head, signature }: ReadHead,
  signKey: SignPublicKey,
): void => {
  if (!verifySignedHead({ head, signature }, signKey).ok)
    report.find({ type: "SignatureWrong", vault, chain, seq: head.seq });
};
