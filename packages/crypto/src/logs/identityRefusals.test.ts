/** What stops an identity log besides its rules: names, links, signatures, bytes. */
import { describe, expect, test } from "vitest";
import {
  boxByteLength,
  commitmentByteLength,
  kemPublicKeyByteLength,
  signPublicKeyByteLength,
  wrapByteLength,
} from "../sizes.ts";
import { adding, createWorld, revoking, scoped, type World } from "../testing/identityMoves.ts";
import { mustFail } from "../testing/outcome.ts";
import { createPerson, type Person } from "../testing/people.ts";
import {
  identityRecord,
  impostor,
  judgeIdentity,
  type ListAt,
  resigned,
  type Signing,
  type Verdict,
  verdictOf,
  withFirstTwice,
  withFirstTwoSwapped,
} from "../testing/records.ts";
import { applyIdentityRecord, replayIdentityLog } from "./identityLog.ts";
import { decodeIdentityPayload } from "./identityRecords.ts";
import { type DeviceScope, LogKind } from "./kinds.ts";
import type { LogRecord } from "./record.ts";

const headed = (header: Signing["header"]): Signing => (header === undefined ? {} : { header });

const newestOf = ({ records }: Person): LogRecord => {
  const newest = records.at(-1);
  if (newest === undefined) throw new RangeError("a log has a record");
  return newest;
};

const withBytes = (world: World, change: (bytes: Uint8Array) => Uint8Array): LogRecord => {
  const lawful = adding(world);
  return resigned(lawful, [world.person.device, world.newcomer], {
    payload: change(lawful.payload),
  });
};

/** Behind device, user key, wrap and count. */
const boxesAt: ListAt = {
  at:
    16 +
    1 +
    signPublicKeyByteLength +
    kemPublicKeyByteLength +
    commitmentByteLength +
    wrapByteLength +
    1,
  itemByteLength: 16 + boxByteLength,
};

describe("signatures, links and names of an identity log", () => {
  const verdicts: readonly (readonly [string, (world: World) => LogRecord, Verdict])[] = [
    [
      "a record that its author did not sign",
      (world) =>
        adding(world, undefined, { device: impostor(world.person.device, world.newcomer) }),
      "BadSignature",
    ],
    [
      "a new device's signature that is not by its key",
      (world) =>
        adding(world, undefined, { cosigners: [impostor(world.newcomer, world.person.device)] }),
      "BadSignature",
    ],
    [
      "a cosigner's signature that is not by its key",
      (world) =>
        revoking(world, undefined, {
          revoked: world.paper,
          cosigners: [impostor(world.paper, world.person.device)],
        }),
      "BadSignature",
    ],
    [
      "a record that leaves an index out",
      (w) => adding(w, undefined, headed({ index: 5 })),
      "LinkGap",
    ],
    ["a record that comes again", ({ person }) => newestOf(person), "LinkGap"],
    [
      "a record behind another predecessor",
      (w) => adding(w, undefined, headed({ previous: w.genesis.id })),
      "LinkForked",
    ],
    [
      "a record of another user's log",
      (world) => adding({ ...world, person: createPerson(world.deps) }),
      "WrongLog",
    ],
    [
      "a record whose author is another user",
      (world) => {
        const { user } = createPerson(world.deps).state;
        return adding(
          world,
          undefined,
          headed({ author: { user, device: world.person.device.id } }),
        );
      },
      "WrongLog",
    ],
    [
      "a record with a pin",
      (world) => {
        const { user, head } = world.person.state;
        const pin = { user, index: head.index, head: head.id };
        return adding(world, undefined, headed({ pins: [pin] }));
      },
      "WrongLog",
    ],
    [
      "a record that calls itself one of a vault log",
      (world) => ({ ...adding(world), kind: LogKind.Vault }),
      "WrongLog",
    ],
    [
      "a record of a type that a newer client knows",
      ({ person }) => identityRecord(person, { type: "unknown", number: 99 }),
      "RecordUnknown",
    ],
  ];
  test.each(verdicts)("%s is answered with its own error", (_, make, verdict) => {
    const world = createWorld();
    expect(judgeIdentity(world.person, make(world))).toBe(verdict);
  });

  test("a genesis that its device did not sign is refused", () => {
    const { person, genesis, newcomer } = createWorld();
    const forged = resigned(genesis, [impostor(person.device, newcomer)], {});
    expect(verdictOf(applyIdentityRecord(undefined, genesis))).toBe("accepted");
    expect(verdictOf(applyIdentityRecord(undefined, forged))).toBe("BadSignature");
  });

  test("an unknown record by a device that may not sign is refused before it is held", () => {
    const { person, phone } = createWorld();
    const record = identityRecord(person, { type: "unknown", number: 99 }, { device: phone });
    expect(judgeIdentity(person, record)).toBe("ID3 the author is an active full or paper device");
  });

  test("a replay stops at an unknown record and keeps every state before it", () => {
    const { person } = createWorld();
    const unknown = identityRecord(person, { type: "unknown", number: 99 });
    const replayed = replayIdentityLog([...person.records, unknown, ...person.records]);
    expect(replayed.states).toEqual(person.states);
    expect(replayed.stopped).toEqual({
      type: "RecordUnknown",
      log: person.state.user,
      index: person.records.length,
      recordType: 99,
    });
  });
});

describe("malformed payloads of an identity log", () => {
  const payloads: readonly (readonly [string, (world: World) => LogRecord])[] = [
    ["no bytes", (world) => withBytes(world, () => new Uint8Array())],
    ["a byte too many", (world) => withBytes(world, (bytes) => new Uint8Array([...bytes, 0]))],
    ["a byte too few", (world) => withBytes(world, (bytes) => bytes.slice(0, -1))],
    ["a scope of 0", (world) => adding(world, scoped(0 as DeviceScope))],
    ["a scope of 4", (world) => adding(world, scoped(4 as DeviceScope))],
  ];
  test.each(payloads)("a payload with %s is malformed", (_, make) => {
    const world = createWorld();
    expect(judgeIdentity(world.person, make(world))).toBe("Malformed");
  });

  test.each([
    ["in falling order", withFirstTwoSwapped],
    ["twice the same", withFirstTwice],
  ])("a payload with boxes %s is malformed", (_, change) => {
    const { type, payload } = revoking(createWorld());
    const decoded = decodeIdentityPayload(type, change(payload, boxesAt));
    expect(decodeIdentityPayload(type, payload).ok).toBe(true);
    expect(mustFail(decoded)).toMatchObject({ type: "Malformed", expected: "a rising list" });
  });
});
