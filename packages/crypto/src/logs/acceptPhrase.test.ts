import { describe, expect, test } from "vitest";
import type { DeviceKeys } from "../keys/deviceKeys.ts";
import { createPhrase, paperDeviceKeys } from "../keys/phrase.ts";
import { asKeyBox } from "../publicKeys.ts";
import { withBitFlipped } from "../testing/flips.ts";
import { mustFail, outcomeOf } from "../testing/outcome.ts";
import {
  addDeviceOf,
  createPerson,
  type Deps,
  must,
  type Person,
  withDevice,
  withoutDevice,
  withPaper,
  withRecord,
} from "../testing/people.ts";
import { identityPayloadOf, identityRecord } from "../testing/records.ts";
import { seededRandomBytes } from "../testing/seededRandomBytes.ts";
import { acceptPhrase } from "./acceptPhrase.ts";
import { revokeDeviceRecord } from "./authorIdentity.ts";
import { DeviceScope } from "./kinds.ts";
import { cosignRecord } from "./record.ts";

const account = () => {
  const deps = { randomBytes: seededRandomBytes("phrase") };
  return { deps, ...withPaper(deps, createPerson(deps)) };
};

/** The paper device, revoked by the first device and itself. */
const withoutPaper = (deps: Deps, person: Person, paper: DeviceKeys): Person => {
  const { state, device, userKeys } = person;
  const revoked = revokeDeviceRecord(deps, state, device, paper.id, userKeys);
  return withRecord(person, cosignRecord(revoked.record, paper), revoked.userKeys);
};

describe("a recovery phrase", () => {
  test("of an active paper device is accepted, and opens every generation of the user key", () => {
    const { deps, person, phrase, paper } = account();
    const { person: grown, device } = withDevice(deps, person);
    const current = withoutDevice(deps, grown, device);
    const accepted = must(acceptPhrase(current.state, phrase));
    expect(accepted.paperDevice.id).toBe(paper.id);
    expect([...accepted.userKeys.keys.keys()]).toEqual([2, 1]);
    expect(accepted.userKeys.keys.get(2)?.commitment).toEqual(current.userKeys.commitment);
  });

  test("of another identity is refused", () => {
    const { deps, person } = account();
    const other = withPaper(deps, createPerson(deps));
    expect(mustFail(acceptPhrase(person.state, other.phrase))).toEqual({
      type: "PhraseOtherIdentity",
      user: person.state.user,
    });
  });

  test("that stands in no log is refused", () => {
    const { deps, person } = account();
    expect(outcomeOf(acceptPhrase(person.state, createPhrase(deps)))).toBe("PhraseOtherIdentity");
  });

  test("whose device stands in the log as a full one is refused", () => {
    const { deps, person } = account();
    const phrase = createPhrase(deps);
    const device = paperDeviceKeys(phrase);
    const added = withRecord(person, addDeviceOf(deps, person, device, DeviceScope.Full));
    expect(outcomeOf(acceptPhrase(added.state, phrase))).toBe("PhraseOtherIdentity");
  });

  test("that was revoked is refused, with the index of the record that revoked it", () => {
    const { deps, person, paper, phrase } = account();
    const revoked = withoutPaper(deps, person, paper);
    expect(mustFail(acceptPhrase(revoked.state, phrase))).toEqual({
      type: "PhraseRevoked",
      user: person.state.user,
      index: 2,
    });
  });

  test("is accepted beside another that was revoked", () => {
    const { deps, person, paper } = account();
    const second = withPaper(deps, withoutPaper(deps, person, paper));
    expect(outcomeOf(acceptPhrase(second.person.state, second.phrase))).toBe("ok");
  });

  test("whose box does not hold the current user key is refused, and says why", () => {
    const { deps, person, paper, phrase } = account();
    const { person: grown, device } = withDevice(deps, person);
    const revoked = revokeDeviceRecord(deps, grown.state, grown.device, device.id, grown.userKeys);
    const payload = identityPayloadOf(revoked.record, "revokeDevice");
    const boxes = payload.boxes.map((boxed) =>
      boxed.device === paper.id ? { ...boxed, box: asKeyBox(withBitFlipped(boxed.box, 0)) } : boxed,
    );
    const bad = withRecord(grown, identityRecord(grown, { ...payload, boxes }), revoked.userKeys);
    expect(mustFail(acceptPhrase(bad.state, phrase))).toEqual({
      type: "PhraseOpensNothing",
      user: person.state.user,
      failures: [{ type: "BoxBroken", at: 2 }],
    });
  });
});
