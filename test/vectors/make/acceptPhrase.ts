/** One person's phrase, tried on their log at several points and on logs it is not for. */
import { createPhrase, paperDeviceKeys } from "../../../packages/crypto/src/keys/phrase.ts";
import { DeviceScope } from "../../../packages/crypto/src/logs/kinds.ts";
import { encodeRecord } from "../../../packages/crypto/src/logs/record.ts";
import { asKeyBox } from "../../../packages/crypto/src/publicKeys.ts";
import { addDeviceOf } from "../../../packages/crypto/src/testing/people.ts";
import { identityPayloadOf, identityRecord } from "../../../packages/crypto/src/testing/records.ts";
import { hexOf, type VectorFile } from "../format.ts";
import type { AcceptPhraseInput } from "../run/acceptPhrase.ts";
import type { IdentityLogTables } from "../run/identityLog.ts";
import { flipped } from "./bytes.ts";
import { fault, golden } from "./cases.ts";
import { equippedCount, type IdentityWorld, identityWorld } from "./identityWorld.ts";
import { depsOf, recordsHex } from "./world.ts";

/** A second paper device whose box does not open: the rules open none, so they let it in. */
const withBrokenBox = ({ person }: IdentityWorld): AcceptPhraseInput => {
  const phrase = createPhrase(depsOf("phrase of a broken box"));
  const paper = paperDeviceKeys(phrase);
  const lawful = addDeviceOf(depsOf("broken box"), person, paper, DeviceScope.Paper);
  const payload = identityPayloadOf(lawful, "addDevice");
  if (payload.box === undefined) throw new RangeError("a paper device gets a box");
  const box = asKeyBox(flipped(payload.box, -1));
  const record = identityRecord(person, { ...payload, box }, { cosigners: [paper] });
  return {
    base: "identity",
    take: equippedCount,
    before: [hexOf(encodeRecord(record))],
    typed: phrase.reveal(),
  };
};

export const makeAcceptPhrase = (): VectorFile<AcceptPhraseInput, IdentityLogTables> => {
  const world = identityWorld();
  const { whole, person, phrase, paper } = world;
  const keyOf = (userKeys: typeof person.userKeys) => ({
    at: userKeys.generation,
    key: hexOf(userKeys.key.reveal()),
  });
  const other = createPhrase(depsOf("phrase of nobody")).reveal();
  return {
    layer: "accept-phrase",
    about:
      "A phrase is accepted for an identity only if it is an active paper device of that log and opens a box of the current user key.",
    logs: { identity: recordsHex(whole.records) },
    cases: [
      golden(
        "the phrase of this log",
        "its paper device is active and opens its box",
        { base: "identity", take: equippedCount, typed: phrase },
        { device: paper.id, keys: [keyOf(person.userKeys)] },
      ),
      golden(
        "the phrase after another device was revoked",
        "generation 2 by its box, generation 1 by the wrap",
        { base: "identity", take: equippedCount + 1, typed: phrase },
        { device: paper.id, keys: [keyOf(world.withoutSpare.userKeys), keyOf(person.userKeys)] },
      ),
      fault("PhraseOtherIdentity", "a phrase of nobody", "right words, of another account", {
        base: "identity",
        take: equippedCount,
        typed: other,
      }),
      fault("PhraseOtherIdentity", "the phrase before it was added", "not in this log yet", {
        base: "identity",
        take: equippedCount - 1,
        typed: phrase,
      }),
      fault("PhraseRevoked", "the phrase after it was revoked", "the paper device is gone", {
        base: "identity",
        take: whole.records.length,
        typed: phrase,
      }),
      fault(
        "PhraseOpensNothing",
        "a phrase whose box does not open",
        "until it opens one nothing is stored",
        withBrokenBox(world),
      ),
    ],
  };
};
