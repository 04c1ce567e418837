/** Runs as a Put carries them, written field by field, with one field wrong. */
import type { Writer } from "../../../packages/crypto/src/bytes/writer.ts";
import { bodyByteLengthMax, bodyByteLengthMin } from "../../../packages/crypto/src/sizes.ts";
import { ClientTag, limits } from "../../../packages/protocol/src/index.ts";
import type { VectorCase } from "../format.ts";
import type { FrameInput } from "../run/frames.ts";
import { filled } from "./bytes.ts";
import { frameOf, malformed } from "./frames.ts";

const says = { epoch: 1, logHead: 2, body: 4 };

interface WireFields {
  readonly kind?: number;
  readonly flags?: number;
  readonly says?: number;
  readonly epoch?: number;
  readonly logHead?: number;
  readonly bodyByteLength?: number;
}

/** An envelope without its body; epoch and log head are written where they are said. */
const writeEnvelope = (to: Writer, fields: WireFields): void => {
  const { kind = 2, flags = 0, says: bits = says.epoch | says.logHead } = fields;
  const { epoch = 1, logHead = 0x11, bodyByteLength = bodyByteLengthMin } = fields;
  to.u8(kind);
  to.u8(flags);
  to.u8(bits);
  if ((bits & says.epoch) !== 0) to.varUint(epoch);
  if ((bits & says.logHead) !== 0) to.bytes(filled(32, logHead));
  to.bytes(filled(24, 0x21));
  to.bytes(filled(32, 0x22));
  to.bytes(filled(64, 0x08));
  to.varUint(bodyByteLength);
  if ((bits & says.body) !== 0) to.bytes(filled(bodyByteLength, 0x23));
};

export const writeRun = (
  to: Writer,
  envelopes: readonly WireFields[],
  { firstSeq = 2 }: { readonly firstSeq?: number } = {},
): void => {
  to.bytes(filled(16, 0x04));
  to.varUint(firstSeq);
  to.bytes(filled(32, 0x12));
  to.list(envelopes, writeEnvelope);
};

const putOf = (write: (to: Writer) => void): Uint8Array =>
  frameOf(ClientTag.Put, (to) => {
    to.varUint(3);
    write(to);
  });

const broken = (name: string, why: string, ...envelopes: readonly WireFields[]) =>
  malformed(
    name,
    why,
    putOf((to) => writeRun(to, envelopes)),
  );

export const runFaults: readonly VectorCase<FrameInput>[] = [
  broken("a run of kind 0", "FRUN5: kinds are 1 to 5", { kind: 0 }),
  broken("a run of kind 6", "FRUN5: kinds are 1 to 5", { kind: 6 }),
  broken("a flag on a DATA in a run", "FRUN5: no flag is of that kind", { flags: 1 }),
  broken("a purge on a BEACON in a run", "FRUN5: that flag is of checkpoints", {
    kind: 3,
    flags: 2,
  }),
  broken("a bit that is not known", "FRUN5: three bits are known", { says: 8 | 3 }),
  broken("a first envelope without its epoch", "FRUN3: the first says it", {
    says: says.logHead,
  }),
  broken("a first envelope without its log head", "FRUN4: the first says it", {
    says: says.epoch,
  }),
  broken("epoch 0 in a run", "epochs begin with 1", { epoch: 0 }),
  broken("an epoch of 2^32 in a run", "an epoch has 32 bits", { epoch: 2 ** 32 }),
  broken("an epoch said again", "FRUN3: exactly where it changed", {}, { says: says.epoch }),
  broken("a log head said again", "FRUN4: exactly where it changed", {}, { says: says.logHead }),
  broken("a body shorter than any", "FRUN10: at least 305 bytes", {
    bodyByteLength: bodyByteLengthMin - 1,
    says: 7,
  }),
  broken("the length of a body shorter than any", "FRUN10: at least 305 bytes", {
    bodyByteLength: bodyByteLengthMin - 1,
  }),
  broken("the length of a body longer than any", "FRAME5: at most 1,343,540 bytes", {
    bodyByteLength: bodyByteLengthMax + 1,
  }),
  broken("a run without envelopes", "FRUN6: a run has one"),
  malformed(
    "a run from seq 0",
    "FRUN8: seqs begin at 1",
    putOf((to) => writeRun(to, [{}], { firstSeq: 0 })),
  ),
  malformed(
    "a run that goes past 2^53",
    "FRUN8: seqs stay below",
    putOf((to) => writeRun(to, [{}, { says: 0 }], { firstSeq: Number.MAX_SAFE_INTEGER })),
  ),
  malformed(
    "a run of more envelopes than a frame may have",
    "FRUN7: at most 256",
    putOf((to) => {
      to.bytes(filled(16, 0x04));
      to.varUint(2);
      to.bytes(filled(32, 0x12));
      to.varUint(limits.envelopesPerFrameMax + 1);
    }),
  ),
];
