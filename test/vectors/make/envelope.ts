/** Envelopes of every kind from bytes to text; what is refused is in envelopeFaults.ts. */
import { encodeEnvelope } from "../../../packages/crypto/src/envelope/envelope.ts";
import {
  EnvelopeFlag,
  EnvelopeKind,
  type HeadFields,
} from "../../../packages/crypto/src/envelope/head.ts";
import { noEnvelope } from "../../../packages/crypto/src/ids.ts";
import { hexOf, type VectorCase, type VectorFile } from "../format.ts";
import type { EnvelopeInput } from "../run/envelope.ts";
import { golden } from "./cases.ts";
import { envelopeFaults } from "./envelopeFaults.ts";
import { inputOf, sealed, text, withoutBody } from "./envelopes.ts";

const goldenOf = (
  name: string,
  why: string,
  fields: Partial<HeadFields>,
  content = text("a text of that kind"),
): VectorCase<EnvelopeInput> => {
  const made = sealed(name, fields, content);
  const { clear, plaintext } = content;
  return golden(name, why, inputOf(encodeEnvelope(made)), {
    id: made.id,
    clear: hexOf(clear),
    plaintext: hexOf(plaintext),
  });
};

const goldens = (): readonly VectorCase<EnvelopeInput>[] => [
  goldenOf(
    "an OPEN",
    "kind 1; whose chain it is stands in clear",
    { kind: EnvelopeKind.Open, seq: 1, previous: noEnvelope },
    text("why it was opened", "whose it is"),
  ),
  goldenOf("a DATA", "kind 2; nothing in clear", {}),
  goldenOf("a full BEACON", "kind 3 with its flag", {
    kind: EnvelopeKind.Beacon,
    flags: EnvelopeFlag.FullBeacon,
  }),
  goldenOf(
    "a CHECKPOINT",
    "kind 4; coverage stands in clear",
    { kind: EnvelopeKind.Checkpoint },
    text("where the documents lie", "coverage"),
  ),
  goldenOf(
    "an ATTEST",
    "kind 5; the verdict stands in clear",
    { kind: EnvelopeKind.Attest },
    text("which differ", "verdict"),
  ),
  goldenOf("a DATA without text", "an empty text is padded like any", {}, text("")),
  goldenOf(
    "a DATA of the next step of padding",
    "249 bytes do not fit the first",
    {},
    text("x".repeat(249)),
  ),
  goldenOf(
    "a clear part of 128 bytes",
    "its length takes two bytes",
    { kind: EnvelopeKind.Checkpoint },
    text("beside it", "c".repeat(128)),
  ),
  detachedGolden(),
];

const detachedGolden = (): VectorCase<EnvelopeInput> => {
  const made = sealed("detached", {}, text("came later"));
  const { id, body } = made;
  return golden(
    "a body that came by itself",
    "head and signature verify without it, and name it by its hash",
    { ...inputOf(encodeEnvelope(withoutBody(made))), body: hexOf(body) },
    { id, clear: "", plaintext: hexOf(text("came later").plaintext) },
  );
};

export const makeEnvelope = (): VectorFile<EnvelopeInput> => {
  const made = sealed("to be changed", {}, text("a text of that kind", "in clear"));
  return {
    layer: "envelope",
    about:
      "One envelope: decode (docs/protocol.md §4), verify its body's hash and its signature, open its body (docs/crypto.md §5). What is refused at stage open is void for everyone, but for BodyMissing and WrongVaultKey.",
    cases: [...goldens(), ...envelopeFaults(made)],
  };
};
