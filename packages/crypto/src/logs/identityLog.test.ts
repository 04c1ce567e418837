import { describe, expect, test } from "vitest";
import { noRecord } from "../ids.ts";
import { deviceIdOf } from "../keys/deviceId.ts";
import { createDeviceKeys, type DeviceKeys } from "../keys/deviceKeys.ts";
import { asKemPublicKey, type KemPublicKey } from "../publicKeys.ts";
import { deviceCountMax, kemPublicKeyByteLength, saltByteLength } from "../sizes.ts";
import {
  adding,
  beginningIdentity,
  createWorld,
  revoking,
  scoped,
  withoutSpare,
  type World,
} from "../testing/identityMoves.ts";
import {
  addDeviceOf,
  createPerson,
  must,
  withDevice,
  withoutDevice,
  withRecord,
} from "../testing/people.ts";
import {
  identityPayloadOf,
  type IdentityPayloadOf,
  identityRecord,
  judgeIdentity,
  resigned,
  type RuleCases,
  ruleRows,
  type Verdict,
  verdictOf,
} from "../testing/records.ts";
import type { IdentityRule } from "../testing/rules.ts";
import { seededRandomBytes } from "../testing/seededRandomBytes.ts";
import { createEquipped } from "../testing/team.ts";
import { revokeDeviceRecord, startIdentity } from "./authorIdentity.ts";
import { applyIdentityRecord, isActive, keyHolders } from "./identityLog.ts";
import { encodeIdentityPayload, userIdOf } from "./identityRecords.ts";
import { DeviceScope } from "./kinds.ts";
import { cosignRecord, type LogRecord } from "./record.ts";

const cases: Record<IdentityRule, RuleCases<World>> = {
  "ID1 a log begins with a genesis, and only there": {
    refused: {
      "a log that begins with another record": (world) =>
        verdictOf(applyIdentityRecord(undefined, adding(world))),
      "a genesis at index 1": (world) => beginningIdentity(world, { header: { index: 1 } }),
      "a genesis that follows a record": ({ genesis, ...world }) =>
        beginningIdentity({ genesis, ...world }, { header: { previous: genesis.id } }),
      "a second genesis": ({ person, genesis }) =>
        judgeIdentity(person, identityRecord(person, identityPayloadOf(genesis, "genesis"))),
    },
    accepted: {
      "a genesis at index 0 that follows nothing": (world) =>
        beginningIdentity(world, { header: { index: 0, previous: noRecord } }),
    },
  },
  "ID2 the log's name follows from its genesis": {
    refused: {
      "a log under the name of another user": (world) => {
        const { user } = createPerson(world.deps).state;
        const author = { user, device: world.person.device.id };
        return beginningIdentity(world, { header: { log: user, author } });
      },
      "a log with another salt than its name was made from": (world) =>
        beginningIdentity(world, { payload: { salt: new Uint8Array(saltByteLength) } }),
    },
    accepted: {
      "a log under the name that its genesis makes": (world) => beginningIdentity(world, {}),
    },
  },
  "ID3 the author is an active full or paper device": {
    refused: {
      "a record by a viewer device": (world) =>
        judgeIdentity(world.person, adding(world, undefined, { device: world.phone })),
      "a record by a revoked device": (world) => {
        const revoked = withoutSpare(world);
        return judgeIdentity(revoked.person, adding(revoked, undefined, { device: world.spare }));
      },
      "a record by a device that is not in the log": (world) => {
        const stranger = createDeviceKeys(world.deps);
        return judgeIdentity(world.person, adding(world, undefined, { device: stranger }));
      },
      "a record by a device of another user": (world) => {
        const { device } = createPerson(world.deps);
        return judgeIdentity(world.person, adding(world, undefined, { device }));
      },
      "a genesis by a viewer device": (world) => {
        const { device } = identityPayloadOf(world.genesis, "genesis");
        return beginningIdentity(world, {
          payload: { device: { ...device, scope: DeviceScope.Viewer } },
        });
      },
      "a genesis by another device than the one it names": (world) =>
        beginningIdentity(world, {
          header: { author: { user: world.person.state.user, device: world.spare.id } },
        }),
    },
    accepted: {
      "a record by the second full device": (world) =>
        judgeIdentity(world.person, adding(world, undefined, { device: world.spare })),
      "a record by the paper device, which is how a person comes back,": (world) =>
        judgeIdentity(world.person, adding(world, undefined, { device: world.paper })),
    },
  },
  "ID4 a new device signs too": {
    refused: {
      "a device that did not sign": (world) =>
        judgeIdentity(world.person, adding(world, undefined, { cosigners: [] })),
      "a device for which another one signed": (world) =>
        judgeIdentity(world.person, adding(world, undefined, { cosigners: [world.spare] })),
    },
    accepted: {
      "a device that signed": (world) => judgeIdentity(world.person, adding(world)),
    },
  },
  "ID5 a device is added once": {
    refused: {
      "a device that is there": (world) =>
        judgeIdentity(world.person, adding({ ...world, newcomer: world.spare })),
      "a device that was revoked": (world) => {
        const revoked = withoutSpare(world);
        return judgeIdentity(revoked.person, adding({ ...revoked, newcomer: world.spare }));
      },
    },
    accepted: {
      "a device in place of a revoked one": (world) => {
        const revoked = withoutSpare(world);
        return judgeIdentity(revoked.person, adding(revoked));
      },
    },
  },
  "ID6 a box for every device but a viewer": {
    refused: {
      "a full device without a box": (world) =>
        judgeIdentity(
          world.person,
          adding(world, () => ({ box: undefined })),
        ),
      "a paper device without a box": (world) =>
        judgeIdentity(
          world.person,
          adding(world, (it) => ({ ...scoped(DeviceScope.Paper)(it), box: undefined })),
        ),
      "a viewer device with a box": (world) =>
        judgeIdentity(world.person, adding(world, scoped(DeviceScope.Viewer))),
    },
    accepted: {
      "a paper device with a box": (world) =>
        judgeIdentity(world.person, adding(world, scoped(DeviceScope.Paper))),
      "a viewer device without a box": (world) =>
        judgeIdentity(
          world.person,
          adding(world, (it) => ({ ...scoped(DeviceScope.Viewer)(it), box: undefined })),
        ),
    },
  },
  "ID7 the device to revoke is active, and is not the author": {
    refused: {
      "a device that revokes itself": (world) =>
        judgeIdentity(world.person, revoking(world, undefined, { device: world.spare })),
      "revoking a device again": (world) => {
        const revoked = withoutSpare(world);
        return judgeIdentity(revoked.person, revoking(revoked));
      },
      "revoking a device that is not in the log": (world) =>
        judgeIdentity(world.person, revoking(world, undefined, { revoked: world.newcomer })),
    },
    accepted: {
      "revoking another active device": (world) => judgeIdentity(world.person, revoking(world)),
      "revoking a viewer device": (world) =>
        judgeIdentity(world.person, revoking(world, undefined, { revoked: world.phone })),
      "the paper device revoking a full one": (world) =>
        judgeIdentity(world.person, revoking(world, undefined, { device: world.paper })),
    },
  },
  "ID8 the next user key has the next generation": {
    refused: {
      "a log that begins with generation 2": (world) => {
        const { userKey } = identityPayloadOf(world.genesis, "genesis");
        return beginningIdentity(world, { payload: { userKey: { ...userKey, generation: 2 } } });
      },
      "a generation twice": (world) =>
        judgeIdentity(
          world.person,
          revoking(world, ({ userKey }) => ({ userKey: { ...userKey, generation: 1 } })),
        ),
      "a generation left out": (world) =>
        judgeIdentity(
          world.person,
          revoking(world, ({ userKey }) => ({ userKey: { ...userKey, generation: 3 } })),
        ),
    },
    accepted: {
      "generation 2 behind generation 1": (world) =>
        judgeIdentity(
          world.person,
          revoking(world, ({ userKey }) => ({ userKey: { ...userKey, generation: 2 } })),
        ),
    },
  },
  "ID9 boxes go to exactly the devices that remain": {
    refused: {
      "a revocation that leaves a device out": (world) =>
        judgeIdentity(
          world.person,
          revoking(world, ({ boxes }) => ({ boxes: boxes.slice(1) })),
        ),
      "a box for the revoked device": (world) =>
        judgeIdentity(
          world.person,
          revoking(world, ({ boxes }) => ({ boxes: withBoxFor(boxes, world.spare) })),
        ),
      "a box for a viewer device": (world) =>
        judgeIdentity(
          world.person,
          revoking(world, ({ boxes }) => ({ boxes: withBoxFor(boxes, world.phone) })),
        ),
      "a box for a device that is not in the log": (world) =>
        judgeIdentity(
          world.person,
          revoking(world, ({ boxes }) => ({ boxes: withBoxFor(boxes, world.newcomer) })),
        ),
    },
    accepted: {
      "a revocation with boxes for the author and the paper device": (world) => {
        const record = revoking(world);
        const boxed = identityPayloadOf(record, "revokeDevice").boxes.map(({ device }) => device);
        expect(boxed).toEqual([world.person.device.id, world.paper.id].toSorted());
        return judgeIdentity(world.person, record);
      },
    },
  },
  "ID10 a paper device goes only by its own signature or two full devices": {
    refused: {
      "a paper device revoked by one full device alone": (world) =>
        judgeIdentity(world.person, revoking(world, undefined, { revoked: world.paper })),
      "a paper device revoked by a full device and a viewer device": (world) =>
        revokingPaper(world, world.phone),
      "a paper device revoked by a full device and one that is not in the log": (world) =>
        revokingPaper(world, world.newcomer),
      "a paper device revoked by one full device that signs twice": (world) =>
        revokingPaper(world, world.person.device),
      "a paper device revoked with the signature of a revoked device": (world) =>
        revokingPaper(withoutSpare(world), world.spare),
      "a paper device revoked by another paper device and a full one": (world) => {
        const other = createDeviceKeys(world.deps);
        const added = addDeviceOf(world.deps, world.person, other, DeviceScope.Paper);
        const person = withRecord(world.person, added);
        return revokingPaper({ ...world, person }, world.spare, other);
      },
    },
    accepted: {
      "a paper device revoked by a full device and itself": (world) =>
        revokingPaper(world, world.paper),
      "a paper device revoked by two full devices": (world) => revokingPaper(world, world.spare),
    },
  },
  "ID11 no more devices than the limit": {
    refused: {
      "one device more than the limit": (world) => {
        const full = withDevices(world, deviceCountMax);
        return judgeIdentity(full.person, adding(full));
      },
    },
    accepted: {
      "the last device within the limit": (world) => {
        const almostFull = withDevices(world, deviceCountMax - 1);
        return judgeIdentity(almostFull.person, adding(almostFull));
      },
      "a device in the place of a revoked one, at the limit,": (world) => {
        const full = withoutSpare(withDevices(world, deviceCountMax));
        return judgeIdentity(full.person, adding(full));
      },
    },
  },
  "ID12 every signature is one the record needs": {
    refused: {
      "a genesis that two devices signed": (world) =>
        beginningIdentity(world, { cosigners: [world.spare] }),
      "a revocation of a full device that two devices signed": (world) =>
        judgeIdentity(world.person, revoking(world, undefined, { cosigners: [world.paper] })),
    },
    accepted: {
      "a revocation of a full device that one device signed": (world) =>
        judgeIdentity(world.person, revoking(world)),
    },
  },
  "ID13 a key that boxes go to is one": {
    refused: {
      "a genesis whose device nothing can be sealed to": (world) =>
        verdictOf(applyIdentityRecord(undefined, beginningWith(brokenKemKey(world.person.device)))),
      "a genesis whose user key nothing can be sealed to": (world) => {
        const { userKey } = identityPayloadOf(world.genesis, "genesis");
        return beginningIdentity(world, { payload: { userKey: brokenKemKey(userKey) } });
      },
      "a device that nothing can be sealed to": (world) => {
        const newcomer = brokenKemKey(world.newcomer);
        const id = deviceIdOf(newcomer);
        return judgeIdentity(
          world.person,
          adding(world, ({ device }) => ({ device: brokenKemKey(device) }), {
            cosigners: [{ ...newcomer, id }],
          }),
        );
      },
      "a next user key that nothing can be sealed to": (world) =>
        judgeIdentity(
          world.person,
          revoking(world, ({ userKey }) => ({ userKey: brokenKemKey(userKey) })),
        ),
    },
    accepted: {
      "a next user key that boxes can be sealed to": (world) =>
        judgeIdentity(world.person, revoking(world)),
    },
  },
};

/** Any box will do: rules open none. */
const withBoxFor = (boxes: IdentityPayloadOf<"revokeDevice">["boxes"], { id }: DeviceKeys) =>
  [...boxes, ...boxes.slice(0, 1).map(({ box }) => ({ device: id, box }))].toSorted(
    (left, right) => (left.device < right.device ? -1 : 1),
  );

/** ML-KEM refuses coefficients out of range. */
const brokenKemKey = <T extends { readonly kemKey: KemPublicKey }>(keys: T): T => ({
  ...keys,
  kemKey: asKemPublicKey(new Uint8Array(kemPublicKeyByteLength).fill(0xff)),
});

/** A log that such a device begins, in every other respect right. */
const beginningWith = (device: DeviceKeys): LogRecord => {
  const deps = { randomBytes: seededRandomBytes("begins with a broken key") };
  const { record } = startIdentity(deps, createDeviceKeys(deps));
  const lawful = identityPayloadOf(record, "genesis");
  const { signKey, kemKey } = device;
  const user = userIdOf({ signKey, kemKey }, lawful.salt);
  const signer = { ...device, id: deviceIdOf({ signKey, kemKey }) };
  return resigned(record, [signer], {
    header: { log: user, author: { user, device: signer.id } },
    payload: encodeIdentityPayload({
      ...lawful,
      device: { ...lawful.device, signKey, kemKey },
    }),
  });
};

const revokingPaper = (
  world: World,
  cosigner: DeviceKeys,
  device: DeviceKeys = world.person.device,
): Verdict =>
  judgeIdentity(
    world.person,
    revoking(world, undefined, { revoked: world.paper, device, cosigners: [cosigner] }),
  );

const withDevices = (world: World, count: number): World => {
  let { person } = world;
  while (person.state.devices.size < count)
    ({ person } = withDevice(world.deps, person, DeviceScope.Viewer));
  return { ...world, person };
};

describe("rules of an identity log", () => {
  test.each(ruleRows(cases))("%s", (_, judge, verdict) => {
    expect(judge(createWorld())).toBe(verdict);
  });

  test("a refusal names the log, the index and the record that broke the rule", () => {
    const world = createWorld();
    const record = revoking(world, undefined, { device: world.spare });
    expect(applyIdentityRecord(world.person.state, record)).toEqual({
      ok: false,
      error: {
        type: "RuleViolated",
        rule: "ID7 the device to revoke is active, and is not the author",
        log: world.person.state.user,
        index: 4,
        record: record.id,
      },
    });
  });
});

describe("what an identity log says", () => {
  test("devices keep who let them in, and where they were revoked", () => {
    const world = createWorld();
    const { person } = withoutSpare(world);
    const { device } = person;
    const rows = [...person.state.devices.values()].map((known) => [
      known.id,
      known.scope,
      known.addedBy,
      known.revokedAt,
    ]);
    expect(rows).toEqual([
      [device.id, DeviceScope.Full, device.id, undefined],
      [world.spare.id, DeviceScope.Full, device.id, 4],
      [world.phone.id, DeviceScope.Viewer, device.id, undefined],
      [world.paper.id, DeviceScope.Paper, device.id, undefined],
    ]);
    expect(isActive(person.state.devices.get(world.spare.id))).toBe(false);
    expect(keyHolders(person.state).map(({ id }) => id)).toEqual([device.id, world.paper.id]);
  });

  test("an expiry that was written is read, and none stays none", () => {
    const { deps, person } = createWorld();
    const phone = createDeviceKeys(deps);
    const expiring = withRecord(
      person,
      addDeviceOf(deps, person, phone, DeviceScope.Viewer, 1_800_000_000_000),
    );
    expect(expiring.state.devices.get(phone.id)?.expiresAtMs).toBe(1_800_000_000_000);
    expect(expiring.state.devices.get(person.device.id)?.expiresAtMs).toBeUndefined();
  });

  test("a state is not changed by the record that follows it", () => {
    const world = createWorld();
    const before = world.person.state;
    const devices = [...before.devices.keys()];
    const boxes = [...(before.generations[0]?.boxes.keys() ?? [])];
    withoutSpare({ ...world, person: withRecord(world.person, adding(world)) });
    expect([...before.devices.keys()]).toEqual(devices);
    expect([...(before.generations[0]?.boxes.keys() ?? [])]).toEqual(boxes);
  });

  test("the paper device alone revokes the last full device and lets a new one in", () => {
    const deps = { randomBytes: seededRandomBytes("recovery") };
    const { person, paper, spare } = createEquipped(deps);
    const lost = withoutDevice(deps, person, spare);
    const revoked = revokeDeviceRecord(deps, lost.state, paper, person.device.id, lost.userKeys);
    const alone = withRecord(lost, revoked.record, revoked.userKeys);
    const fresh = createDeviceKeys(deps);
    const back = addDeviceOf(deps, { ...alone, device: paper }, fresh, DeviceScope.Full);
    expect(must(applyIdentityRecord(alone.state, back)).devices.get(fresh.id)?.addedBy).toBe(
      paper.id,
    );
  });

  test("a cosignature leaves a record its id", () => {
    const world = createWorld();
    const record = revoking(world, undefined, { revoked: world.paper });
    expect(cosignRecord(record, world.paper).id).toBe(record.id);
    expect(judgeIdentity(world.person, cosignRecord(record, world.paper))).toBe("accepted");
  });

  test("one device that begins two logs begins two users", () => {
    const { deps, person } = createWorld();
    const { user, record } = startIdentity(deps, person.device);
    expect(user).not.toBe(person.state.user);
    expect(verdictOf(applyIdentityRecord(undefined, record))).toBe("accepted");
  });
});
