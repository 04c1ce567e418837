/** A record for every rule of an identity log, lawful in every other respect. */
import { deviceIdOf } from "../../../packages/crypto/src/keys/deviceId.ts";
import type { DeviceKeys } from "../../../packages/crypto/src/keys/deviceKeys.ts";
import { encodeIdentityPayload } from "../../../packages/crypto/src/logs/identityRecords.ts";
import { DeviceScope } from "../../../packages/crypto/src/logs/kinds.ts";
import { encodeRecord, type LogRecord } from "../../../packages/crypto/src/logs/record.ts";
import type { RuleName } from "../../../packages/crypto/src/logs/violation.ts";
import { asKemPublicKey, type KemPublicKey } from "../../../packages/crypto/src/publicKeys.ts";
import {
  deviceCountMax,
  kemPublicKeyByteLength,
  saltByteLength,
} from "../../../packages/crypto/src/sizes.ts";
import {
  addDeviceOf,
  withoutDevice,
  withRecord,
} from "../../../packages/crypto/src/testing/people.ts";
import {
  type IdentityPayloadOf,
  identityPayloadOf,
  identityRecord,
  resigned,
  type Signing,
} from "../../../packages/crypto/src/testing/records.ts";
import { type Fill, filledWithDevices } from "../fill.ts";
import { hexOf, type VectorCase } from "../format.ts";
import type { IdentityLogInput } from "../run/identityLog.ts";
import { filled } from "./bytes.ts";
import { fault } from "./cases.ts";
import { adding, equippedCount, type IdentityWorld, inputOf, revoking } from "./identityWorld.ts";
import { byDevice, depsOf, deviceOf, personOf } from "./world.ts";

type IdentityRule = Extract<RuleName, `ID${number} ${string}`>;

interface Violation {
  readonly name: string;
  readonly why: string;
  readonly input: IdentityLogInput;
}

const violation = (name: string, why: string, record: LogRecord, take?: number): Violation => ({
  name,
  why,
  input: inputOf(record, take),
});

/** The first record, with something about it changed. */
const beginning = (
  { person }: IdentityWorld,
  change: Partial<IdentityPayloadOf<"genesis">>,
  { header = {}, cosigners = [] }: Pick<Signing, "header" | "cosigners"> = {},
): LogRecord => {
  const [genesis] = person.records;
  if (genesis === undefined) throw new RangeError("a log has a first record");
  const payload = encodeIdentityPayload({ ...identityPayloadOf(genesis, "genesis"), ...change });
  return resigned(genesis, [person.device, ...cosigners], { header, payload });
};

const genesisOf = ({ person }: IdentityWorld): IdentityPayloadOf<"genesis"> => {
  const [genesis] = person.records;
  if (genesis === undefined) throw new RangeError("a log has a first record");
  return identityPayloadOf(genesis, "genesis");
};

/** The world behind record 4, by which the spare was revoked. */
const afterSpare = (world: IdentityWorld): IdentityWorld => ({
  ...world,
  person: withoutDevice(depsOf("revoke spare"), world.person, world.spare),
});

const scoped =
  (scope: DeviceScope, hasBox: boolean) =>
  ({ device, box }: IdentityPayloadOf<"addDevice">): Partial<IdentityPayloadOf<"addDevice">> => ({
    device: { ...device, scope },
    box: hasBox ? box : undefined,
  });

/** Any box will do: rules open none. */
const withBoxFor = (boxes: IdentityPayloadOf<"revokeDevice">["boxes"], { id }: DeviceKeys) =>
  byDevice([...boxes, ...boxes.slice(0, 1).map(({ box }) => ({ device: id, box }))]);

/** ML-KEM refuses coefficients out of range. */
const brokenKemKey = <T extends { readonly kemKey: KemPublicKey }>(keys: T): T => ({
  ...keys,
  kemKey: asKemPublicKey(filled(kemPublicKeyByteLength, 0xff)),
});

const addingBroken = (world: IdentityWorld): LogRecord => {
  const broken = brokenKemKey(world.newcomer);
  const cosigners = [{ ...broken, id: deviceIdOf(broken) }];
  return adding(world, ({ device }) => ({ device: brokenKemKey(device) }), { cosigners });
};

const revokingPaper = (
  world: IdentityWorld,
  cosigner: DeviceKeys,
  device = world.person.device,
): LogRecord => revoking(world, undefined, { revoked: world.paper, device, cosigners: [cosigner] });

const bySecondPaper = (world: IdentityWorld): Violation => {
  const other = deviceOf("second paper");
  const added = addDeviceOf(depsOf("second paper box"), world.person, other, DeviceScope.Paper);
  const person = withRecord(world.person, added);
  const record = revokingPaper({ ...world, person }, world.spare, other);
  const { input, ...rest } = violation(
    "a paper device revoked by another paper device and a full one",
    "two full devices, or itself",
    record,
  );
  return { ...rest, input: { ...input, before: [hexOf(encodeRecord(added))] } };
};

/** Four devices stand in the log, so that many more reach the limit. */
const beyondLimit = (world: IdentityWorld): Violation => {
  const { person, newcomer } = world;
  const fill: Fill = {
    seed: "devices up to the limit",
    count: deviceCountMax - equippedCount,
    authorSeed: hexOf(person.device.seed.reveal()),
  };
  const full = { ...person, state: filledWithDevices(person.state, fill) };
  const record = adding({ ...world, person: full, newcomer });
  return {
    name: "one active device more than 256",
    why: "a log's readers keep every device",
    input: { ...inputOf(record), fill },
  };
};

const violations = (world: IdentityWorld): Readonly<Record<IdentityRule, readonly Violation[]>> => {
  const { person, spare, phone, paper, newcomer } = world;
  const stranger = personOf("identity stranger");
  const revoked = afterSpare(world);
  const genesis = genesisOf(world);
  return {
    "ID1 a log begins with a genesis, and only there": [
      violation(
        "a log that begins with an ADD_DEVICE",
        "nobody could have signed it",
        adding(world),
        0,
      ),
      violation(
        "a genesis at index 1",
        "it is the first",
        beginning(world, {}, { header: { index: 1 } }),
        0,
      ),
      violation(
        "a genesis that follows a record",
        "the first names zeros",
        beginning(world, {}, { header: { previous: person.state.head.id } }),
        0,
      ),
      violation("a second genesis", "it is the first only", identityRecord(person, genesis)),
    ],
    "ID2 the log's name follows from its genesis": [
      violation(
        "a log under another user's name",
        "the name hashes keys and salt",
        beginning(
          world,
          {},
          {
            header: {
              log: stranger.state.user,
              author: { user: stranger.state.user, device: person.device.id },
            },
          },
        ),
        0,
      ),
      violation(
        "a log with another salt",
        "the name hashes keys and salt",
        beginning(world, { salt: new Uint8Array(saltByteLength) }),
        0,
      ),
    ],
    "ID3 the author is an active full or paper device": [
      violation(
        "a record by a viewer device",
        "a viewer signs nothing",
        adding(world, undefined, { device: phone }),
      ),
      violation(
        "a record by a revoked device",
        "a revoked device signs nothing",
        adding(revoked, undefined, { device: spare }),
        equippedCount + 1,
      ),
      violation(
        "a record by a device that is not in the log",
        "a log is written by its devices",
        adding(world, undefined, { device: stranger.device }),
      ),
      violation(
        "a genesis by a viewer device",
        "the first device is full",
        beginning(world, { device: { ...genesis.device, scope: DeviceScope.Viewer } }),
        0,
      ),
      violation(
        "a genesis by a paper device",
        "the first device is full",
        beginning(world, { device: { ...genesis.device, scope: DeviceScope.Paper } }),
        0,
      ),
    ],
    "ID4 a new device signs too": [
      violation(
        "a device that did not sign",
        "nobody adds keys they do not hold",
        adding(world, undefined, { cosigners: [] }),
      ),
      violation(
        "a device for which another one signed",
        "nobody adds keys they do not hold",
        adding(world, undefined, { cosigners: [spare] }),
      ),
    ],
    "ID5 a device is added once": [
      violation(
        "a device that is there",
        "a device is added once",
        adding({ ...world, newcomer: spare }),
      ),
      violation(
        "a device that was revoked",
        "a revoked one does not come back",
        adding({ ...revoked, newcomer: spare }),
        equippedCount + 1,
      ),
    ],
    "ID6 a box for every device but a viewer": [
      violation(
        "a full device without a box",
        "it holds the user key",
        adding(world, scoped(DeviceScope.Full, false)),
      ),
      violation(
        "a paper device without a box",
        "it holds the user key",
        adding(world, scoped(DeviceScope.Paper, false)),
      ),
      violation(
        "a viewer device with a box",
        "it does not hold the user key",
        adding(world, scoped(DeviceScope.Viewer, true)),
      ),
    ],
    "ID7 the device to revoke is active, and is not the author": [
      violation(
        "a device that revokes itself",
        "whoever makes the next key keeps the right to hold it",
        revoking(world, undefined, { device: spare }),
      ),
      violation("a device revoked again", "it is gone", revoking(revoked), equippedCount + 1),
      violation(
        "a device that is not in the log",
        "there is nothing to revoke",
        revoking(world, undefined, { revoked: newcomer }),
      ),
    ],
    "ID8 the next user key has the next generation": [
      violation(
        "a log that begins with generation 2",
        "it begins with 1",
        beginning(world, { userKey: { ...genesis.userKey, generation: 2 } }),
        0,
      ),
      violation(
        "a generation twice",
        "a revocation brings the next",
        revoking(world, ({ userKey }) => ({ userKey: { ...userKey, generation: 1 } })),
      ),
      violation(
        "a generation left out",
        "a revocation brings the next",
        revoking(world, ({ userKey }) => ({ userKey: { ...userKey, generation: 3 } })),
      ),
    ],
    "ID9 boxes go to exactly the devices that remain": [
      violation(
        "a revocation that leaves a device out",
        "who remains holds the next key",
        revoking(world, ({ boxes }) => ({ boxes: boxes.slice(1) })),
      ),
      violation(
        "a box for the revoked device",
        "it is what the next key is kept from",
        revoking(world, ({ boxes }) => ({ boxes: withBoxFor(boxes, spare) })),
      ),
      violation(
        "a box for a viewer device",
        "a viewer does not hold the user key",
        revoking(world, ({ boxes }) => ({ boxes: withBoxFor(boxes, phone) })),
      ),
      violation(
        "a box for a device that is not in the log",
        "recipients come from the log",
        revoking(world, ({ boxes }) => ({ boxes: withBoxFor(boxes, newcomer) })),
      ),
    ],
    "ID10 a paper device goes only by its own signature or two full devices": [
      violation(
        "a paper device revoked by one full device",
        "a thief with one laptop cannot burn the words",
        revoking(world, undefined, { revoked: paper }),
      ),
      violation(
        "a paper device revoked by one full device that signs twice",
        "two are two",
        revokingPaper(world, person.device),
      ),
      violation(
        "a paper device revoked by a full device and a viewer device",
        "a viewer signs nothing",
        revokingPaper(world, phone),
      ),
      violation(
        "a paper device revoked by a full device and a revoked one",
        "a revoked device signs nothing",
        revokingPaper(revoked, spare),
        equippedCount + 1,
      ),
      bySecondPaper(world),
    ],
    "ID11 no more devices than the limit": [beyondLimit(world)],
    "ID12 every signature is one the record needs": [
      violation(
        "a genesis that two devices signed",
        "a record has one spelling",
        beginning(world, {}, { cosigners: [spare] }),
        0,
      ),
      violation(
        "a revocation of a full device that two devices signed",
        "a record has one spelling",
        revoking(world, undefined, { cosigners: [paper] }),
      ),
    ],
    "ID13 a key that boxes go to is one": [
      violation(
        "a device that nothing can be sealed to",
        "its X-Wing key has coefficients out of range",
        addingBroken(world),
      ),
      violation(
        "a first user key that nothing can be sealed to",
        "no member could rotate any more",
        beginning(world, { userKey: brokenKemKey(genesis.userKey) }),
        0,
      ),
      violation(
        "a next user key that nothing can be sealed to",
        "no member could rotate any more",
        revoking(world, ({ userKey }) => ({ userKey: brokenKemKey(userKey) })),
      ),
    ],
  };
};

export const identityViolations = (world: IdentityWorld): readonly VectorCase<IdentityLogInput>[] =>
  Object.entries(violations(world)).flatMap(([rule, broken]) =>
    broken.map(({ name, why, input }) =>
      fault("RuleViolated", name, why, input, { stage: "apply", rule }),
    ),
  );
