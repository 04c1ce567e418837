/** Faults of form, link and name in an identity log; rules are in identityViolations.ts. */
import { concatBytes } from "../../../packages/crypto/src/bytes/bytes.ts";
import { DeviceScope, LogKind } from "../../../packages/crypto/src/logs/kinds.ts";
import {
  encodeRecord,
  type LogRecord,
  signRecord,
} from "../../../packages/crypto/src/logs/record.ts";
import {
  identityPayloadOf,
  identityRecord,
  impostor,
  pinsOf,
  resigned,
  type Signing,
  withFirstTwice,
  withFirstTwoSwapped,
} from "../../../packages/crypto/src/testing/records.ts";
import { hexOf, type VectorCase } from "../format.ts";
import type { IdentityLogInput } from "../run/identityLog.ts";
import { lengthened, replaced, shortened } from "./bytes.ts";
import { fault } from "./cases.ts";
import { adding, equippedCount, type IdentityWorld, inputOf, revoking } from "./identityWorld.ts";
import { rawRecord } from "./rawRecords.ts";
import { personOf } from "./world.ts";

/** Adds the newcomer as a viewer device: the smallest record there is. */
const addingViewer = (world: IdentityWorld, signing: Signing = {}): LogRecord =>
  adding(
    world,
    ({ device }) => ({ device: { ...device, scope: DeviceScope.Viewer }, box: undefined }),
    signing,
  );

const applyFault = (
  expect: string,
  name: string,
  why: string,
  input: IdentityLogInput,
): VectorCase<IdentityLogInput> => fault(expect, name, why, input, { stage: "apply" });

const linkFaults = (world: IdentityWorld): readonly VectorCase<IdentityLogInput>[] => {
  const { person, newcomer, paper, phone } = world;
  const stranger = personOf("identity stranger");
  const { user, head } = person.state;
  const [genesis] = person.records;
  const newest = person.records.at(-1);
  if (genesis === undefined || newest === undefined) throw new RangeError("a log has records");
  const header = (changed: Signing["header"]) =>
    addingViewer(world, changed === undefined ? {} : { header: changed });
  return [
    applyFault(
      "BadSignature",
      "a record that its author did not sign",
      "named as the author, signed with another key",
      inputOf(addingViewer(world, { device: impostor(person.device, newcomer) })),
    ),
    applyFault(
      "BadSignature",
      "a new device's signature that is not by its key",
      "nobody adds keys they do not hold",
      inputOf(addingViewer(world, { cosigners: [impostor(newcomer, person.device)] })),
    ),
    applyFault(
      "BadSignature",
      "a cosigner's signature that is not by its key",
      "a paper device is not burnt in its name",
      inputOf(
        revoking(world, undefined, {
          revoked: paper,
          cosigners: [impostor(paper, person.device)],
        }),
      ),
    ),
    applyFault(
      "LinkGap",
      "a record that leaves an index out",
      "a gap is asked for, never skipped",
      inputOf(header({ index: head.index + 2 })),
    ),
    applyFault("LinkGap", "a record that comes again", "it is not the one after", inputOf(newest)),
    applyFault(
      "LinkForked",
      "a record behind another predecessor",
      "both ids are evidence",
      inputOf(header({ previous: genesis.id })),
    ),
    applyFault(
      "WrongLog",
      "a record of another user's log",
      "a log is one user's",
      inputOf(
        identityRecord(stranger, identityPayloadOf(addingViewer(world), "addDevice"), {
          cosigners: [newcomer],
        }),
      ),
    ),
    applyFault(
      "WrongLog",
      "a record whose author is another user",
      "an identity log is written by its user alone",
      inputOf(header({ author: { user: stranger.state.user, device: person.device.id } })),
    ),
    applyFault(
      "WrongLog",
      "a record with a pin",
      "an identity record relies on no other log",
      inputOf(header({ pins: [{ user, index: head.index, head: head.id }] })),
    ),
    applyFault(
      "WrongLog",
      "a record that calls itself one of a vault log",
      "the kind of log is signed",
      inputOf(vaultKind(addingViewer(world), world)),
    ),
    applyFault(
      "RecordUnknown",
      "a record of type 99",
      "from here on this user's records and chains are held",
      inputOf(identityRecord(person, { type: "unknown", number: 99 })),
    ),
    fault(
      "RuleViolated",
      "a record of type 99 by a viewer device",
      "who may sign is asked before what it says",
      inputOf(identityRecord(person, { type: "unknown", number: 99 }, { device: phone })),
      { stage: "apply", rule: "ID3 the author is an active full or paper device" },
    ),
  ];
};

/** The same content under the other kind, and signed so. */
const vaultKind = (record: LogRecord, { person, newcomer }: IdentityWorld): LogRecord =>
  signRecord(LogKind.Vault, record, record.payload, [person.device, newcomer]);

/** Offsets in the content of record 4: the index, one byte, and the count of pins behind the author. */
const at = { kind: 2, index: 19, pins: 84 };

/** Other bytes in place of the index. */
const indexed = (content: Uint8Array, index: readonly number[]): Uint8Array =>
  concatBytes(
    content.subarray(0, at.index),
    Uint8Array.from(index),
    content.subarray(at.index + 1),
  );

const decodeFaults = (world: IdentityWorld): readonly VectorCase<IdentityLogInput>[] => {
  const { newcomer, person } = world;
  const record = addingViewer(world);
  const { content } = record;
  const bytes = encodeRecord(record);
  const signers = [person.device, newcomer];
  const faultOf = (expect: string, name: string, why: string, changed: Uint8Array) =>
    fault(
      expect,
      name,
      why,
      { base: "identity", take: equippedCount, record: hexOf(changed) },
      { stage: "decode" },
    );
  const unsupported = (name: string, place: number) =>
    faultOf(
      "VersionUnsupported",
      name,
      "version and suite come first, and never a verdict",
      rawRecord(replaced(content, place, [2]), signers),
    );
  const malformed = (name: string, why: string, changed: Uint8Array) =>
    faultOf("Malformed", name, why, changed);
  const signed = (changed: Uint8Array) => rawRecord(changed, signers);
  const pinned = twoPins(world);
  const pins = { at: at.pins + 1, itemByteLength: 49 };
  return [
    unsupported("version 2", 0),
    unsupported("suite 2", 1),
    malformed("log kind 0", "kinds are 1 and 2", signed(replaced(content, at.kind, [0]))),
    malformed("log kind 3", "kinds are 1 and 2", signed(replaced(content, at.kind, [3]))),
    malformed(
      "an index in a longer spelling",
      "every number has one spelling",
      signed(indexed(content, [0x84, 0x00])),
    ),
    malformed(
      "an index of 2^53",
      "numbers are below 2^53",
      signed(indexed(content, [0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x10])),
    ),
    malformed(
      "pins that fall",
      "a set has one spelling",
      signed(withFirstTwoSwapped(pinned, pins)),
    ),
    malformed("a user pinned twice", "nothing stands twice", signed(withFirstTwice(pinned, pins))),
    malformed(
      "more pins than the bytes hold",
      "a count is checked before anything is read",
      signed(replaced(pinned, at.pins, [100])),
    ),
    malformed("a record cut short", "its last signature has 64 bytes", shortened(bytes)),
    malformed("a byte behind", "nothing is left over", lengthened(bytes)),
    malformed("no bytes", "a record has a version", new Uint8Array()),
    malformed("no signature", "the author's comes first", rawRecord(content, [])),
    malformed(
      "another's signature first",
      "the author's comes first",
      rawRecord(content, signers.toReversed()),
    ),
    malformed(
      "three signatures",
      "no record needs more than two",
      rawRecord(content, [...signers, world.spare]),
    ),
  ];
};

/** A content with two pins, which an identity record has not; nobody gets as far as to say so. */
const twoPins = (world: IdentityWorld): Uint8Array => {
  const pins = pinsOf(personOf("pinned a"), personOf("pinned b"));
  return addingViewer(world, { header: { pins } }).content;
};

/** Offsets in the payload of an ADD_DEVICE, behind the device's two keys. */
const within = { scope: 1248, hasBox: 1250 };

/** Where the boxes stand in a REVOKE_DEVICE: device, user key, wrap, count. */
const boxes = { at: 16 + 1 + 32 + 1216 + 32 + 48 + 1, itemByteLength: 16 + 1168 };

const payloadFaults = (world: IdentityWorld): readonly VectorCase<IdentityLogInput>[] => {
  const { person, newcomer } = world;
  const lawful = adding(world);
  const withPayload = (payload: Uint8Array) =>
    inputOf(resigned(lawful, [person.device, newcomer], { payload }));
  const { payload } = lawful;
  const malformed = (name: string, why: string, input: IdentityLogInput) =>
    applyFault("Malformed", name, why, input);
  return [
    malformed("a payload without bytes", "a type says what follows", withPayload(new Uint8Array())),
    malformed("a payload cut short", "a box has 1,168 bytes", withPayload(shortened(payload))),
    malformed("a byte behind a payload", "nothing is left over", withPayload(lengthened(payload))),
    malformed("scope 0", "scopes are 1 to 3", withPayload(replaced(payload, within.scope, [0]))),
    malformed("scope 4", "scopes are 1 to 3", withPayload(replaced(payload, within.scope, [4]))),
    malformed(
      "a flag byte of 2",
      "a flag byte is 0 or 1",
      withPayload(replaced(payload, within.hasBox, [2])),
    ),
    malformed(
      "boxes in falling order",
      "a set has one spelling",
      inputOf(revokingWith(world, withFirstTwoSwapped)),
    ),
    malformed(
      "a device boxed twice",
      "nothing stands twice in a set",
      inputOf(revokingWith(world, withFirstTwice)),
    ),
  ];
};

const revokingWith = (world: IdentityWorld, change: typeof withFirstTwice): LogRecord => {
  const lawful = revoking(world);
  return resigned(lawful, [world.person.device], { payload: change(lawful.payload, boxes) });
};

export const identityFaults = (world: IdentityWorld): readonly VectorCase<IdentityLogInput>[] => [
  ...decodeFaults(world),
  ...payloadFaults(world),
  ...linkFaults(world),
];
