/** One arbitrary per kind of body, and the union. For tests and the fuzzer only. */
import {
  type BlobRef,
  EnvelopeFlag,
  EnvelopeKind,
  type HeadFields,
  sizes,
} from "@duro/crypto/types";
import fc from "fast-check";
import { type AttestBody, Verdict } from "../body/attest.ts";
import type { Beacon, BeaconBody } from "../body/beacon.ts";
import type { Body } from "../body/body.ts";
import type { CheckpointBody, DocEntry } from "../body/checkpoint.ts";
import type { DataBody, DataContent } from "../body/data.ts";
import { type OpenBody, OpenReason } from "../body/open.ts";
import {
  blobIds,
  chainIds,
  deviceIds,
  docIds,
  envelopeIds,
  incarnations,
  recordIds,
  relayGenerations,
  userIds,
  vaultIds,
} from "../ids.ts";
import { openNoteByteLengthMax } from "../limits.ts";
import {
  bytesOf,
  bytesUpTo,
  chainMarks,
  idsOf,
  logHeads,
  optionOf,
  risingOf,
  seqs,
  textUpTo,
  vectors,
  wholeNumbers,
} from "./arbitraries.ts";

/** A body, and what the head of its envelope says of it. */
export interface KindedBody<Type extends Body["type"] = Body["type"]> {
  readonly head: Pick<HeadFields, "kind" | "flags">;
  readonly body: Extract<Body, { readonly type: Type }>;
}

const opens: fc.Arbitrary<OpenBody> = fc.record({
  type: fc.constant("Open"),
  clear: fc.record({
    user: idsOf(userIds),
    device: idsOf(deviceIds),
    incarnation: idsOf(incarnations),
  }),
  plaintext: fc.record({
    predecessor: optionOf(chainMarks),
    reason: fc.constantFrom(...Object.values(OpenReason)),
    note: textUpTo(openNoteByteLengthMax),
  }),
});

const datas: fc.Arbitrary<DataBody> = fc.record({
  type: fc.constant("Data"),
  plaintext: fc.record({ isDeflated: fc.boolean(), content: bytesUpTo(64) }),
});

export const dataContents: fc.Arbitrary<DataContent> = fc.record({
  updates: risingOf(fc.record({ doc: idsOf(docIds), update: bytesUpTo(32) }), ({ doc }) => doc),
  seen: risingOf(fc.record({ chain: idsOf(chainIds), seq: seqs }), ({ chain }) => chain),
});

const beacons: fc.Arbitrary<Beacon> = fc.record({
  isFull: fc.boolean(),
  vector: vectors,
  logHead: logHeads,
  identityHeads: risingOf(
    fc.record({ user: idsOf(userIds), index: wholeNumbers(), id: idsOf(recordIds) }),
    ({ user }) => user,
  ),
  nowMs: wholeNumbers(),
  generation: idsOf(relayGenerations),
});

const beaconBodies: fc.Arbitrary<BeaconBody> = beacons.map((plaintext) => ({
  type: "Beacon",
  plaintext,
}));

/** Contents of up to 200 bytes: all of them are padded to the smallest size, in one chunk. */
const blobRefs: fc.Arbitrary<BlobRef> = fc.record({
  id: idsOf(blobIds),
  header: fc.record({
    vault: idsOf(vaultIds),
    epoch: wholeNumbers({ min: 1, max: 0xffff_ffff }),
    salt: bytesOf(32),
    chunkCount: fc.constant(1),
    paddedByteLength: fc.constant(sizes.paddedByteLengthMin),
  }),
  byteLength: fc.integer({ min: 1, max: 200 }),
});

const docEntries = (blobs: readonly BlobRef[]): fc.Arbitrary<DocEntry[]> =>
  blobs.length === 0
    ? fc.constant([])
    : risingOf(
        fc
          .record({
            doc: idsOf(docIds),
            blob: fc.nat(blobs.length - 1),
            digest: bytesOf(32),
            start: fc.nat(200),
            rest: fc.nat(200),
          })
          .map(({ doc, blob, digest, start, rest }) => {
            const inBlob = blobs[blob]?.byteLength ?? 0;
            const offset = start % (inBlob + 1);
            return { doc, blob, offset, byteLength: rest % (inBlob - offset + 1), digest };
          }),
        ({ doc }) => doc,
      );

const checkpoints: fc.Arbitrary<CheckpointBody> = fc
  .record({ coverage: vectors, blobs: risingOf(blobRefs, ({ id }) => id), beacon: beacons })
  .chain(({ coverage, blobs, beacon }) =>
    fc.record({
      type: fc.constant("Checkpoint"),
      clear: fc.constant({ coverage, blobs: blobs.map(({ id }) => id) }),
      plaintext: fc.record({
        blobs: fc.constant(blobs),
        docs: docEntries(blobs),
        beacon: fc.constant(beacon),
      }),
    }),
  );

const attests: fc.Arbitrary<AttestBody> = fc
  .record({
    checkpoint: idsOf(envelopeIds),
    verdict: fc.constantFrom(...Object.values(Verdict)),
    docs: risingOf(idsOf(docIds), (doc) => doc),
  })
  .map(({ checkpoint, verdict, docs }) => ({
    type: "Attest",
    clear: { checkpoint, verdict },
    plaintext: { mismatches: verdict === Verdict.Ok ? [] : docs },
  }));

const kinded = (
  bodies: fc.Arbitrary<Body>,
  kind: EnvelopeKind,
  flagsOf: (body: Body) => number = () => 0,
): fc.Arbitrary<KindedBody> =>
  bodies.map((body) => ({ head: { kind, flags: flagsOf(body) }, body }));

export const bodyArbitraries: Readonly<Record<Body["type"], fc.Arbitrary<KindedBody>>> = {
  Open: kinded(opens, EnvelopeKind.Open),
  Data: kinded(datas, EnvelopeKind.Data),
  Beacon: kinded(beaconBodies, EnvelopeKind.Beacon, (body) =>
    body.type === "Beacon" && body.plaintext.isFull ? EnvelopeFlag.FullBeacon : 0,
  ),
  Checkpoint: kinded(checkpoints, EnvelopeKind.Checkpoint),
  Attest: kinded(attests, EnvelopeKind.Attest),
};

export const kindedBodies: fc.Arbitrary<KindedBody> = fc.oneof(...Object.values(bodyArbitraries));
