import {
  EnvelopeFlag,
  EnvelopeKind,
  encodeBlobHeader,
  sizes,
  type BodyContent,
} from "@duro/crypto/types";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  blobIds,
  chainIds,
  docIds,
  envelopeIds,
  recordIds,
  relayGenerations,
  userIds,
  vaultIds,
} from "../ids.ts";
import {
  blobHeaderByteLength,
  blobsPerCheckpointMax,
  chainsPerVectorMax,
  docsPerCheckpointMax,
} from "../limits.ts";
import { bytesUpTo, mutationsOf } from "../testing/arbitraries.ts";
import {
  bodyArbitraries,
  dataContents,
  type KindedBody,
  kindedBodies,
} from "../testing/bodyArbitraries.ts";
import { must } from "../testing/must.ts";
import { bodySpecimens, dataContentSpecimen } from "../testing/specimens.ts";
import { Verdict } from "./attest.ts";
import { type Body, decodeBody, decodeBodyClear, encodeBody } from "./body.ts";
import { decodeDataContent, encodeDataContent } from "./data.ts";

const specimens = Object.entries(bodySpecimens);

/** What `content` should be if it can be read: what it is. An error must be one of the two. */
const spellingOf = (head: KindedBody["head"], content: BodyContent): BodyContent | undefined => {
  const decoded = decodeBody(head, content);
  if (decoded.ok) return encodeBody(decoded.value);
  return /^(Malformed|FormatUnsupported)$/u.test(decoded.error.type) ? content : undefined;
};

/** Of the format after ours; a part that is empty has none. */
const newer = (part: Uint8Array): Uint8Array =>
  part.length === 0 ? part : Uint8Array.from([2, ...part.subarray(1)]);

/** Cut short at every place, and one byte too long. */
const wrongLengths = (part: Uint8Array): Uint8Array[] => [
  ...Array.from(part, (_, end) => part.slice(0, end)),
  Uint8Array.from([...part, 0]),
];

const countedBytes = (count: number, byteLength: number): Uint8Array => {
  const bytes = new Uint8Array(byteLength);
  new DataView(bytes.buffer).setUint32(0, count);
  return bytes;
};

const many = <T>(length: number, make: (at: number) => T): T[] =>
  Array.from({ length }, (_, at) => make(at));

const malformed = (expected: string) => ({ ok: false, error: { type: "Malformed", expected } });

describe("bodies", () => {
  test.each(Object.entries(bodyArbitraries))(
    "[BODY1] any %s reads back as it was written",
    (_, bodies) => {
      fc.assert(
        fc.property(bodies, ({ head, body }) => {
          expect(decodeBody(head, encodeBody(body))).toEqual({ ok: true, value: body });
        }),
      );
    },
  );

  test("[BODY1] any content of a DATA reads back as it was written", () => {
    fc.assert(
      fc.property(dataContents, (content) => {
        expect(decodeDataContent(encodeDataContent(content))).toEqual({ ok: true, value: content });
      }),
    );
  });

  test("[BODY2] a damaged body is refused, or is another in its one spelling", () => {
    const damaged = kindedBodies.chain(({ head, body }) => {
      const { clear, plaintext } = encodeBody(body);
      return fc.record({
        head: fc.constant(head),
        clear: fc.oneof(fc.constant(clear), mutationsOf(fc.constant(clear))),
        plaintext: mutationsOf(fc.constant(plaintext)),
      });
    });
    fc.assert(
      fc.property(damaged, ({ head, ...content }) => {
        expect(spellingOf(head, content)).toEqual(content);
      }),
      { numRuns: 3_000 },
    );
  });

  test("[BODY2] noise is refused, or is a body in its one spelling", () => {
    const heads = fc.constantFrom(...Object.values(bodySpecimens).map(({ head }) => head));
    const noise = bytesUpTo(160).map((bytes) => Uint8Array.from([1, ...bytes]));
    fc.assert(
      fc.property(heads, noise, noise, (head, clear, plaintext) => {
        expect(spellingOf(head, { clear, plaintext })).toEqual({ clear, plaintext });
      }),
    );
  });

  test("[BODY2] a damaged content of a DATA is refused, or is another in its one spelling", () => {
    fc.assert(
      fc.property(mutationsOf(dataContents.map(encodeDataContent)), (bytes) => {
        const decoded = decodeDataContent(bytes);
        expect(decoded.ok ? encodeDataContent(decoded.value) : bytes).toEqual(bytes);
      }),
      { numRuns: 2_000 },
    );
  });

  test.each(specimens)(
    "[BODY3] a newer format of %s is named, and no verdict",
    (_, { head, body }) => {
      const { clear, plaintext } = encodeBody(body);
      const unsupported = { ok: false, error: { type: "FormatUnsupported", format: 2 } };
      expect(decodeBody(head, { clear, plaintext: newer(plaintext) })).toMatchObject(unsupported);
      const isSilent = clear.length === 0;
      expect(decodeBody(head, { clear: newer(clear), plaintext })).toMatchObject(
        isSilent ? { ok: true } : unsupported,
      );
      expect(decodeBodyClear(head.kind, newer(clear))).toMatchObject(
        isSilent ? { ok: true } : unsupported,
      );
    },
  );

  test.each(specimens.filter(([type]) => type !== "Data"))(
    "[BODY4] a %s cut short, or with a byte behind it, is refused",
    (_, { head, body }) => {
      const { clear, plaintext } = encodeBody(body);
      for (const part of wrongLengths(plaintext))
        expect(decodeBody(head, { clear, plaintext: part }).ok).toBe(false);
      for (const part of wrongLengths(clear))
        expect(decodeBody(head, { clear: part, plaintext }).ok).toBe(false);
    },
  );

  test("[BODY4] a content of a DATA cut short, or with a byte behind it, is refused", () => {
    for (const bytes of wrongLengths(encodeDataContent(dataContentSpecimen)))
      expect(decodeDataContent(bytes).ok).toBe(false);
  });

  test("[BODY5] the relay reads the clear part alone, and there is none for what is no matter of its", () => {
    fc.assert(
      fc.property(kindedBodies, ({ head, body }) => {
        const clear = "clear" in body ? { type: body.type, ...body.clear } : { type: "Nothing" };
        expect(decodeBodyClear(head.kind, encodeBody(body).clear)).toEqual({
          ok: true,
          value: clear,
        });
      }),
    );
  });

  test("[BODY5] a DATA or a BEACON that tells the relay something is refused", () => {
    for (const { head, body } of [bodySpecimens.Data, bodySpecimens.Beacon]) {
      const { plaintext } = encodeBody(body);
      const clear = new Uint8Array([1]);
      expect(decodeBody(head, { clear, plaintext })).toMatchObject(malformed("nothing"));
      expect(decodeBodyClear(head.kind, clear)).toMatchObject(malformed("nothing"));
    }
  });

  test("[BODY6] a beacon is full exactly when its head says so", () => {
    const content = encodeBody(bodySpecimens.Beacon.body);
    const kind = EnvelopeKind.Beacon;
    expect(decodeBody({ kind, flags: EnvelopeFlag.FullBeacon }, content).ok).toBe(true);
    expect(decodeBody({ kind, flags: 0 }, content)).toMatchObject(malformed("full: false"));
  });

  test("[BODY7] a checkpoint's documents lie within the blobs that its clear part names", () => {
    const { head, body } = bodySpecimens.Checkpoint;
    const { clear, plaintext } = body;
    const entry = must(plaintext.docs[0]);
    const withEntry = (changed: Partial<typeof entry>): BodyContent =>
      encodeBody({
        ...body,
        plaintext: { ...plaintext, docs: [Object.assign({}, entry, changed)] },
      });
    expect(decodeBody(head, withEntry({ byteLength: 91 }))).toMatchObject(
      malformed("an end within 100 bytes"),
    );
    expect(decodeBody(head, withEntry({ blob: 1 }))).toMatchObject(malformed("a blob listed"));
    const another = blobIds.fromBytes(new Uint8Array(32).fill(0xff));
    for (const blobs of [[], [another], [...clear.blobs, another]])
      expect(decodeBody(head, encodeBody({ ...body, clear: { ...clear, blobs } }))).toMatchObject(
        malformed("the blobs of the clear part"),
      );
  });

  test("[BODY8] an attest that says ok names no document", () => {
    const { head, body } = bodySpecimens.Attest;
    const contradiction: Body = { ...body, clear: { ...body.clear, verdict: Verdict.Ok } };
    expect(decodeBody(head, encodeBody(contradiction))).toMatchObject(
      malformed("no mismatch behind an ok"),
    );
  });

  test("[BODY9] a checkpoint with as much of everything as the limits allow fits its body", () => {
    const largest = Number.MAX_SAFE_INTEGER;
    const recordId = recordIds.fromBytes(new Uint8Array(32));
    const vector = many(chainsPerVectorMax, (at) => ({
      chain: chainIds.fromBytes(countedBytes(at, 16)),
      seq: largest,
      id: envelopeIds.fromBytes(new Uint8Array(32)),
    }));
    const blobs = many(blobsPerCheckpointMax, (at) => ({
      id: blobIds.fromBytes(countedBytes(at, 32)),
      header: {
        vault: vaultIds.fromBytes(new Uint8Array(16)),
        epoch: 1,
        salt: new Uint8Array(32),
        chunkCount: 1,
        paddedByteLength: sizes.paddedByteLengthMin,
      },
      byteLength: 200,
    }));
    const content = encodeBody({
      type: "Checkpoint",
      clear: { coverage: vector, blobs: blobs.map(({ id }) => id) },
      plaintext: {
        blobs,
        docs: many(docsPerCheckpointMax, (at) => ({
          doc: docIds.fromBytes(countedBytes(at, 16)),
          blob: blobsPerCheckpointMax - 1,
          offset: 0,
          byteLength: 200,
          digest: new Uint8Array(32),
        })),
        beacon: {
          isFull: true,
          vector,
          logHead: { index: largest, id: recordId },
          identityHeads: many(sizes.memberCountMax, (at) => ({
            user: userIds.fromBytes(countedBytes(at, 16)),
            index: largest,
            id: recordId,
          })),
          nowMs: largest,
          generation: relayGenerations.fromBytes(new Uint8Array(32)),
        },
      },
    });
    expect(content.clear.length).toBeLessThanOrEqual(sizes.bodyClearByteLengthMax);
    /** Offsets and lengths within a blob of 8 GiB take five bytes each, not one and two. */
    const longerNumbers = docsPerCheckpointMax * 7;
    expect(content.plaintext.length + longerNumbers).toBeLessThanOrEqual(
      sizes.bodyPlaintextByteLengthMax,
    );
    expect(decodeBody({ kind: EnvelopeKind.Checkpoint, flags: 0 }, content).ok).toBe(true);
    expect(encodeBlobHeader(must(blobs[0]).header).length).toBe(blobHeaderByteLength);
  });
});
