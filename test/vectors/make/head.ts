/** Heads of every kind, and one fault for every field that can have one. */
import {
  encodeHead,
  type EnvelopeHead,
  EnvelopeFlag,
  EnvelopeKind,
} from "../../../packages/crypto/src/envelope/head.ts";
import { envelopeIdOf } from "../../../packages/crypto/src/envelope/envelope.ts";
import {
  chainIds,
  envelopeIds,
  noEnvelope,
  recordIds,
  vaultIds,
} from "../../../packages/crypto/src/ids.ts";
import { bodyByteLengthMax, bodyByteLengthMin } from "../../../packages/crypto/src/sizes.ts";
import { hexOf, jsonOf, type VectorCase, type VectorFile } from "../format.ts";
import type { HeadInput } from "../run/head.ts";
import { filled, lengthened, replaced, shortened } from "./bytes.ts";
import { fault, golden } from "./cases.ts";

const someHead: EnvelopeHead = {
  kind: EnvelopeKind.Data,
  flags: 0,
  vault: vaultIds.fromBytes(filled(16, 0x31)),
  chain: chainIds.fromBytes(filled(16, 0x32)),
  seq: 7,
  previous: envelopeIds.fromBytes(filled(32, 0x33)),
  epoch: 3,
  logHead: recordIds.fromBytes(filled(32, 0x34)),
  nonce: filled(24, 0x35),
  bodyByteLength: 400,
  bodyHash: filled(32, 0x36),
};

const headCase = (
  name: string,
  why: string,
  fields: Partial<EnvelopeHead>,
): VectorCase<HeadInput> => {
  const head = { ...someHead, ...fields };
  return golden(
    name,
    why,
    { head: hexOf(encodeHead(head)) },
    jsonOf({ id: envelopeIdOf(head), ...head }),
  );
};

const goldens: readonly VectorCase<HeadInput>[] = [
  headCase("an OPEN", "kind 1, which begins a chain", {
    kind: EnvelopeKind.Open,
    seq: 1,
    previous: noEnvelope,
  }),
  headCase("a DATA", "kind 2", {}),
  headCase("a BEACON", "kind 3", { kind: EnvelopeKind.Beacon }),
  headCase("a full BEACON", "kind 3 with its flag", {
    kind: EnvelopeKind.Beacon,
    flags: EnvelopeFlag.FullBeacon,
  }),
  headCase("a CHECKPOINT", "kind 4", { kind: EnvelopeKind.Checkpoint }),
  headCase("a purging CHECKPOINT", "kind 4 with its flag", {
    kind: EnvelopeKind.Checkpoint,
    flags: EnvelopeFlag.Purge,
  }),
  headCase("an ATTEST", "kind 5", { kind: EnvelopeKind.Attest }),
  headCase("the largest seq", "2^53 - 1, low bytes first", { seq: Number.MAX_SAFE_INTEGER }),
  headCase("the largest epoch", "2^32 - 1", { epoch: 0xffff_ffff }),
  headCase("the shortest body", "nothing in clear, and the smallest padding", {
    bodyByteLength: bodyByteLengthMin,
  }),
  headCase("the longest body", "the largest clear part and plaintext", {
    bodyByteLength: bodyByteLengthMax,
  }),
];

/** Offset, and the bytes that stand there instead. */
const changes: readonly (readonly [name: string, why: string, at: number, by: number[]])[] = [
  ["kind 0", "kinds are 1 to 5", 2, [0]],
  ["kind 6", "kinds are 1 to 5", 2, [6]],
  ["a flag of beacons on a DATA", "no flag is of that kind", 3, [1]],
  ["a flag that nothing has", "flags are those of the kind", 3, [4]],
  ["seq 0", "a seq is from 1", 36, [0]],
  ["a seq of 2^53", "numbers are below 2^53", 36, [0, 0, 0, 0, 0, 0, 0x20, 0]],
  ["epoch 0", "an epoch is from 1", 76, [0]],
  ["a body shorter than any", "a body is at least 305 bytes", 136, [0x30, 1]],
  ["a body longer than any", "a body is at most 1,343,540 bytes", 136, [0x35, 0x80, 0x14]],
  ["a body of no bytes", "a body may be dropped, not empty", 136, [0, 0]],
];

const flagged = (kind: EnvelopeKind, flags: number): string =>
  hexOf(replaced(encodeHead({ ...someHead, kind }), 3, [flags]));

const malformed = (name: string, why: string, head: string): VectorCase<HeadInput> =>
  fault("Malformed", name, why, { head });

const faults = (): readonly VectorCase<HeadInput>[] => {
  const head = encodeHead(someHead);
  return [
    ...changes.map(([name, why, at, by]) => malformed(name, why, hexOf(replaced(head, at, by)))),
    malformed("a flag on an OPEN", "no flag is of that kind", flagged(EnvelopeKind.Open, 1)),
    malformed(
      "a purge on a BEACON",
      "that flag is of checkpoints",
      flagged(EnvelopeKind.Beacon, EnvelopeFlag.Purge),
    ),
    malformed(
      "a full beacon's flag on a CHECKPOINT",
      "that flag is of beacons",
      flagged(EnvelopeKind.Checkpoint, EnvelopeFlag.FullBeacon),
    ),
    malformed("a flag on an ATTEST", "no flag is of that kind", flagged(EnvelopeKind.Attest, 2)),
    malformed("a byte cut off", "a head has 172 bytes", hexOf(shortened(head))),
    malformed("a byte behind", "nothing is left over", hexOf(lengthened(head))),
    malformed("one byte", "too short to say its version and suite", "01"),
    malformed("no bytes", "a head has 172 bytes", ""),
    fault("VersionUnsupported", "version 2", "another version is no verdict", {
      head: hexOf(replaced(head, 0, [2])),
    }),
    fault("VersionUnsupported", "version 0", "nobody falls back", {
      head: hexOf(replaced(head, 0, [0])),
    }),
    fault("VersionUnsupported", "suite 2", "another suite is no verdict", {
      head: hexOf(replaced(head, 1, [2])),
    }),
    fault(
      "VersionUnsupported",
      "version 2 in two bytes",
      "version and suite come first, whatever follows",
      { head: "0201" },
    ),
  ];
};

export const makeHead = (): VectorFile<HeadInput> => ({
  layer: "head",
  about: "The 172 bytes of an envelope's head (docs/protocol.md §4), and its id.",
  cases: [...goldens, ...faults()],
});
