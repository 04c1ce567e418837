/** What stands around a handshake: the code in front of it, the channel behind it. */
import { labels } from "../../../packages/crypto/src/labels.ts";
import { sealPairingMessage } from "../../../packages/crypto/src/pairing/channel.ts";
import { pairingCodeText } from "../../../packages/crypto/src/pairing/code.ts";
import type { PairingSession } from "../../../packages/crypto/src/pairing/handshake.ts";
import { pad } from "../../../packages/crypto/src/padding.ts";
import { seal, sealedBytes, sealRoot } from "../../../packages/crypto/src/seal.ts";
import { secret } from "../../../packages/crypto/src/secret.ts";
import { hexOf, type VectorCase, type VectorFile } from "../format.ts";
import type { PairingChannelInput, PairingCodeInput } from "../run/pairing.ts";
import { filled, flipped, utf8 } from "./bytes.ts";
import { fault, golden } from "./cases.ts";
import { sessionKey } from "./pairing.ts";

const mailbox = 12_345;
const codeSecret = Uint8Array.from([0x00, 0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77, 0x88, 0x99]);
const textOf = (number: number, bytes: Uint8Array): string =>
  pairingCodeText({ mailbox: number, secret: secret(bytes) }).reveal();

const typedGolden = (name: string, why: string, typed: string): VectorCase<PairingCodeInput> =>
  golden<PairingCodeInput>(name, why, { typed }, { mailbox, secret: hexOf(codeSecret) });

const shownGolden = (name: string, number: number, bytes: Uint8Array) =>
  golden<PairingCodeInput>(
    name,
    "3 signs of mailbox, 16 of secret, 1 to check",
    { mailbox: number, secret: hexOf(bytes) },
    textOf(number, bytes),
  );

/** The next sign of the alphabet in place of one. */
const slipped = (code: string, at: number): string =>
  `${code.slice(0, at)}${code[at] === "7" ? "8" : "7"}${code.slice(at + 1)}`;

export const makePairingCode = (): VectorFile<PairingCodeInput> => {
  const code = textOf(mailbox, codeSecret);
  const bare = code.replaceAll("-", "");
  const looseZeros = code.replaceAll("0", "o").replaceAll("1", "l");
  const wrong = (name: string, why: string, typed: string) =>
    fault<PairingCodeInput>("CodeMalformed", name, why, { typed });
  return {
    layer: "pairing-code",
    about: "The code that a joining machine shows (docs/crypto.md §9), shown and typed.",
    cases: [
      shownGolden("a code shown", mailbox, codeSecret),
      shownGolden("the lowest code shown", 0, filled(10, 0)),
      shownGolden("the highest code shown", 32_767, filled(10, 0xff)),
      typedGolden("a code as it is shown", "groups of four", code),
      typedGolden("a code without dashes", "dashes are for the eye", bare),
      typedGolden(
        "a code in lower case with spaces",
        "typing forgives",
        ` ${bare.toLowerCase().replaceAll(/(.{5})/gu, "$1 ")}`,
      ),
      typedGolden("o for 0 and l for 1", "signs that look alike", looseZeros),
      typedGolden("I for 1", "signs that look alike", code.replaceAll("1", "I")),
      wrong("a sign too few", "20 signs", bare.slice(0, 19)),
      wrong("a sign too many", "20 signs", `${bare}0`),
      wrong("no signs", "20 signs", ""),
      wrong("a U", "U is no sign of the alphabet", `${bare.slice(0, 5)}U${bare.slice(6)}`),
      wrong("an umlaut", "signs are ASCII", `${bare.slice(0, 5)}Ä${bare.slice(6)}`),
      wrong("a slip in the mailbox", "the last sign does not fit", slipped(bare, 1)),
      wrong("a slip in the secret", "the last sign does not fit", slipped(bare, 9)),
      wrong("a slip in the last sign", "it does not fit the rest", slipped(bare, 19)),
    ],
  };
};

const way = (byte: number) => sealRoot(sessionKey, labels.pairingChannel, Uint8Array.of(byte));
const joinerSession: PairingSession = {
  role: "joiner",
  key: sessionKey,
  joinerToApprover: way(1),
  approverToJoiner: way(2),
};
const nonceRandom = filled(24, 0xd1);
const text = utf8("an identity log follows");

const messageOf = (session: PairingSession, count: number): Uint8Array =>
  sealPairingMessage({ randomBytes: () => nonceRandom }, session, count, text);

const shared = { sessionKey: hexOf(sessionKey.reveal()), count: 1 };

const sealing = (role: PairingSession["role"], count: number): VectorCase<PairingChannelInput> =>
  golden<PairingChannelInput>(
    `the ${role}'s message ${count}, sealed`,
    "a root for each direction, the number as the head",
    {
      ...shared,
      role,
      count,
      operation: "seal",
      bytes: hexOf(text),
      nonceRandom: hexOf(nonceRandom),
    },
    { message: hexOf(messageOf({ ...joinerSession, role }, count)) },
  );

const opening = (
  bytes: Uint8Array,
  change: Partial<PairingChannelInput> = {},
): PairingChannelInput => ({
  ...shared,
  role: "approver",
  operation: "open",
  bytes: hexOf(bytes),
  ...change,
});

/** Sealed though no `pad` made it. */
const unpadded = (): Uint8Array => {
  const head = Uint8Array.of(1, 0, 0, 0);
  const surroundings = { head, clear: new Uint8Array() };
  const deps = { randomBytes: () => nonceRandom };
  return sealedBytes(seal(deps, way(1), surroundings, flipped(pad(text), -1)));
};

export const makePairingChannel = (): VectorFile<PairingChannelInput> => {
  const message = messageOf(joinerSession, 1);
  const wrong = (expect: string, name: string, why: string, input: PairingChannelInput) =>
    fault(expect, name, why, input);
  return {
    layer: "pairing-channel",
    about:
      "Messages between two paired machines (docs/crypto.md §9), numbered each way from 1. The role is of the side that seals or opens.",
    cases: [
      sealing("joiner", 1),
      sealing("joiner", 2),
      sealing("approver", 1),
      golden("the joiner's message 1, opened", "the way back", opening(message), {
        plaintext: hexOf(text),
      }),
      wrong(
        "CommitmentMismatch",
        "a message played again",
        "the next number is due",
        opening(message, { count: 2 }),
      ),
      wrong(
        "CommitmentMismatch",
        "a message left out",
        "each number is due once",
        opening(messageOf(joinerSession, 2)),
      ),
      wrong(
        "CommitmentMismatch",
        "one's own message sent back",
        "each direction has its root",
        opening(message, { role: "joiner" }),
      ),
      wrong(
        "CommitmentMismatch",
        "another session",
        "a channel is of one handshake",
        opening(message, { sessionKey: hexOf(filled(32, 0xd2)) }),
      ),
      wrong(
        "CommitmentMismatch",
        "a nonce with a bit flipped",
        "the key depends on it",
        opening(flipped(message, 0)),
      ),
      wrong(
        "SealBroken",
        "a tag with a bit flipped",
        "the tag does not fit",
        opening(flipped(message, -1)),
      ),
      wrong(
        "Malformed",
        "a message too short for a seal",
        "nonce, commitment and tag are 72 bytes",
        opening(message.slice(0, 71)),
      ),
      wrong("Malformed", "a padding that is not zeros", "zeros behind", opening(unpadded())),
    ],
  };
};
