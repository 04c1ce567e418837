import { describe, expect, test } from "vitest";
import { type Brand, deviceIds, type IdKind, recordIds, userIds } from "../ids.ts";
import { labels } from "../labels.ts";
import { asKemPublicKey, asKeyBox, asKeyCommitment, type KeyBox } from "../publicKeys.ts";
import { BrokenAssumption } from "../result.ts";
import { type Secret, secret } from "../secret.ts";
import { everyBitOf, outcomesOfFlips } from "../testing/flips.ts";
import { outcomeOf } from "../testing/outcome.ts";
import { must } from "../testing/people.ts";
import { filled, otherVault, someVault } from "../testing/samples.ts";
import { seededRandomBytes } from "../testing/seededRandomBytes.ts";
import { boxByteLength, kemCiphertextByteLength } from "../sizes.ts";
import { type KeyContext, openBox, sealBox } from "./box.ts";
import { createDeviceKeys } from "./deviceKeys.ts";
import { userKeyBoxContext, userKeysFrom, userKeyWrapContext } from "./userKey.ts";
import { type VaultKeyRecipient, vaultKeyBoxContext, vaultKeyFrom } from "./vaultKey.ts";

const deps = { randomBytes: seededRandomBytes("box") };
const device = createDeviceKeys(deps);
const other = createDeviceKeys(deps);
const key = secret(deps.randomBytes(32));
const otherKey = secret(deps.randomBytes(32));

const sample = <Id extends string & Brand<string>>(kind: IdKind<Id>, byte: number): Id =>
  kind.fromBytes(filled(kind.byteLength, byte));

/** As the right box is sealed, and as it is opened with one thing changed. */
interface Case {
  readonly sealedIn: KeyContext;
  readonly openedIn: Readonly<Record<string, KeyContext>>;
}

const aboutUserKey = {
  user: sample(userIds, 1),
  generation: 3,
  previous: sample(recordIds, 2),
  recipient: device.id,
  commitment: userKeysFrom(3, key).commitment,
};

const aboutVaultKey = {
  vault: someVault,
  epoch: 5,
  previous: sample(recordIds, 2),
  commitment: vaultKeyFrom({ vault: someVault, epoch: 5 }, key).commitment,
};
const member = {
  kind: "member",
  user: sample(userIds, 1),
  generation: 3,
  identityHead: sample(recordIds, 3),
} as const;
const viewer = {
  kind: "viewer",
  user: sample(userIds, 1),
  device: device.id,
  identityHead: sample(recordIds, 3),
} as const;

const userContext = (changed: Partial<typeof aboutUserKey> = {}): KeyContext =>
  userKeyBoxContext({ ...aboutUserKey, ...changed });
const vaultContext = (
  recipient: VaultKeyRecipient,
  changed: Partial<typeof aboutVaultKey> = {},
): KeyContext => vaultKeyBoxContext({ ...aboutVaultKey, recipient, ...changed });

const otherCommitment = asKeyCommitment(filled(32, 0xcc));

const vaultChanges = (recipient: VaultKeyRecipient): Case["openedIn"] => ({
  vault: vaultContext(recipient, { vault: otherVault }),
  epoch: vaultContext(recipient, { epoch: 6 }),
  "record before": vaultContext(recipient, { previous: sample(recordIds, 9) }),
  commitment: vaultContext(recipient, { commitment: otherCommitment }),
  "identity head": vaultContext({ ...recipient, identityHead: sample(recordIds, 9) }),
  "user of the recipient": vaultContext({ ...recipient, user: sample(userIds, 9) }),
  label: { ...vaultContext(recipient), label: labels.userKeyBox },
});

const cases: Readonly<Record<string, Case>> = {
  "a user key": {
    sealedIn: userContext(),
    openedIn: {
      user: userContext({ user: sample(userIds, 9) }),
      generation: userContext({ generation: 2 }),
      "record before": userContext({ previous: sample(recordIds, 9) }),
      recipient: userContext({ recipient: other.id }),
      commitment: userContext({ commitment: otherCommitment }),
      label: { ...userContext(), label: labels.vaultKeyBox },
      "kind of thing, a wrap": { ...userKeyWrapContext(aboutUserKey), label: labels.userKeyBox },
    },
  },
  "a vault key for a member": {
    sealedIn: vaultContext(member),
    openedIn: {
      ...vaultChanges(member),
      generation: vaultContext({ ...member, generation: 4 }),
      "kind of recipient": vaultContext(viewer),
    },
  },
  "a vault key for a viewer device": {
    sealedIn: vaultContext(viewer),
    openedIn: {
      ...vaultChanges(viewer),
      device: vaultContext({ ...viewer, device: sample(deviceIds, 9) }),
      "kind of recipient": vaultContext(member),
    },
  },
};

const sealTo = (context: KeyContext, held: Secret<Uint8Array> = key): KeyBox =>
  must(sealBox(deps, device.kemKey, context, held));

describe.each(Object.entries(cases))("a box of %s", (_, { sealedIn, openedIn }) => {
  const box = sealTo(sealedIn);

  test("opens for whom it is, to the key that was put in", () => {
    expect(must(openBox(device, sealedIn, box)).reveal()).toEqual(key.reveal());
    expect(box).toHaveLength(boxByteLength);
  });

  test("does not open with another device's keys", () => {
    expect(outcomeOf(openBox(other, sealedIn, box))).toBe("BoxBroken");
  });

  test("does not open with the right secret under another public key", () => {
    const mixed = { kemKey: other.kemKey, kemSecret: device.kemSecret };
    expect(outcomeOf(openBox(mixed, sealedIn, box))).toBe("BoxBroken");
  });

  test.each(Object.entries(openedIn))("does not open for another %s", (_what, context) => {
    expect(outcomeOf(openBox(device, context, box))).toBe("BoxBroken");
    // It would have opened there, had it been sealed there, to be held against its commitment.
    const sealedThere = openBox(device, context, sealTo(context));
    expect(["ok", "KeyCommitmentMismatch"]).toContain(outcomeOf(sealedThere));
  });

  test("that holds another key than its commitment names is refused, though it opens", () => {
    const wrong = sealTo(sealedIn, otherKey);
    expect(outcomeOf(openBox(device, sealedIn, wrong))).toBe("KeyCommitmentMismatch");
  });
});

describe("a box", () => {
  test("is another each time, for the same key and context", () => {
    const boxes = [1, 2, 3].map(() => String(sealTo(userContext())));
    expect(new Set(boxes).size).toBe(3);
  });

  test("of a source that repeats shares no key with a box of another commitment", () => {
    const stuck = { randomBytes: (byteLength: number) => filled(byteLength, 7) };
    const commitment = userKeysFrom(3, otherKey).commitment;
    const boxes = [
      must(sealBox(stuck, device.kemKey, userContext(), key)),
      must(sealBox(stuck, device.kemKey, userContext({ commitment }), otherKey)),
    ].map((box) => box.subarray(kemCiphertextByteLength, kemCiphertextByteLength + 32));
    const [one, two] = boxes;
    const bothKeys = key.reveal().map((byte, at) => byte ^ (otherKey.reveal()[at] ?? 0));
    const bothBoxes = one?.map((byte, at) => byte ^ (two?.[at] ?? 0));
    expect(bothBoxes).not.toEqual(bothKeys);
  });

  test("with any one bit turned over does not open", () => {
    const box = sealTo(userContext());
    const outcomes = outcomesOfFlips(box, everyBitOf(box), (flipped) =>
      outcomeOf(openBox(device, userContext(), asKeyBox(flipped))),
    );
    expect(outcomes).toEqual({ BoxBroken: 8 * boxByteLength });
  });

  test("of zeros does not open", () => {
    const zeros = asKeyBox(new Uint8Array(boxByteLength));
    expect(outcomeOf(openBox(device, userContext(), zeros))).toBe("BoxBroken");
  });

  test.each([0, boxByteLength - 1, boxByteLength + 1])("of %d bytes is none", (byteLength) => {
    expect(() => asKeyBox(new Uint8Array(byteLength))).toThrow(BrokenAssumption);
  });
});

const hex = (text: string): Uint8Array =>
  Uint8Array.from({ length: 32 }, (_, at) => Number.parseInt(text.slice(2 * at, 2 * at + 2), 16));

/** Points of X25519 that give the same shared secret to everybody; RFC 7748 §6.1, SafeCurves. */
const lowOrder: readonly (readonly [string, Uint8Array])[] = [
  ["0", filled(32, 0)],
  ["1", Uint8Array.of(1, ...filled(31, 0))],
  ["order 8", hex("e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800")],
  ["order 8, the other", hex("5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157")],
  ["p - 1", Uint8Array.of(0xec, ...filled(30, 0xff), 0x7f)],
  ["p", Uint8Array.of(0xed, ...filled(30, 0xff), 0x7f)],
  ["p + 1", Uint8Array.of(0xee, ...filled(30, 0xff), 0x7f)],
];

const withPart = (at: number, part: Uint8Array) => {
  const bytes = device.kemKey.slice();
  bytes.set(part, at);
  return asKemPublicKey(bytes);
};

describe("a public key that is none cannot be sealed to", () => {
  test.each(lowOrder)("its X25519 half is of low order: %s", (_, point) => {
    const sealed = sealBox(deps, withPart(1_184, point), userContext(), key);
    expect(outcomeOf(sealed)).toBe("NotAKemKey");
  });

  test.each([
    ["the first number of its ML-KEM half is the modulus", 0, Uint8Array.of(0x01, 0x0d)],
    ["the first number of its ML-KEM half is all bits", 0, Uint8Array.of(0xff, 0x0f)],
    ["its ML-KEM half is all bits", 0, filled(1_152, 0xff)],
  ])("%s", (_, at, part) => {
    const sealed = sealBox(deps, withPart(at, part), userContext(), key);
    expect(outcomeOf(sealed)).toBe("NotAKemKey");
  });

  test.each(lowOrder)("nor does a box open whose point is of low order: %s", (_, point) => {
    const box = sealTo(userContext()).slice();
    box.set(point, kemCiphertextByteLength - 32);
    expect(outcomeOf(openBox(device, userContext(), asKeyBox(box)))).toBe("BoxBroken");
  });
});
