/** A body of each kind, and faults of their clear parts and plaintexts. */
import { encode, type Writer } from "../../../packages/crypto/src/bytes/writer.ts";
import { EnvelopeKind } from "../../../packages/crypto/src/envelope/head.ts";
import { type Body, encodeBody, limits } from "../../../packages/protocol/src/index.ts";
import { bodySpecimens } from "../../../packages/protocol/src/testing/specimens.ts";
import { hexOf, jsonOf, type VectorCase, type VectorFile } from "../format.ts";
import type { BodyInput } from "../run/body.ts";
import { filled, lengthened, replaced, shortened } from "./bytes.ts";
import { fault, golden } from "./cases.ts";
import { writeMark } from "./frames.ts";

type Specimen = (typeof bodySpecimens)[keyof typeof bodySpecimens];

/** A body of kind 2 or 3 tells the relay nothing. */
const toRelay = (body: Body): object =>
  "clear" in body ? { type: body.type, ...body.clear } : { type: "Nothing" };

const inputOf = (
  { head, body }: Specimen,
  change: {
    readonly clear?: Uint8Array;
    readonly plaintext?: Uint8Array;
    readonly flags?: number;
  } = {},
): BodyInput => {
  const { clear, plaintext, flags } = { ...encodeBody(body), flags: head.flags, ...change };
  return { kind: head.kind, flags, clear: hexOf(clear), plaintext: hexOf(plaintext) };
};

const goldenOf = (name: string, why: string, specimen: Specimen): VectorCase<BodyInput> => {
  const { body } = specimen;
  return golden(
    name,
    why,
    inputOf(specimen),
    jsonOf({ toRelay: toRelay(body), body, again: encodeBody(body) }),
  );
};

const { Open, Data, Beacon, Checkpoint, Attest } = bodySpecimens;

/** The specimens again, with what else each kind can say. */
const variants = (): readonly VectorCase<BodyInput>[] => {
  const [open, beacon, attest] = [Open.body, Beacon.body, Attest.body];
  if (open.type !== "Open" || beacon.type !== "Beacon" || attest.type !== "Attest")
    throw new TypeError("a specimen is of its kind");
  const first = { predecessor: undefined, reason: 1, note: "" } as const;
  const changed = { ...beacon.plaintext, isFull: false, vector: [], identityHeads: [] };
  const agreed = { ...attest.clear, verdict: 1 } as const;
  return [
    goldenOf("a first OPEN", "no chain before it", {
      ...Open,
      body: { ...open, plaintext: first },
    }),
    goldenOf("a BEACON of what changed", "BODY6: without the flag it is not full", {
      head: { kind: EnvelopeKind.Beacon, flags: 0 },
      body: { ...beacon, plaintext: changed },
    }),
    goldenOf("an ATTEST that says ok", "BODY8: it names no document", {
      ...Attest,
      body: { ...attest, clear: agreed, plaintext: { mismatches: [] } },
    }),
  ];
};

const bodyFault = (
  stage: "clear" | "plaintext",
  name: string,
  why: string,
  input: BodyInput,
  expect = "Malformed",
): VectorCase<BodyInput> => fault(expect, name, why, input, { stage });

/** The faults that every part of every kind can have. */
const partFaults = (name: string, specimen: Specimen): readonly VectorCase<BodyInput>[] => {
  const { clear, plaintext } = encodeBody(specimen.body);
  const faultsOf = (part: "clear" | "plaintext", bytes: Uint8Array) => [
    bodyFault(
      part,
      `${name}: a ${part} part of format 2`,
      "BODY3: held, no verdict",
      inputOf(specimen, { [part]: replaced(bytes, 0, [2]) }),
      "FormatUnsupported",
    ),
    bodyFault(
      part,
      `${name}: a ${part} part cut short`,
      "BODY4: every field is whole",
      inputOf(specimen, { [part]: shortened(bytes) }),
    ),
    bodyFault(
      part,
      `${name}: a byte behind the ${part} part`,
      "BODY4: nothing is left over",
      inputOf(specimen, { [part]: lengthened(bytes) }),
    ),
  ];
  const noClear = bodyFault(
    "clear",
    `${name}: something in clear`,
    "BODY5: this kind tells the relay nothing",
    inputOf(specimen, { clear: Uint8Array.of(1) }),
  );
  // What stands behind the mark of a DATA is content, whatever its length.
  const plaintextFaults = faultsOf("plaintext", plaintext).slice(0, name === "DATA" ? 1 : 3);
  return [
    ...(clear.length === 0 ? [noClear] : faultsOf("clear", clear)),
    ...plaintextFaults,
    bodyFault(
      "plaintext",
      `${name}: no plaintext`,
      "BODY4: a part has a format",
      inputOf(specimen, { plaintext: new Uint8Array() }),
    ),
  ];
};

const part = (write: (to: Writer) => void): Uint8Array =>
  encode((to) => {
    to.u8(1);
    write(to);
  });

const openOf = ({ option = 0, reason = 1, note = "" }): Uint8Array =>
  part((to) => {
    to.u8(option);
    if (option !== 0) writeMark(to, 4, 1);
    to.u8(reason);
    to.text(note);
  });

const openFaults = (): readonly VectorCase<BodyInput>[] => {
  const wrong = (name: string, why: string, plaintext: Uint8Array) =>
    bodyFault("plaintext", `OPEN: ${name}`, why, inputOf(Open, { plaintext }));
  return [
    wrong("reason 0", "reasons are 1 to 5", openOf({ reason: 0 })),
    wrong("reason 6", "reasons are 1 to 5", openOf({ reason: 6 })),
    wrong("an option of 2", "WIRE2: a flag byte is 0 or 1", openOf({ option: 2 })),
    wrong("a note of 257 bytes", "at most 256", openOf({ note: "n".repeat(257) })),
  ];
};

const beaconFaults = (): readonly VectorCase<BodyInput>[] => {
  const { plaintext } = encodeBody(Beacon.body);
  const wrong = (name: string, why: string, input: BodyInput) =>
    bodyFault("plaintext", `BEACON: ${name}`, why, input);
  return [
    wrong(
      "full, without the flag",
      "BODY6: flag and content say the same",
      inputOf(Beacon, { flags: 0 }),
    ),
    wrong(
      "not full, with the flag",
      "BODY6: flag and content say the same",
      inputOf(Beacon, { plaintext: replaced(plaintext, 1, [0]) }),
    ),
    wrong(
      "a flag byte of 2",
      "WIRE2: a flag byte is 0 or 1",
      inputOf(Beacon, { plaintext: replaced(plaintext, 1, [2]) }),
    ),
    wrong(
      "more chains than the limit",
      "at most 4,096",
      inputOf(Beacon, {
        plaintext: part((to) => {
          to.u8(1);
          to.varUint(limits.chainsPerVectorMax + 1);
        }),
      }),
    ),
  ];
};

const checkpointFaults = (): readonly VectorCase<BodyInput>[] => {
  const { plaintext } = encodeBody(Checkpoint.body);
  const wrong = (name: string, why: string, changed: Uint8Array) =>
    bodyFault("plaintext", `CHECKPOINT: ${name}`, why, inputOf(Checkpoint, { plaintext: changed }));
  const wrongClear = (name: string, why: string, changed: Uint8Array) =>
    bodyFault("clear", `CHECKPOINT: ${name}`, why, inputOf(Checkpoint, { clear: changed }));
  /** Format, count, then id, header (66) and length of the one blob. */
  const at = { blobId: 2, blobHeader: 34, blobLength: 100, docBlob: 118, docOffset: 119 };
  const clearOf = (blobs: readonly number[]) =>
    part((to) => {
      to.varUint(0);
      to.list(blobs, (_, blob) => to.bytes(filled(32, blob)));
    });
  return [
    wrong(
      "a blob that the clear part does not name",
      "BODY7: both parts name the same",
      replaced(plaintext, at.blobId, [6]),
    ),
    wrong(
      "a blob header of version 2",
      "a blob is of this version",
      replaced(plaintext, at.blobHeader, [2]),
    ),
    wrong(
      "a blob's length of another padding",
      "a content has one padded form",
      replaced(plaintext, at.blobLength, [0xff, 0x01]),
    ),
    wrong(
      "a document in a blob that is not listed",
      "BODY7: within the blobs named",
      replaced(plaintext, at.docBlob, [1]),
    ),
    wrong(
      "a document beyond the end of its blob",
      "BODY7: within the blobs named",
      replaced(plaintext, at.docOffset, [11]),
    ),
    wrongClear("blobs in falling order", "WIRE2: a set has one spelling", clearOf([6, 5])),
    wrongClear("a blob twice", "WIRE2: nothing stands twice in a set", clearOf([5, 5])),
    wrongClear(
      "a coverage in falling order",
      "WIRE2: a set has one spelling",
      part((to) => {
        to.list([5, 4], (_, chain) => writeMark(to, chain, 1));
        to.varUint(0);
      }),
    ),
    wrongClear(
      "more blobs than the limit",
      "at most 512",
      part((to) => {
        to.varUint(0);
        to.varUint(limits.blobsPerCheckpointMax + 1);
      }),
    ),
    bodyFault(
      "plaintext",
      "CHECKPOINT: a blob fewer than in clear",
      "BODY7: both parts name the same",
      inputOf(Checkpoint, { clear: clearOf([5, 6]) }),
    ),
  ];
};

const attestFaults = (): readonly VectorCase<BodyInput>[] => {
  const { clear } = encodeBody(Attest.body);
  const docs = (...bytes: readonly number[]) =>
    part((to) => to.list(bytes, (_, doc) => to.bytes(filled(16, doc))));
  const wrong = (stage: "clear" | "plaintext", name: string, why: string, input: BodyInput) =>
    bodyFault(stage, `ATTEST: ${name}`, why, input);
  return [
    wrong(
      "clear",
      "verdict 0",
      "verdicts are 1 and 2",
      inputOf(Attest, { clear: replaced(clear, 33, [0]) }),
    ),
    wrong(
      "clear",
      "verdict 3",
      "verdicts are 1 and 2",
      inputOf(Attest, { clear: replaced(clear, 33, [3]) }),
    ),
    wrong(
      "plaintext",
      "documents behind an ok",
      "BODY8: it names none",
      inputOf(Attest, { clear: replaced(clear, 33, [1]) }),
    ),
    wrong(
      "plaintext",
      "documents in falling order",
      "WIRE2: a set has one spelling",
      inputOf(Attest, { plaintext: docs(7, 6) }),
    ),
    wrong(
      "plaintext",
      "a document twice",
      "WIRE2: nothing stands twice in a set",
      inputOf(Attest, { plaintext: docs(6, 6) }),
    ),
  ];
};

const dataFaults = (): readonly VectorCase<BodyInput>[] => [
  bodyFault(
    "plaintext",
    "DATA: a flag byte of 2",
    "WIRE2: a flag byte is 0 or 1",
    inputOf(Data, { plaintext: Uint8Array.of(1, 2) }),
  ),
];

export const makeBody = (): VectorFile<BodyInput> => ({
  layer: "body",
  about:
    "Clear part and plaintext of a body of each kind (docs/protocol.md §6). Of a body that is accepted: what its clear part tells the relay, what it says, and the same bytes again.",
  cases: [
    goldenOf("an OPEN", "kind 1", Open),
    goldenOf("a DATA", "kind 2", Data),
    goldenOf("a full BEACON", "kind 3, BODY6: with the flag it is full", Beacon),
    goldenOf("a CHECKPOINT", "kind 4", Checkpoint),
    goldenOf("an ATTEST of a mismatch", "kind 5", Attest),
    ...variants(),
    ...partFaults("OPEN", Open),
    ...partFaults("DATA", Data),
    ...partFaults("BEACON", Beacon),
    ...partFaults("CHECKPOINT", Checkpoint),
    ...partFaults("ATTEST", Attest),
    ...openFaults(),
    ...dataFaults(),
    ...beaconFaults(),
    ...checkpointFaults(),
    ...attestFaults(),
  ],
});
