/** What stops a vault log besides its rules: names, links, signatures, bytes. */
import { describe, expect, test } from "vitest";
import type { SignedHead } from "../envelope/envelope.ts";
import { noEnvelope, noRecord } from "../ids.ts";
import { boxByteLength, commitmentByteLength, wrapByteLength } from "../sizes.ts";
import { mustFail } from "../testing/outcome.ts";
import { authorOf, identityAt, incarnationOf, withDevice } from "../testing/people.ts";
import {
  chainCut,
  cutOf,
  impostor,
  type ListAt,
  resigned,
  someEnvelopeId,
  vaultRecord,
  type Verdict,
  verdictOf,
  withFirstTwice,
  withFirstTwoSwapped,
} from "../testing/records.ts";
import { createTeam, type Team, withGrant } from "../testing/team.ts";
import {
  accusing,
  cutting,
  judge,
  newType,
  pin,
  pinning,
  policyOf,
  roleChange,
  rotating,
  stepped,
} from "../testing/vaultMoves.ts";
import { startVault } from "./authorVault.ts";
import { DeviceScope, LogKind } from "./kinds.ts";
import type { LogRecord, RecordHeader } from "./record.ts";
import { applyVaultRecord, replayVaultLog } from "./vaultLog.ts";
import { type ChainCut, decodeVaultPayload, type Role } from "./vaultRecords.ts";

/** Signed by the device, but for another envelope. */
const forged = ({ head, signature }: SignedHead): SignedHead => ({
  head: { ...head, epoch: head.epoch + 1 },
  signature,
});

const newestOf = (records: readonly LogRecord[]): LogRecord => {
  const newest = records.at(-1);
  if (newest === undefined) throw new RangeError("a log has a record");
  return newest;
};

const idAt = ({ vault }: Team, index: number) => vault.records[index]?.id ?? noRecord;

const ownerPin = ({ vault, owner }: Team, header: Partial<RecordHeader> = {}): LogRecord =>
  vaultRecord(vault, owner, pin, { header });

const changedBytes = (team: Team, change: (bytes: Uint8Array) => Uint8Array): LogRecord => {
  const lawful = rotating(team);
  return resigned(lawful, [team.owner.device], { payload: change(lawful.payload) });
};

/** Behind epoch, commitment, wrap and count. */
const membersAt: ListAt = {
  at: 4 + commitmentByteLength + wrapByteLength + 1,
  itemByteLength: 16 + 1 + boxByteLength,
};
/** Behind the lowest version and the count. */
const typesAt: ListAt = { at: 2, itemByteLength: 1 };
const chainCutByteLength = 16 + 1 + 32;

/** The granted phones of the writer and the guest, behind the members and a count. */
const twoViewers = (team: Team): readonly [LogRecord, ListAt] => {
  const { person, device } = withDevice(team.deps, team.guest, DeviceScope.Viewer);
  const vault = withGrant(team.deps, team.vault, person, device.id);
  const at = membersAt.at + team.vault.state.members.size * membersAt.itemByteLength + 1;
  const list = { at, itemByteLength: 16 + 16 + boxByteLength };
  return [rotating({ ...team, guest: person, vault }), list];
};

/** One chain each of the writer's two devices; behind user and count. */
const twoDevices = (team: Team): readonly [LogRecord, ListAt] => {
  const cuts = [...cutOf(team.spare, 1), ...cutOf(team.writer.device, 1)];
  const rising = cuts.toSorted((left, right) => (left.device < right.device ? -1 : 1));
  const list = { at: 16 + 1, itemByteLength: 16 + 1 + chainCutByteLength };
  return [cutting(team, "cutDevice", rising), list];
};

/** Two chains of the writer's spare; behind user, count, device and count. */
const twoChains = (team: Team): readonly [LogRecord, ListAt] => {
  const chains = [chainCut(incarnationOf(1), 1), chainCut(incarnationOf(2), 1)];
  const list = { at: 16 + 1 + 16 + 1, itemByteLength: chainCutByteLength };
  return [cutting(team, "cutDevice", [{ device: team.spare.id, chains }]), list];
};

const cutOfChain = (team: Team, ...chains: readonly ChainCut[]): LogRecord =>
  cutting(team, "cutDevice", [{ device: team.spare.id, chains }]);

describe("signatures, links and names of a vault log", () => {
  const verdicts: readonly (readonly [string, (team: Team) => LogRecord, Verdict])[] = [
    [
      "a record that its author did not sign",
      ({ vault, owner, admin }) =>
        vaultRecord(vault, owner, pin, { device: impostor(owner.device, admin.device) }),
      "BadSignature",
    ],
    [
      "an equivocation with a head that the device did not sign",
      (team) => accusing(team, ([left, right]) => ({ heads: [left, forged(right)] })),
      "BadSignature",
    ],
    ["a record that leaves an index out", (team) => ownerPin(team, { index: 7 }), "LinkGap"],
    ["a record that comes again", ({ vault: { records } }) => newestOf(records), "LinkGap"],
    [
      "a record behind another predecessor",
      (team) => ownerPin(team, { previous: idAt(team, 0) }),
      "LinkForked",
    ],
    [
      "a record of another vault",
      (team) => ownerPin(team, { log: createTeam("elsewhere").vault.state.vault }),
      "WrongLog",
    ],
    [
      "a record that calls itself one of an identity log",
      (team) => ({ ...ownerPin(team), kind: LogKind.Identity }),
      "WrongLog",
    ],
    [
      "a pin of an identity head that is not here",
      (team) => pinning(team, withDevice(team.deps, team.writer).person),
      "IdentityHeadMissing",
    ],
    [
      "a policy with a version that is not known here",
      (team) => policyOf(team, { versionMin: 2 }),
      "VersionUnsupported",
    ],
    [
      "a record of a type that a policy allows",
      ({ vault, owner }) => vaultRecord(vault, owner, newType),
      "RecordUnknown",
    ],
  ];
  test.each(verdicts)("%s is answered with its own error", (_, make, verdict) => {
    const founded = createTeam("vault log");
    const team = stepped(founded, policyOf(founded, { extraTypes: [newType.number] }));
    expect(judge(team, make(team))).toBe(verdict);
  });

  test("a vault genesis that its author did not sign is refused", () => {
    const { deps, owner, admin, people } = createTeam("vault log");
    const { record } = startVault(deps, authorOf(owner), 1);
    const unsigned = resigned(record, [impostor(owner.device, admin.device)], {});
    const lookUp = identityAt(...people);
    expect(verdictOf(applyVaultRecord(undefined, record, lookUp))).toBe("accepted");
    expect(verdictOf(applyVaultRecord(undefined, unsigned, lookUp))).toBe("BadSignature");
  });

  test("a pin must name the index that its head has, whoever looks the head up", () => {
    const { vault, owner } = createTeam("vault log");
    const { user, head } = owner.state;
    const far = { user, index: head.index + 1, head: head.id };
    const record = vaultRecord(vault, owner, pin, { header: { pins: [far] } });
    const byHeadAlone = applyVaultRecord(vault.state, record, () => owner.state);
    expect(byHeadAlone).toEqual({ ok: false, error: { type: "IdentityHeadMissing", ...far } });
  });

  test("a pin must name the user whose head it is, whoever looks the head up", () => {
    const { vault, owner, admin } = createTeam("vault log");
    const { index, id } = admin.state.head;
    const swapped = { user: owner.state.user, index, head: id };
    const record = vaultRecord(vault, owner, pin, { header: { pins: [swapped] } });
    expect(verdictOf(applyVaultRecord(vault.state, record, () => admin.state))).toBe(
      "IdentityHeadMissing",
    );
  });

  test("an identity head that comes later lets the waiting record hold", () => {
    const team = createTeam("vault log");
    const { person } = withDevice(team.deps, team.writer);
    const record = pinning(team, person);
    expect(judge(team, record)).toBe("IdentityHeadMissing");
    expect(judge(team, record, person)).toBe("accepted");
  });

  test("a replay stops at the first record that breaks a rule and keeps every state before it", () => {
    const { vault, outsider, people } = createTeam("vault log");
    const broken = vaultRecord(vault, outsider, pin);
    const lookUp = identityAt(...people);
    const replayed = replayVaultLog([...vault.records, broken], lookUp);
    expect(replayed.states.at(-1)).toEqual(vault.state);
    expect(replayed.states).toHaveLength(vault.records.length);
    expect(replayed.stopped).toMatchObject({ type: "RuleViolated", record: broken.id });
  });
});

describe("malformed payloads of a vault log", () => {
  const payloads: readonly (readonly [string, (team: Team) => LogRecord])[] = [
    ["no bytes", (team) => changedBytes(team, () => new Uint8Array())],
    ["a byte too many", (team) => changedBytes(team, (bytes) => new Uint8Array([...bytes, 0]))],
    ["a byte too few", (team) => changedBytes(team, (bytes) => bytes.slice(0, -1))],
    [
      "bytes in a PIN",
      ({ vault, owner }) => vaultRecord(vault, owner, pin, { bytes: new Uint8Array(1) }),
    ],
    ["role 0", (team) => roleChange(team, team.guest, 0 as Role)],
    ["role 5", (team) => roleChange(team, team.guest, 5 as Role)],
    [
      "a chain cut at 0 with an id",
      (team) => cutOfChain(team, { ...chainCut(incarnationOf(1), 0), id: someEnvelopeId(1) }),
    ],
    [
      "a chain cut at 5 without an id",
      (team) => cutOfChain(team, { ...chainCut(incarnationOf(1), 5), id: noEnvelope }),
    ],
    [
      "an envelope head of another version",
      (team) => {
        const lawful = accusing(team);
        const headsAt = 3 * 16;
        const payload = lawful.payload.with(headsAt, 2);
        return resigned(lawful, [team.admin.device], { payload });
      },
    ],
  ];
  test.each(payloads)("a payload with %s is malformed", (_, make) => {
    const team = createTeam("vault log");
    expect(judge(team, make(team))).toBe("Malformed");
  });

  const lists: readonly (readonly [string, (team: Team) => readonly [LogRecord, ListAt]])[] = [
    ["members of a rotation", (team) => [rotating(team), membersAt]],
    ["viewers of a rotation", twoViewers],
    ["devices that are cut", twoDevices],
    ["chains that are cut", twoChains],
    ["types of a policy", (team) => [policyOf(team, { extraTypes: [98, 99] }), typesAt]],
  ];
  test.each(
    lists.flatMap(([what, make]) => [
      [what, "in falling order", withFirstTwoSwapped, make] as const,
      [what, "twice the same", withFirstTwice, make] as const,
    ]),
  )("a payload with %s %s is malformed", (_, __, change, make) => {
    const team = createTeam("vault log");
    const [lawful, list] = make(team);
    const decoded = decodeVaultPayload(lawful.type, change(lawful.payload, list));
    expect(decodeVaultPayload(lawful.type, lawful.payload).ok).toBe(true);
    expect(mustFail(decoded)).toMatchObject({ type: "Malformed", expected: "a rising list" });
  });
});
