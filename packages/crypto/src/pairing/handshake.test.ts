import { describe, expect, test } from "vitest";
import { checkNumberOf } from "../compare.ts";
import { concatBytes } from "../bytes/bytes.ts";
import { hash32 } from "../hash.ts";
import { labels } from "../labels.ts";
import { everyBitOf, oneBitOfEveryByteOf, outcomesOfFlips } from "../testing/flips.ts";
import {
  endOf,
  hear,
  hearAll,
  meet,
  pair,
  sessionOf,
  type Side,
  startSide,
} from "../testing/pairing.ts";
import { filled } from "../testing/samples.ts";
import { seededRandomBytes } from "../testing/seededRandomBytes.ts";
import { createPairingCode } from "./code.ts";
import { type PairingRole } from "./handshake.ts";

const deps = { randomBytes: seededRandomBytes("handshake") };
const code = createPairingCode(deps, 321);
const [joiner, approver] = pair(deps, code);

const roles: readonly PairingRole[] = ["joiner", "approver"];
const sides: Readonly<Record<PairingRole, Side>> = { joiner, approver };
const otherOf: Readonly<Record<PairingRole, PairingRole>> = {
  joiner: "approver",
  approver: "joiner",
};

/** The side as it was when it had heard so many messages. */
const backAt = (side: Side, heard: number): Side => ({
  states: side.states.slice(0, heard + 1),
  sent: side.sent.slice(0, heard + 1),
  error: undefined,
});

describe("two machines that share a code", () => {
  test("say four things each and are paired", () => {
    const said = roles.map((role) =>
      sides[role].sent.map((message) => `${message[0]}: ${message.length}`),
    );
    expect(said).toEqual([
      ["1: 33", "2: 1249", "3: 1121", "4: 33"],
      ["1: 33", "2: 1249", "3: 1121", "4: 33"],
    ]);
    expect([endOf(joiner), endOf(approver)]).toEqual(["paired", "paired"]);
  });

  test("hold one key and show one number", () => {
    const [one, other] = [sessionOf(joiner), sessionOf(approver)];
    expect(one.key.reveal()).toEqual(other.key.reveal());
    expect(checkNumberOf(one.key)).toBe(checkNumberOf(other.key));
    expect([one.role, other.role]).toEqual(["joiner", "approver"]);
  });

  test("hold another key the next time, with the same code", () => {
    const [again] = pair(deps, code);
    expect(sessionOf(again).key.reveal()).not.toEqual(sessionOf(joiner).key.reveal());
  });

  test("seal what goes one way with other keys than what goes the other", () => {
    const { joinerToApprover, approverToJoiner } = sessionOf(joiner);
    expect(joinerToApprover.messages.reveal()).not.toEqual(approverToJoiner.messages.reveal());
  });

  test("do not say the code, nor anything that two pairings have in common", () => {
    const [again] = pair(deps, code);
    const secretText = String(code.secret.reveal());
    for (const [step, message] of joiner.sent.entries()) {
      expect(String(message)).not.toContain(secretText);
      expect(message).not.toEqual(again.sent[step]);
    }
  });
});

describe("two machines that do not share a code are both refused, at the proof", () => {
  test.each([
    ["another secret", createPairingCode(deps, 321)],
    ["another mailbox", { ...code, mailbox: 322 }],
  ])("%s", (_, otherCode) => {
    const ends = meet(deps, [
      startSide(deps, "joiner", code),
      startSide(deps, "approver", otherCode),
    ]);
    expect(ends.map(endOf)).toEqual(["refused awaitsProof: proof", "refused awaitsProof: proof"]);
  });
});

describe("somebody in the middle", () => {
  const guess = createPairingCode(deps, 321);

  test("with keys of their own on both sides is refused at the proof by both", () => {
    const [victim] = meet(deps, [
      startSide(deps, "joiner", code),
      startSide(deps, "approver", guess),
    ]);
    const [, otherVictim] = meet(deps, [
      startSide(deps, "joiner", guess),
      startSide(deps, "approver", code),
    ]);
    expect([victim, otherVictim].map(endOf)).toEqual([
      "refused awaitsProof: proof",
      "refused awaitsProof: proof",
    ]);
  });

  test.each(roles)(
    "who shows the %s other keys than were committed to is refused there",
    (role) => {
      const mallory = startSide(deps, otherOf[role], guess);
      const malloryRevealed = hear(deps, mallory, sides[role].sent[0]);
      const [commit] = sides[otherOf[role]].sent;
      const victim = hear(deps, backAt(sides[role], 0), commit);
      expect(endOf(hear(deps, victim, malloryRevealed.sent[1]))).toBe(
        "refused awaitsReveal: commitment",
      );
    },
  );

  test.each(roles)("who encapsulates in the other's place is refused by the %s", (role) => {
    const mallory = meet(deps, [
      startSide(deps, "joiner", guess),
      startSide(deps, "approver", guess),
    ])[0];
    const [, , , proof] = sides[otherOf[role]].sent;
    const victim = hear(deps, backAt(sides[role], 2), mallory.sent[2]);
    expect(endOf(hear(deps, victim, proof))).toBe("refused awaitsProof: proof");
  });

  test.each(roles)("who gives the %s its own words back is refused", (role) => {
    const start = startSide(deps, role, code);
    const [end] = meet(deps, [start, start]);
    expect(endOf(end)).toBe("refused awaitsReveal: commitment");
  });

  test.each(roles)("who connects one %s with another is refused by both", (role) => {
    const ends = meet(deps, [startSide(deps, role, code), startSide(deps, role, code)]);
    expect(ends.map(endOf)).toEqual([
      "refused awaitsReveal: commitment",
      "refused awaitsReveal: commitment",
    ]);
  });

  test.each(roles)("who gives the %s back its own proof is refused", (role) => {
    const [, , , proof] = sides[role].sent;
    expect(endOf(hear(deps, backAt(sides[role], 3), proof ?? filled(33, 4)))).toBe(
      "refused awaitsProof: proof",
    );
  });

  test.each(roles)("who plays an old pairing again to a %s is refused", (role) => {
    const old = sides[otherOf[role]].sent;
    const end = hearAll(deps, startSide(deps, role, code), old);
    expect(endOf(end)).toBe("refused awaitsProof: proof");
  });
});

describe("a message at another step than its own is refused as out of order", () => {
  const steps = ["commit", "reveal", "encapsulate", "prove"];
  const table = roles.flatMap((role) =>
    [0, 1, 2, 3, 4].flatMap((heard) =>
      steps.map((step, at) => ({ role, heard, step, at })).filter(({ at }) => at !== heard),
    ),
  );

  test.each(table)("the $role that has heard $heard hears $step", ({ role, heard, at }) => {
    const side = backAt(sides[role], heard);
    const end = hear(deps, side, sides[otherOf[role]].sent[at]);
    expect(endOf(end)).toBe(`refused ${side.states.at(-1)?.kind}: order`);
  });

  test.each([0, 1, 2, 3, 4])("nothing at all, behind %d messages", (heard) => {
    const side = backAt(joiner, heard);
    expect(endOf(hear(deps, side, new Uint8Array()))).toContain(": order");
  });
});

describe("a message of another length is Malformed", () => {
  test.each([0, 1, 2, 3])("message %d, a byte short, a byte long, and very long", (heard) => {
    const message = approver.sent[heard] ?? new Uint8Array();
    const longer = new Uint8Array(message.length + 1);
    longer.set(message);
    const longest = new Uint8Array(100_000);
    longest.set(message);
    for (const wrong of [message.subarray(0, -1), message.subarray(0, 1), longer, longest])
      expect(endOf(hear(deps, backAt(joiner, heard), wrong))).toBe("Malformed");
  });
});

const endsOfFlips = (
  role: PairingRole,
  at: number,
  bits: (of: Uint8Array) => readonly number[],
) => {
  const said = sides[otherOf[role]].sent;
  const message = said[at] ?? new Uint8Array();
  return outcomesOfFlips(message, bits(message), (flipped) => {
    const victim = hear(deps, backAt(sides[role], at), flipped);
    return endOf(hearAll(deps, victim, said.slice(at + 1)));
  });
};

describe("a message with one bit turned over is refused, at once or at the proof", () => {
  test.each(roles)("every bit of a commitment, to the %s", (role) => {
    expect(endsOfFlips(role, 0, everyBitOf)).toEqual({
      "refused awaitsCommit: order": 8,
      "refused awaitsReveal: commitment": 256,
    });
  });

  test.each(roles)("every bit of a revealed key, to the %s", (role) => {
    expect(endsOfFlips(role, 1, everyBitOf)).toEqual({
      "refused awaitsReveal: order": 8,
      "refused awaitsReveal: commitment": 8 * 1_248,
    });
  });

  test.each(roles)("a bit of every byte of an encapsulation, to the %s", (role) => {
    expect(endsOfFlips(role, 2, oneBitOfEveryByteOf)).toEqual({
      "refused awaitsEncapsulation: order": 1,
      "refused awaitsProof: proof": 1_120,
    });
  });

  test.each(roles)("every bit of a proof, to the %s", (role) => {
    expect(endsOfFlips(role, 3, everyBitOf)).toEqual({
      "refused awaitsProof: order": 8,
      "refused awaitsProof: proof": 256,
    });
  });
});

const lowOrder = (bytes: Uint8Array | undefined, at: number): Uint8Array =>
  bytes?.slice().fill(0, at) ?? new Uint8Array();

describe("somebody who keeps every step but has no proper key is refused", () => {
  const nonce = filled(32, 9);

  test.each([
    ["a point of low order", lowOrder(approver.sent[1]?.subarray(1, 1_217), 1_184)],
    ["numbers beyond the modulus", filled(1_216, 0xff)],
  ])("with %s committed to and revealed", (_, kemKey) => {
    const hash = hash32(labels.pairingCommitment, Uint8Array.of(2), kemKey, nonce);
    const said = [
      concatBytes(Uint8Array.of(1), hash),
      concatBytes(Uint8Array.of(2), kemKey, nonce),
    ];
    expect(endOf(hearAll(deps, startSide(deps, "joiner", code), said))).toBe(
      "refused awaitsReveal: key",
    );
  });

  test("with a point of low order in the encapsulation", () => {
    const message = lowOrder(approver.sent[2], 1 + 1_088);
    expect(endOf(hear(deps, backAt(joiner, 2), message))).toBe(
      "refused awaitsEncapsulation: encapsulation",
    );
  });
});
