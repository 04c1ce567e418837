/** Pairing: the code, the handshake of one side, and what goes through the channel. docs/crypto.md §9, §10. */
import { checkNumberOf } from "../../../packages/crypto/src/compare.ts";
import { labels } from "../../../packages/crypto/src/labels.ts";
import {
  openPairingMessage,
  sealPairingMessage,
} from "../../../packages/crypto/src/pairing/channel.ts";
import { pairingCodeText, parsePairingCode } from "../../../packages/crypto/src/pairing/code.ts";
import {
  type PairingRole,
  type PairingSession,
  pairingStep,
  startPairing,
} from "../../../packages/crypto/src/pairing/handshake.ts";
import { sealRoot } from "../../../packages/crypto/src/seal.ts";
import { secret } from "../../../packages/crypto/src/secret.ts";
import { bytesOf, type Hex, hexOf, type Ran } from "../format.ts";
import { accepted, refused } from "./ran.ts";

export type PairingCodeInput =
  { readonly typed: string } | { readonly mailbox: number; readonly secret: Hex };

export const runPairingCode = (input: PairingCodeInput): Ran => {
  if ("secret" in input) {
    const { mailbox } = input;
    return accepted(pairingCodeText({ mailbox, secret: secret(bytesOf(input.secret)) }).reveal());
  }
  const code = parsePairingCode(input.typed);
  if (!code.ok) return refused(code.error);
  const { mailbox } = code.value;
  return accepted({ mailbox, secret: hexOf(code.value.secret.reveal()) });
};

export interface PairingInput {
  readonly role: PairingRole;
  readonly mailbox: number;
  readonly secret: Hex;
  /** X-Wing seed of this side's fresh key. */
  readonly kemSeed: Hex;
  readonly nonce: Hex;
  /** 64 bytes of randomness for the encapsulation to the other side. */
  readonly encapsulationSeed: Hex;
  /** The other side's messages, as they come. */
  readonly received: readonly Hex[];
}

export const runPairing = (input: PairingInput): Ran => {
  const randoms = [input.kemSeed, input.nonce, input.encapsulationSeed].map(bytesOf);
  const deps = { randomBytes: () => randoms.shift() ?? new Uint8Array() };
  const { mailbox } = input;
  const code = { mailbox, secret: secret(bytesOf(input.secret)) };
  let { state, send } = startPairing(deps, input.role, code);
  const sent: Hex[] = [];
  for (const message of input.received) {
    if (send !== undefined) sent.push(hexOf(send));
    const stepped = pairingStep(deps, state, bytesOf(message));
    if (!stepped.ok) {
      const { error } = stepped;
      const ran = refused(error, state.kind);
      return error.type === "PairingRefused" ? { ...ran, rule: error.why } : ran;
    }
    ({ state, send } = stepped.value);
  }
  if (state.kind !== "paired") return { outcome: "unfinished", stage: state.kind };
  const { key } = state.session;
  return accepted({ sent, sessionKey: hexOf(key.reveal()), checkNumber: checkNumberOf(key) });
};

export interface PairingChannelInput {
  readonly sessionKey: Hex;
  /** Of the side that seals or opens. */
  readonly role: PairingRole;
  readonly count: number;
  readonly operation: "seal" | "open";
  /** A plaintext to seal, or a message to open. */
  readonly bytes: Hex;
  /** 24 random bytes for the nonce of a sealed message. */
  readonly nonceRandom?: Hex;
}

const sessionOf = ({ sessionKey, role }: PairingChannelInput): PairingSession => {
  const key = secret(bytesOf(sessionKey));
  const way = (byte: number) => sealRoot(key, labels.pairingChannel, Uint8Array.of(byte));
  return { role, key, joinerToApprover: way(1), approverToJoiner: way(2) };
};

export const runPairingChannel = (input: PairingChannelInput): Ran => {
  const session = sessionOf(input);
  const { count, nonceRandom = "" } = input;
  const bytes = bytesOf(input.bytes);
  if (input.operation === "seal") {
    const deps = { randomBytes: () => bytesOf(nonceRandom) };
    return accepted({ message: hexOf(sealPairingMessage(deps, session, count, bytes)) });
  }
  const plaintext = openPairingMessage(session, count, bytes);
  return plaintext.ok ? accepted({ plaintext: hexOf(plaintext.value) }) : refused(plaintext.error);
};
