import { describe, expect, test } from "vitest";
import { userIds } from "../ids.ts";
import { labels } from "../labels.ts";
import { asKeyCommitment, asKeyWrap } from "../publicKeys.ts";
import { BrokenAssumption } from "../result.ts";
import { secret } from "../secret.ts";
import { wrapByteLength } from "../sizes.ts";
import { everyBitOf, outcomesOfFlips } from "../testing/flips.ts";
import { outcomeOf } from "../testing/outcome.ts";
import { must } from "../testing/people.ts";
import { filled, otherVault, someVault } from "../testing/samples.ts";
import { seededRandomBytes } from "../testing/seededRandomBytes.ts";
import type { KeyContext } from "./box.ts";
import { userKeysFrom, userKeyWrapContext } from "./userKey.ts";
import { vaultKeyFrom, vaultKeyWrapContext } from "./vaultKey.ts";
import { openWrap, sealWrap } from "./wrap.ts";

const randomBytes = seededRandomBytes("wrap");
const [older, newer, other] = [1, 2, 3].map(() => secret(randomBytes(32)));
if (older === undefined || newer === undefined || other === undefined) throw new RangeError("3");

const user = { user: userIds.fromBytes(filled(16, 1)), ...userKeysFrom(4, older) };
const vault = vaultKeyFrom({ vault: someVault, epoch: 4 }, older);
const otherCommitment = asKeyCommitment(filled(32, 0xcc));

interface Case {
  readonly sealedIn: KeyContext;
  readonly openedIn: Readonly<Record<string, KeyContext>>;
}

const cases: Readonly<Record<string, Case>> = {
  "a user key": {
    sealedIn: userKeyWrapContext(user),
    openedIn: {
      user: userKeyWrapContext({ ...user, user: userIds.fromBytes(filled(16, 2)) }),
      generation: userKeyWrapContext({ ...user, generation: 5 }),
      commitment: userKeyWrapContext({ ...user, commitment: otherCommitment }),
      label: { ...userKeyWrapContext(user), label: labels.vaultKeyWrap },
    },
  },
  "a vault key": {
    sealedIn: vaultKeyWrapContext(vault),
    openedIn: {
      vault: vaultKeyWrapContext({ ...vault, vault: otherVault }),
      epoch: vaultKeyWrapContext({ ...vault, epoch: 5 }),
      commitment: vaultKeyWrapContext({ ...vault, commitment: otherCommitment }),
      label: { ...vaultKeyWrapContext(vault), label: labels.userKeyWrap },
    },
  },
};

describe.each(Object.entries(cases))("a wrap of %s", (_, { sealedIn, openedIn }) => {
  const wrap = sealWrap(newer, sealedIn, older);

  test("opens under its successor to the older key", () => {
    expect(must(openWrap(newer, sealedIn, wrap)).reveal()).toEqual(older.reveal());
    expect(wrap).toHaveLength(wrapByteLength);
  });

  test("does not open under another key, nor under the older one itself", () => {
    for (const key of [other, older])
      expect(outcomeOf(openWrap(key, sealedIn, wrap))).toBe("WrapBroken");
  });

  test.each(Object.entries(openedIn))("does not open for another %s", (_what, context) => {
    expect(outcomeOf(openWrap(newer, context, wrap))).toBe("WrapBroken");
  });

  test("that holds another key than its commitment names is refused, though it opens", () => {
    const wrong = sealWrap(newer, sealedIn, other);
    expect(outcomeOf(openWrap(newer, sealedIn, wrong))).toBe("KeyCommitmentMismatch");
  });

  test("with any one bit turned over does not open", () => {
    const outcomes = outcomesOfFlips(wrap, everyBitOf(wrap), (flipped) =>
      outcomeOf(openWrap(newer, sealedIn, asKeyWrap(flipped))),
    );
    expect(outcomes).toEqual({ WrapBroken: 8 * wrapByteLength });
  });
});

test.each([0, wrapByteLength - 1, wrapByteLength + 1])("%d bytes are no wrap", (byteLength) => {
  expect(() => asKeyWrap(new Uint8Array(byteLength))).toThrow(BrokenAssumption);
});
