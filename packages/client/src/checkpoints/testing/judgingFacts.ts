/** Facts of a vault in few words: users, devices and chains have numbers, and an id says its place. */
import { noEnvelope } from "@duro/crypto/types";
import type { Standing } from "@duro/crypto/verify";
import {
  type BlobId,
  blobIds,
  type ChainId,
  chainIds,
  type ChainMark,
  type DeviceId,
  deviceIds,
  type EnvelopeId,
  envelopeIds,
  type UserId,
  userIds,
  type Vector,
} from "@duro/protocol";
import type {
  AttestFacts,
  CheckpointFacts,
  CheckpointSays,
  JudgingFacts,
} from "../checkpointFacts.ts";

const numbered = (byteLength: number, kind: number, number: number): Uint8Array => {
  const bytes = new Uint8Array(byteLength).fill(kind);
  new DataView(bytes.buffer).setUint32(4, number);
  return bytes;
};

export const userOf = (number: number): UserId => userIds.fromBytes(numbered(16, 0x11, number));
export const deviceOf = (number: number): DeviceId =>
  deviceIds.fromBytes(numbered(16, 0x22, number));
export const chainOf = (number: number): ChainId => chainIds.fromBytes(numbered(16, 0x55, number));
const blobOf = (number: number): BlobId => blobIds.fromBytes(numbered(32, 0x66, number));
/** Another branch is another envelope for the same place. */
export const envelopeOf = (chain: number, seq: number, branch = 0): EnvelopeId =>
  envelopeIds.fromBytes(numbered(32, 0x77 + branch, chain * 1_000 + seq));
export const markOf = (chain: number, seq: number, branch = 0): ChainMark => ({
  chain: chainOf(chain),
  seq,
  id: envelopeOf(chain, seq, branch),
});

/** Seqs by the numbers of the chains. */
export const vectorOf = (seqs: Readonly<Record<number, number>>): Vector =>
  Object.entries(seqs).map(([chain, seq]) => markOf(Number(chain), seq));

export const dayMs = 86_400_000;
export const nowMs = 1_000 * dayMs;

export const standing = {
  counts: { kind: "counts" },
  held: { kind: "held", why: "device unknown" },
  never: { kind: "never", why: "not a writer" },
  cutAt: (chain: number, seq: number, branch = 0): Standing => ({
    kind: "cut",
    seq,
    id: seq === 0 ? noEnvelope : envelopeOf(chain, seq, branch),
  }),
} as const;

export const says = (
  coverage: Readonly<Record<number, number>> | Vector,
  blobs: readonly number[] = [],
): CheckpointSays => ({
  kind: "read",
  coverage: Array.isArray(coverage) ? coverage : vectorOf(coverage as Record<number, number>),
  blobs: blobs.map(blobOf),
});

/** Of user 1 with device 1, in chain 1 at seq 20, a day ago. */
export const checkpointOf = (changed: Partial<CheckpointFacts> = {}): CheckpointFacts => ({
  mark: markOf(1, 20),
  user: userOf(1),
  device: deviceOf(1),
  storedAtMs: nowMs - dayMs,
  says: says({ 1: 19, 2: 10 }),
  ...changed,
});

/** By user 2 with device 2, in chain 2 at seq 15, that it is ok. */
export const attestOf = (changed: Partial<AttestFacts> = {}): AttestFacts => ({
  mark: markOf(2, 15),
  user: userOf(2),
  device: deviceOf(2),
  checkpoint: markOf(1, 20).id,
  isOk: true,
  ...changed,
});

export interface SomeFacts {
  /** By number; 30 envelopes each, all of them counting. */
  readonly standings?: Readonly<Record<number, Standing>>;
  readonly voidAt?: Readonly<Record<number, number>>;
  /** When each was last heard of, by number. */
  readonly heardAtMs?: Readonly<Record<number, number | undefined>>;
  readonly attests?: readonly AttestFacts[];
  readonly missing?: readonly number[];
}

const storedSeq = 30;

/** Chains 1, 2 and 3; users 1 and 2 write, and wrote a day ago. */
export const factsOf = ({
  standings = {},
  voidAt = {},
  heardAtMs = { 1: nowMs - dayMs, 2: nowMs - dayMs },
  attests = [],
  missing = [],
}: SomeFacts = {}): JudgingFacts => ({
  nowMs,
  chains: new Map(
    [1, 2, 3].map((chain) => [
      chainOf(chain),
      { standing: standings[chain] ?? standing.counts, voidAt: voidAt[chain] ?? 0 },
    ]),
  ),
  idAt: (chain, seq) => {
    const number = [1, 2, 3].find((known) => chainOf(known) === chain);
    return number === undefined || seq > storedSeq ? undefined : envelopeOf(number, seq);
  },
  writers: new Map(Object.entries(heardAtMs).map(([user, atMs]) => [userOf(Number(user)), atMs])),
  attests,
  missingBlobs: new Set(missing.map(blobOf)),
});
