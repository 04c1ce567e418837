/** Envelopes of one chain as a Put carries them, and the envelopes that come out again. */
import { encodeEnvelope, type Envelope } from "../../../packages/crypto/src/envelope/envelope.ts";
import { EnvelopeKind } from "../../../packages/crypto/src/envelope/head.ts";
import { noEnvelope, recordIds } from "../../../packages/crypto/src/ids.ts";
import { vaultKeyFrom } from "../../../packages/crypto/src/keys/vaultKey.ts";
import {
  channelNumbers,
  encodeClientFrame,
  envelopesToRun,
} from "../../../packages/protocol/src/index.ts";
import { secret } from "../../../packages/crypto/src/secret.ts";
import { hexOf, type VectorCase, type VectorFile } from "../format.ts";
import type { WireRunInput } from "../run/frames.ts";
import { filled } from "./bytes.ts";
import { golden } from "./cases.ts";
import { type Made, sealed, text, vault, withoutBody } from "./envelopes.ts";

/** Epoch and log head change with the third. */
const chain = (): readonly Made[] => {
  const made: Made[] = [];
  for (let seq = 1; seq <= 4; seq++) {
    const epoch = seq < 3 ? 1 : 2;
    const key = vaultKeyFrom({ vault, epoch }, secret(filled(32, 0x4a)));
    const fields = {
      kind: seq === 1 ? EnvelopeKind.Open : EnvelopeKind.Data,
      seq,
      previous: made.at(-1)?.id ?? noEnvelope,
      epoch,
      logHead: recordIds.fromBytes(filled(32, epoch)),
    };
    made.push(sealed(`wire ${seq}`, fields, text(`envelope ${seq}`), key));
  }
  return made;
};

const caseOf = (
  name: string,
  why: string,
  envelopes: readonly Envelope[],
): VectorCase<WireRunInput> => {
  const run = envelopesToRun(envelopes);
  const frame = encodeClientFrame({ type: "Put", channel: channelNumbers.fromNumber(3), run });
  return golden(
    name,
    why,
    { vault, frame: hexOf(frame) },
    envelopes.map((envelope) => hexOf(encodeEnvelope(envelope))),
  );
};

export const makeWireRun = (): VectorFile<WireRunInput> => {
  const made = chain();
  const [first, second, third, fourth] = made;
  if (!first || !second || !third || !fourth) throw new RangeError("four envelopes");
  return {
    layer: "wire-run",
    about:
      "A run on the wire and the envelopes it stands for (docs/protocol.md §7): version, suite and vault are implied, seqs count up, and each predecessor is the id of the envelope before. The output is each envelope as docs/protocol.md §4 has it.",
    cases: [
      caseOf("a whole chain", "epoch and log head are said again where they change", made),
      caseOf("one envelope in the middle", "the first says what it follows", [third]),
      caseOf("a run without bodies", "a length stands where a body would", made.map(withoutBody)),
      caseOf("a run in which one body was dropped", "each says whether its body is here", [
        first,
        withoutBody(second),
        third,
        fourth,
      ]),
    ],
  };
};
