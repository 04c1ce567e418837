/** One pairing with fixed randomness, seen from both sides, and what each side refuses. */
import { concatBytes } from "../../../packages/crypto/src/bytes/bytes.ts";
import { checkNumberOf } from "../../../packages/crypto/src/compare.ts";
import { hash32 } from "../../../packages/crypto/src/hash.ts";
import { labels } from "../../../packages/crypto/src/labels.ts";
import {
  type PairingRole,
  type PairingSession,
  type PairingState,
  pairingStep,
  startPairing,
} from "../../../packages/crypto/src/pairing/handshake.ts";
import { secret } from "../../../packages/crypto/src/secret.ts";
import { hexOf, type VectorCase, type VectorFile } from "../format.ts";
import type { PairingInput } from "../run/pairing.ts";
import { filled, flipped, lengthened, replaced, shortened } from "./bytes.ts";
import { fault, golden } from "./cases.ts";

interface Side {
  readonly role: PairingRole;
  readonly kemSeed: Uint8Array;
  readonly nonce: Uint8Array;
  readonly encapsulationSeed: Uint8Array;
}

const joiner: Side = {
  role: "joiner",
  kemSeed: filled(32, 0xc1),
  nonce: filled(32, 0xc2),
  encapsulationSeed: filled(64, 0xc3),
};
const approver: Side = {
  role: "approver",
  kemSeed: filled(32, 0xc4),
  nonce: filled(32, 0xc5),
  encapsulationSeed: filled(64, 0xc6),
};
const mailbox = 12_345;
const codeSecret = filled(10, 0xc7);

interface Spoken {
  readonly sent: readonly Uint8Array[];
  readonly session: PairingSession | undefined;
}

const randomnessOf = ({ kemSeed, nonce, encapsulationSeed }: Side) => {
  const randoms = [kemSeed, nonce, encapsulationSeed];
  return { randomBytes: () => randoms.shift() ?? new Uint8Array() };
};

const sessionOf = (state: PairingState): PairingSession | undefined =>
  state.kind === "paired" ? state.session : undefined;

/** Both sides of one handshake, message by message, until one of them refuses. */
const handshake = (
  sides: readonly [Side, Side],
  [oneSecret, otherSecret]: readonly [Uint8Array, Uint8Array] = [codeSecret, codeSecret],
): readonly [Spoken, Spoken] => {
  const sent: readonly [Uint8Array[], Uint8Array[]] = [[], []];
  const deps = [randomnessOf(sides[0]), randomnessOf(sides[1])] as const;
  const codeOf = (word: Uint8Array) => ({ mailbox, secret: secret(word) });
  let one = startPairing(deps[0], sides[0].role, codeOf(oneSecret));
  let other = startPairing(deps[1], sides[1].role, codeOf(otherSecret));
  while (one.send !== undefined && other.send !== undefined) {
    sent[0].push(one.send);
    sent[1].push(other.send);
    const oneNext = pairingStep(deps[0], one.state, other.send);
    const otherNext = pairingStep(deps[1], other.state, one.send);
    if (!oneNext.ok || !otherNext.ok) break;
    [one, other] = [oneNext.value, otherNext.value];
  }
  return [
    { sent: sent[0], session: sessionOf(one.state) },
    { sent: sent[1], session: sessionOf(other.state) },
  ];
};

const [fromJoiner, fromApprover] = handshake([joiner, approver]);

/** One pairing's key, for the layers behind it. */
export const sessionKey = fromJoiner.session?.key ?? secret(new Uint8Array());

const inputOf = (side: Side, received: readonly Uint8Array[]): PairingInput => ({
  role: side.role,
  mailbox,
  secret: hexOf(codeSecret),
  kemSeed: hexOf(side.kemSeed),
  nonce: hexOf(side.nonce),
  encapsulationSeed: hexOf(side.encapsulationSeed),
  received: received.map(hexOf),
});

const goldenOf = (side: Side, own: Spoken, other: Spoken): VectorCase<PairingInput> =>
  golden(`the ${side.role}'s side`, "four messages each way", inputOf(side, other.sent), {
    sent: own.sent.map(hexOf),
    sessionKey: hexOf(sessionKey.reveal()),
    checkNumber: checkNumberOf(sessionKey),
  });

/** What the joiner receives, up to one message that is changed. */
const upTo = (step: number, change: (message: Uint8Array) => Uint8Array): PairingInput => {
  const right = fromApprover.sent.slice(0, step + 1);
  const last = right.at(-1) ?? new Uint8Array();
  return inputOf(joiner, [...right.slice(0, -1), change(last)]);
};

const refusedAt = (
  [stage, rule]: readonly [stage: PairingState["kind"], rule: string],
  name: string,
  why: string,
  input: PairingInput,
): VectorCase<PairingInput> => fault("PairingRefused", name, why, input, { stage, rule });

const fourOf = ({ sent }: Spoken): readonly [Uint8Array, Uint8Array, Uint8Array, Uint8Array] => {
  const [commit, reveal, encapsulate, prove] = sent;
  if (!commit || !reveal || !encapsulate || !prove) throw new RangeError("four messages");
  return [commit, reveal, encapsulate, prove];
};

const orderFaults = (): readonly VectorCase<PairingInput>[] => {
  const [commit, reveal, encapsulate, prove] = fourOf(fromApprover);
  const order = (stage: PairingState["kind"], name: string, ...received: readonly Uint8Array[]) =>
    refusedAt([stage, "order"], name, "each step once, in its order", inputOf(joiner, received));
  return [
    order("awaitsCommit", "a reveal before the commitment", reveal),
    order("awaitsCommit", "an empty message", new Uint8Array()),
    order("awaitsReveal", "a second commitment", commit, commit),
    order("awaitsReveal", "an encapsulation before the reveal", commit, encapsulate),
    order("awaitsEncapsulation", "a proof before the encapsulation", commit, reveal, prove),
    order("awaitsProof", "an encapsulation again", commit, reveal, encapsulate, encapsulate),
    order("paired", "a message behind the proof", commit, reveal, encapsulate, prove, prove),
  ];
};

/** A side in the middle that reveals what it chose, under a commitment that fits. */
const revealing = (kemKey: Uint8Array): readonly Uint8Array[] => {
  const nonce = filled(32, 0xc8);
  const commitment = hash32(labels.pairingCommitment, Uint8Array.of(2), kemKey, nonce);
  return [concatBytes(Uint8Array.of(1), commitment), concatBytes(Uint8Array.of(2), kemKey, nonce)];
};

const refusals = (): readonly VectorCase<PairingInput>[] => {
  const [, , , ,] = fromApprover.sent;
  const [otherSecret] = handshake([approver, joiner], [filled(10, 0xc9), codeSecret]);
  const [otherCode] = handshake([{ ...approver, kemSeed: filled(32, 0xca) }, joiner]);
  const commitment = ["awaitsReveal", "commitment"] as const;
  const proof = ["awaitsProof", "proof"] as const;
  const [ownCommit, ownReveal, , ownProof] = fourOf(fromJoiner);
  const [commit, reveal, encapsulate, prove] = fourOf(fromApprover);
  const [, otherReveal] = fourOf(otherCode);
  return [
    refusedAt(
      commitment,
      "a commitment with a bit flipped",
      "the reveal must fit it",
      inputOf(joiner, [flipped(fromApprover.sent[0] ?? commit, 1), fromApprover.sent[1] ?? reveal]),
    ),
    refusedAt(
      commitment,
      "a revealed key with a bit flipped",
      "it must fit the commitment",
      upTo(1, (message) => flipped(message, 1)),
    ),
    refusedAt(
      commitment,
      "a revealed nonce with a bit flipped",
      "it must fit the commitment",
      upTo(1, (message) => flipped(message, -1)),
    ),
    refusedAt(
      commitment,
      "a key chosen after the other was seen",
      "it is not the one committed to",
      inputOf(joiner, [commit, otherReveal]),
    ),
    refusedAt(
      commitment,
      "one's own messages sent back",
      "a commitment is of one role",
      inputOf(joiner, [ownCommit, ownReveal]),
    ),
    refusedAt(
      ["awaitsReveal", "key"],
      "a revealed key that is none",
      "nothing can be encapsulated to it",
      inputOf(joiner, revealing(filled(1216, 0xff))),
    ),
    refusedAt(
      ["awaitsEncapsulation", "encapsulation"],
      "an encapsulation of low order",
      "X-Wing refuses it",
      upTo(2, (message) => replaced(message, message.length - 32, [...filled(32, 0)])),
    ),
    refusedAt(
      proof,
      "an encapsulation with a bit flipped",
      "both sides saw other bytes",
      inputOf(joiner, [commit, reveal, flipped(encapsulate, 1), prove]),
    ),
    refusedAt(
      proof,
      "a proof with a bit flipped",
      "it must be the other role's",
      upTo(3, (message) => flipped(message, 1)),
    ),
    refusedAt(
      proof,
      "one's own proof sent back",
      "it must be the other role's",
      inputOf(joiner, [commit, reveal, encapsulate, ownProof]),
    ),
    refusedAt(
      proof,
      "an approver with another secret",
      "who does not know the code is refused before anything is believed",
      inputOf(joiner, otherSecret.sent),
    ),
    refusedAt(proof, "a joiner who typed another mailbox", "the mailbox is in the transcript", {
      ...inputOf(joiner, fromApprover.sent),
      mailbox: mailbox + 1,
    }),
  ];
};

const malformed = (): readonly VectorCase<PairingInput>[] => {
  const lengthFault = (
    stage: PairingState["kind"],
    name: string,
    step: number,
    change: (message: Uint8Array) => Uint8Array,
  ) => fault("Malformed", name, "each message has one length", upTo(step, change), { stage });
  return [
    lengthFault("awaitsCommit", "a commitment cut short", 0, (message) => shortened(message)),
    lengthFault("awaitsCommit", "a byte behind a commitment", 0, (message) => lengthened(message)),
    lengthFault("awaitsReveal", "a reveal cut short", 1, (message) => shortened(message)),
    lengthFault("awaitsEncapsulation", "a byte behind an encapsulation", 2, (message) =>
      lengthened(message),
    ),
    lengthFault("awaitsProof", "a proof cut short", 3, (message) => shortened(message)),
    lengthFault("awaitsCommit", "more than a message may be", 0, (message) =>
      lengthened(message, 2_048),
    ),
  ];
};

export const makePairing = (): VectorFile<PairingInput> => ({
  layer: "pairing",
  about:
    "One side of a handshake with fixed randomness (docs/crypto.md §9): what it sends, the session key and the check number (§10). A stage is what the side was waiting for, a rule why it refused.",
  cases: [
    goldenOf(joiner, fromJoiner, fromApprover),
    goldenOf(approver, fromApprover, fromJoiner),
    ...refusals(),
    ...orderFaults(),
    ...malformed(),
  ],
});
