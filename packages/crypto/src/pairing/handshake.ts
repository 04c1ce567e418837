/**
 * How two machines that share a code get a channel that the relay between them can neither read nor
 * join. Both commit to fresh keys before either is revealed, so nobody in the middle can choose keys
 * that steer the number people compare; then both prove the code's secret over everything that was
 * said; only then is anything believed. docs/crypto.md §9.
 *
 * Both sides do the same four steps, so this is one pure machine: message in, state and message out.
 */
import { bytesAreEqual } from "../bytes/bytes.ts";
import { decode, type Malformed, type Reader } from "../bytes/reader.ts";
import { encode } from "../bytes/writer.ts";
import { derive32, hash32 } from "../hash.ts";
import type { KemSecretKey } from "../keys/box.ts";
import { type Label, labels } from "../labels.ts";
import { asKemPublicKey, type KemPublicKey, readKemPublicKey } from "../publicKeys.ts";
import type { RandomBytes } from "../random.ts";
import { assert, err, ok, type Result } from "../result.ts";
import { type SealRoot, sealRoot } from "../seal.ts";
import { type Secret, secret } from "../secret.ts";
import { keyByteLength, kemCiphertextByteLength, kemSeedByteLength } from "../sizes.ts";
import { secretsAreEqual, xwingDecapsulate, xwingEncapsulate, xwingPair } from "../sodium.ts";
import type { PairingCode } from "./code.ts";

export type PairingRole = "joiner" | "approver";

/** Numbers on the wire: never reused. */
const Step = { Commit: 1, Reveal: 2, Encapsulate: 3, Prove: 4 } as const;

interface Own {
  readonly role: PairingRole;
  readonly code: PairingCode;
  readonly kemKey: KemPublicKey;
  readonly kemSecret: KemSecretKey;
  readonly nonce: Uint8Array;
}

interface Revealed {
  readonly kemKey: KemPublicKey;
  readonly nonce: Uint8Array;
}

interface Sent {
  readonly ciphertext: Uint8Array;
  readonly sharedSecret: Secret<Uint8Array>;
}

export type PairingState =
  | { readonly kind: "awaitsCommit"; readonly own: Own }
  | { readonly kind: "awaitsReveal"; readonly own: Own; readonly commitment: Uint8Array }
  | {
      readonly kind: "awaitsEncapsulation";
      readonly own: Own;
      readonly theirs: Revealed;
      readonly sent: Sent;
    }
  | { readonly kind: "awaitsProof"; readonly own: Own; readonly key: Secret<Uint8Array> }
  | { readonly kind: "paired"; readonly session: PairingSession };

export interface PairingSession {
  readonly role: PairingRole;
  /** What `checkNumberOf` turns into the six digits. */
  readonly key: Secret<Uint8Array>;
  /** Roots that seal what goes each way. */
  readonly joinerToApprover: SealRoot;
  readonly approverToJoiner: SealRoot;
}

/** The other side does not know the code, or somebody stands between. The code is burnt. */
export interface PairingRefused {
  readonly type: "PairingRefused";
  readonly at: PairingState["kind"];
  readonly why: "commitment" | "key" | "encapsulation" | "proof" | "order";
}

export type PairingError = PairingRefused | Malformed;

export interface PairingStepped {
  readonly state: PairingState;
  readonly send: Uint8Array | undefined;
}

const nonceLength = 32;
const messageByteLengthMax = 2048;

const roleByte: Record<PairingRole, number> = { joiner: 1, approver: 2 };
const otherRole: Record<PairingRole, PairingRole> = { joiner: "approver", approver: "joiner" };
const proofLabel: Record<PairingRole, Label> = {
  joiner: labels.pairingProofJoiner,
  approver: labels.pairingProofApprover,
};

const commitmentOf = (role: PairingRole, { kemKey, nonce }: Revealed): Uint8Array =>
  hash32(labels.pairingCommitment, new Uint8Array([roleByte[role]]), kemKey, nonce);

export const startPairing = (
  deps: { readonly randomBytes: RandomBytes },
  role: PairingRole,
  code: PairingCode,
): PairingStepped => {
  const pair = xwingPair(deps.randomBytes(keyByteLength));
  const own: Own = {
    role,
    code,
    kemKey: asKemPublicKey(pair.publicKey),
    kemSecret: secret(pair.secretKey),
    nonce: deps.randomBytes(nonceLength),
  };
  const send = encode((to) => {
    to.u8(Step.Commit);
    to.bytes(commitmentOf(role, own));
  });
  return { state: { kind: "awaitsCommit", own }, send };
};

export const pairingStep = (
  deps: { readonly randomBytes: RandomBytes },
  state: PairingState,
  message: Uint8Array,
): Result<PairingStepped, PairingError> => {
  switch (state.kind) {
    case "awaitsCommit":
      return onCommit(state, message);
    case "awaitsReveal":
      return onReveal(deps, state, message);
    case "awaitsEncapsulation":
      return onEncapsulation(state, message);
    case "awaitsProof":
      return onProof(state, message);
    case "paired":
      return refuse(state, "order");
  }
};

const refuse = (
  { kind }: PairingState,
  why: PairingRefused["why"],
): Result<never, PairingRefused> => err({ type: "PairingRefused", at: kind, why });

/** Reads one message of the step that is due; any other is out of order. */
const readStep = <T>(
  state: PairingState,
  step: number,
  message: Uint8Array,
  read: (from: Reader) => T,
): Result<T, PairingError> => {
  if (message[0] !== step) return refuse(state, "order");
  return decode(
    { what: "pairing message", byteLengthMax: messageByteLengthMax },
    message,
    (from) => {
      from.u8();
      return read(from);
    },
  );
};

const onCommit = (
  state: Extract<PairingState, { kind: "awaitsCommit" }>,
  message: Uint8Array,
): Result<PairingStepped, PairingError> => {
  const commitment = readStep(state, Step.Commit, message, (from) => from.bytes(32));
  if (!commitment.ok) return commitment;
  const { own } = state;
  const send = encode((to) => {
    to.u8(Step.Reveal);
    to.bytes(own.kemKey);
    to.bytes(own.nonce);
  });
  return ok({ state: { kind: "awaitsReveal", own, commitment: commitment.value }, send });
};

const onReveal = (
  deps: { readonly randomBytes: RandomBytes },
  state: Extract<PairingState, { kind: "awaitsReveal" }>,
  message: Uint8Array,
): Result<PairingStepped, PairingError> => {
  const theirs = readStep(state, Step.Reveal, message, (from) => ({
    kemKey: readKemPublicKey(from),
    nonce: from.bytes(nonceLength),
  }));
  if (!theirs.ok) return theirs;
  const { own, commitment } = state;
  if (!bytesAreEqual(commitmentOf(otherRole[own.role], theirs.value), commitment))
    return refuse(state, "commitment");
  const encapsulated = xwingEncapsulate(theirs.value.kemKey, deps.randomBytes(kemSeedByteLength));
  if (encapsulated === undefined) return refuse(state, "key");
  const { ciphertext, sharedSecret } = encapsulated;
  const send = encode((to) => {
    to.u8(Step.Encapsulate);
    to.bytes(ciphertext);
  });
  const sent = { ciphertext, sharedSecret: secret(sharedSecret) };
  return ok({ state: { kind: "awaitsEncapsulation", own, theirs: theirs.value, sent }, send });
};

const onEncapsulation = (
  state: Extract<PairingState, { kind: "awaitsEncapsulation" }>,
  message: Uint8Array,
): Result<PairingStepped, PairingError> => {
  const ciphertext = readStep(state, Step.Encapsulate, message, (from) =>
    from.bytes(kemCiphertextByteLength),
  );
  if (!ciphertext.ok) return ciphertext;
  const { own, theirs, sent } = state;
  const received = xwingDecapsulate(ciphertext.value, own.kemSecret.reveal());
  if (received === undefined) return refuse(state, "encapsulation");
  const key = sessionKey(own, theirs, sent, {
    ciphertext: ciphertext.value,
    sharedSecret: secret(received),
  });
  const send = encode((to) => {
    to.u8(Step.Prove);
    to.bytes(derive32(key.reveal(), proofLabel[own.role]));
  });
  return ok({ state: { kind: "awaitsProof", own, key }, send });
};

/** Both secrets, the code's secret, and all that was said, the joiner's part first. */
const sessionKey = (own: Own, theirs: Revealed, sent: Sent, received: Sent): Secret<Uint8Array> => {
  const ownPart = { ...own, ...sent };
  const theirPart = { ...theirs, ...received };
  const [joiner, approver] = own.role === "joiner" ? [ownPart, theirPart] : [theirPart, ownPart];
  const mailbox = encode((to) => to.u32(own.code.mailbox));
  const transcript = hash32(
    labels.pairingTranscript,
    mailbox,
    ...[joiner, approver].flatMap((side) => [side.kemKey, side.nonce, side.ciphertext]),
  );
  const both = hash32(
    labels.pairingSecrets,
    joiner.sharedSecret.reveal(),
    approver.sharedSecret.reveal(),
    own.code.secret.reveal(),
  );
  return secret(derive32(both, labels.pairingKey, transcript));
};

const onProof = (
  state: Extract<PairingState, { kind: "awaitsProof" }>,
  message: Uint8Array,
): Result<PairingStepped, PairingError> => {
  const proof = readStep(state, Step.Prove, message, (from) => from.bytes(32));
  if (!proof.ok) return proof;
  const { own, key } = state;
  const expected = derive32(key.reveal(), proofLabel[otherRole[own.role]]);
  if (!secretsAreEqual(expected, proof.value)) return refuse(state, "proof");
  return ok({ state: { kind: "paired", session: sessionFrom(own.role, key) }, send: undefined });
};

const sessionFrom = (role: PairingRole, key: Secret<Uint8Array>): PairingSession => {
  assert(key.reveal().length === keyByteLength, "a session key has 32 bytes");
  const way = (from: PairingRole) =>
    sealRoot(key, labels.pairingChannel, new Uint8Array([roleByte[from]]));
  return { role, key, joinerToApprover: way("joiner"), approverToJoiner: way("approver") };
};
