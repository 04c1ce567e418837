import { describe, expect, test } from "vitest";
import type { SignedHead } from "../envelope/envelope.ts";
import { noEnvelope, noRecord } from "../ids.ts";
import { saltByteLength } from "../sizes.ts";
import {
  accusing,
  addedOutsider,
  beginning,
  cutting,
  judge,
  newType,
  pin,
  pinning,
  policyOf,
  removing,
  roleChange,
  rotating,
  stepped,
  ungranting,
} from "../testing/moves.ts";
import { authorOf, identityAt, incarnationOf, type Person, withDevice } from "../testing/people.ts";
import {
  chainCut,
  cutOf,
  impostor,
  pinsOf,
  resigned,
  type RuleCases,
  ruleRows,
  someEnvelopeId,
  type VaultPayloadOf,
  vaultPayloadOf,
  vaultRecord,
  type Verdict,
  verdictOf,
} from "../testing/records.ts";
import type { VaultFormRule } from "../testing/rules.ts";
import { createTeam, type Team } from "../testing/team.ts";
import { startVault } from "./authorVault.ts";
import { cosignRecord, LogKind, type LogRecord, type RecordHeader } from "./record.ts";
import { applyVaultRecord, replayVaultLog } from "./vaultLog.ts";
import { type ChainCut, Role, VaultType } from "./vaultRecords.ts";

/** The person as an earlier reader knew them. */
const withState = (person: Person, index: number): Person => {
  const state = person.states[index];
  if (state === undefined) throw new RangeError("the log has that record");
  return { ...person, state };
};

/** Two lives of the writer that part ways after what the vault has pinned. */
const forkOf = ({ deps, writer }: Team): readonly [Person, Person] => [
  withDevice(deps, writer).person,
  withDevice(deps, writer).person,
];

const resolving = (
  { vault, owner }: Team,
  change: Partial<VaultPayloadOf<"resolve">> = {},
): LogRecord => {
  const [first, second] = vault.records;
  if (first === undefined || second === undefined) throw new RangeError("a team has records");
  const fallen = resigned(second, [owner.device], { header: { type: VaultType.Pin } });
  return vaultRecord(vault, owner, {
    type: "resolve",
    common: { index: 0, id: first.id },
    fallen: { index: 1, id: fallen.id },
    ...change,
  });
};

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

const cases: Record<VaultFormRule, RuleCases<Team>> = {
  "ID1 a log begins with a genesis, and only there": {
    refused: {
      "a vault log that begins with another record": (team) => {
        const record = vaultRecord(team.vault, team.owner, pin);
        return verdictOf(applyVaultRecord(undefined, record, identityAt(...team.people)));
      },
      "a vault genesis at index 1": (team) => beginning(team, { index: 1 }),
      "a vault genesis that follows a record": (team) =>
        beginning(team, { previous: team.vault.state.head.id }),
      "a second vault genesis": (team) => {
        const { record } = startVault(team.deps, authorOf(team.owner), 1);
        return judge(team, vaultRecord(team.vault, team.owner, vaultPayloadOf(record, "genesis")));
      },
    },
    accepted: {
      "a vault genesis at index 0 that follows nothing": (team) =>
        beginning(team, { index: 0, previous: noRecord }),
    },
  },
  "ID2 the log's name follows from its genesis": {
    refused: {
      "a vault log under another vault's name": (team) =>
        beginning(team, { log: team.vault.state.vault }),
      "a vault log with another salt than its name was made from": (team) =>
        beginning(team, {}, { salt: new Uint8Array(saltByteLength) }),
      "a vault log that somebody else begins under the creator's name for it": (team) => {
        const { record } = startVault(team.deps, authorOf(team.owner), 1);
        const author = { user: team.admin.state.user, device: team.admin.device.id };
        const stolen = resigned(record, [team.admin.device], {
          header: { author, pins: pinsOf(team.admin) },
        });
        return verdictOf(applyVaultRecord(undefined, stolen, identityAt(...team.people)));
      },
    },
    accepted: { "a vault log under the name that its genesis makes": (team) => beginning(team) },
  },
  "VL1 pins name exactly the users relied on": {
    refused: {
      "a new member who is not pinned": (team) =>
        judge(
          team,
          vaultRecord(team.vault, team.owner, vaultPayloadOf(addedOutsider(team), "addMember")),
        ),
      "a pin of a member on whom the record does not rely": (team) =>
        judge(
          team,
          vaultRecord(team.vault, team.owner, vaultPayloadOf(addedOutsider(team), "addMember"), {
            reliedOn: [team.outsider, team.writer],
          }),
        ),
      "a PIN record that pins a user who is no member": (team) =>
        judge(team, vaultRecord(team.vault, team.owner, pin, { reliedOn: [team.outsider] })),
      "a vault genesis that pins a second user": (team) =>
        beginning(team, { pins: pinsOf(team.owner, team.admin) }),
      "a vault genesis that pins nobody": (team) => beginning(team, { pins: [] }),
    },
    accepted: {
      "a new member who is pinned": (team) => judge(team, addedOutsider(team)),
      "a PIN record that pins some members": (team) =>
        judge(team, vaultRecord(team.vault, team.owner, pin, { reliedOn: [team.writer] })),
    },
  },
  "VL2 a pin never goes back or to another branch": {
    refused: {
      "a pin of an older identity head": (team) =>
        judge(team, pinning(team, withState(team.writer, 0))),
      "a pin of the same index on another branch of the identity log": (team) => {
        const [parent, branch] = forkOf(team);
        const pinned = stepped(team, pinning(team, parent), parent);
        return judge(pinned, pinning(pinned, branch), branch);
      },
    },
    accepted: {
      "a pin of the same identity head": (team) => judge(team, pinning(team, team.writer)),
      "a pin of a newer identity head": (team) => {
        const { person } = withDevice(team.deps, team.writer);
        return judge(team, pinning(team, person), person);
      },
    },
  },
  "VL16 both branches share the record named": {
    refused: {
      "a fork behind a record that is not ours": (team) =>
        judge(team, resolving(team, { common: { index: 0, id: rotating(team).id } })),
      "a fork behind a record of ours at another index": (team) =>
        judge(team, resolving(team, { common: { index: 1, id: idAt(team, 0) } })),
      "a fallen branch that is ours": (team) =>
        judge(team, resolving(team, { fallen: { index: 1, id: idAt(team, 1) } })),
      "a fallen branch that ends where the fork is": (team) =>
        judge(team, resolving(team, { fallen: { index: 0, id: rotating(team).id } })),
    },
    accepted: {
      "a fork behind a record of ours, and a head that is not": (team) =>
        judge(team, resolving(team)),
    },
  },
  "VL17 a version is only raised": {
    refused: {
      "a policy with a lower version": (team) => judge(team, policyOf(team, { versionMin: 0 })),
      "a policy that names a type of version 1": (team) =>
        judge(team, policyOf(team, { extraTypes: [VaultType.Rotate, 99] })),
      "a vault genesis with version 0": (team) => beginning(team, {}, { versionMin: 0 }),
      "a vault genesis with a version that does not exist": (team) =>
        beginning(team, {}, { versionMin: 2 }),
    },
    accepted: {
      "a policy with the same version": (team) => judge(team, policyOf(team, { versionMin: 1 })),
      "a policy that names a new type": (team) => judge(team, policyOf(team, { extraTypes: [99] })),
    },
  },
  "VL21 every signature is one the record needs": {
    refused: {
      "a record that a second device signed too": (team) =>
        judge(team, cosignRecord(vaultRecord(team.vault, team.writer, pin), team.spare)),
      "a vault genesis that a second device signed too": (team) => {
        const { record } = startVault(team.deps, authorOf(team.writer), 1);
        const cosigned = cosignRecord(record, team.spare);
        return verdictOf(applyVaultRecord(undefined, cosigned, identityAt(...team.people)));
      },
    },
    accepted: {
      "a record that its author alone signed": (team) =>
        judge(team, vaultRecord(team.vault, team.writer, pin)),
    },
  },
  "VL22 a new type of record needs a policy first": {
    refused: {
      "a record of a new type without a policy": (team) =>
        judge(team, vaultRecord(team.vault, team.owner, { type: "unknown", number: 99 })),
      "a record of a new type under a policy for another": (team) => {
        const allowed = stepped(team, policyOf(team, { extraTypes: [98] }));
        return judge(allowed, vaultRecord(allowed.vault, team.owner, newType));
      },
    },
    accepted: {},
  },
};

describe("form, pins and versions of a vault log", () => {
  test.each(ruleRows(cases))("%s", (_, judged, verdict) => {
    expect(judged(createTeam("vaultLog"))).toBe(verdict);
  });

  test("a refusal names the log, the index and the record that broke the rule", () => {
    const { vault, outsider, people } = createTeam("vault log");
    const record = vaultRecord(vault, outsider, pin);
    expect(applyVaultRecord(vault.state, record, identityAt(...people))).toEqual({
      ok: false,
      error: {
        type: "RuleViolated",
        rule: "VL3 the author is an active full device of a member",
        log: vault.state.vault,
        index: 5,
        record: record.id,
      },
    });
  });
});

describe("signatures, links and names of a vault log", () => {
  const pinned = ({ vault, owner }: Team, header: Partial<RecordHeader> = {}): LogRecord =>
    vaultRecord(vault, owner, pin, { header });

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
    ["a record that leaves an index out", (team) => pinned(team, { index: 7 }), "LinkGap"],
    ["a record that comes again", ({ vault: { records } }) => newestOf(records), "LinkGap"],
    [
      "a record behind another predecessor",
      (team) => pinned(team, { previous: idAt(team, 0) }),
      "LinkForked",
    ],
    [
      "a record of another vault",
      (team) => pinned(team, { log: createTeam("elsewhere").vault.state.vault }),
      "WrongLog",
    ],
    [
      "a record that calls itself one of an identity log",
      (team) => ({ ...pinned(team), kind: LogKind.Identity }),
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
  const changedBytes = (team: Team, change: (bytes: Uint8Array) => Uint8Array): LogRecord => {
    const lawful = rotating(team);
    return resigned(lawful, [team.owner.device], { payload: change(lawful.payload) });
  };
  const cutOfChain = (team: Team, ...chains: readonly ChainCut[]): LogRecord =>
    cutting(team, "cutDevice", [{ device: team.spare.id, chains }]);

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
      "members in falling order",
      (team) => rotating(team, { change: (it) => ({ members: it.members.toReversed() }) }),
    ],
    [
      "a member boxed twice",
      (team) =>
        rotating(team, { change: (it) => ({ members: it.members.flatMap((box) => [box, box]) }) }),
    ],
    [
      "a viewer boxed twice",
      (team) =>
        rotating(team, { change: (it) => ({ viewers: it.viewers.flatMap((box) => [box, box]) }) }),
    ],
    [
      "a device cut twice",
      (team) => cutting(team, "cutDevice", [...cutOf(team.spare, 1), ...cutOf(team.spare, 2)]),
    ],
    [
      "a chain cut twice",
      (team) => cutOfChain(team, chainCut(incarnationOf(1), 1), chainCut(incarnationOf(1), 2)),
    ],
    [
      "chains in falling order",
      (team) => cutOfChain(team, chainCut(incarnationOf(2), 1), chainCut(incarnationOf(1), 1)),
    ],
    [
      "a chain cut at 0 with an id",
      (team) => cutOfChain(team, { ...chainCut(incarnationOf(1), 0), id: someEnvelopeId(1) }),
    ],
    [
      "a chain cut at 5 without an id",
      (team) => cutOfChain(team, { ...chainCut(incarnationOf(1), 5), id: noEnvelope }),
    ],
    ["a type allowed twice", (team) => policyOf(team, { extraTypes: [99, 99] })],
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
});

describe("what a vault log says", () => {
  test("a state is not changed by the record that follows it", () => {
    const team = createTeam("vault log");
    const before = team.vault.state;
    const frozen = structuredClone(before);
    for (const record of [
      addedOutsider(team),
      rotating(team),
      removing(team, team.writer),
      cutting(team, "cutDevice", cutOf(team.spare, 5)),
      ungranting(team, team.writer, team.phone),
      policyOf(team, { extraTypes: [99] }),
    ])
      expect(judge(team, record)).toBe("accepted");
    expect(before).toEqual(frozen);
  });

  test("the pins in force are the newest ones that records named", () => {
    const team = createTeam("vault log");
    const { person } = withDevice(team.deps, team.writer);
    const pinned = stepped(team, pinning(team, person), person);
    const { index, id } = person.state.head;
    const { user } = person.state;
    expect(pinned.vault.state.pins.get(user)).toEqual({ user, index, head: id });
    expect(team.vault.state.pins.get(user)?.index).toBe(index - 1);
  });

  test("a RESOLVE changes nothing but the head", () => {
    const team = createTeam("vault log");
    const { vault } = stepped(team, resolving(team));
    const { head, indexByRecord, ...rest } = vault.state;
    expect(head.index).toBe(team.vault.state.head.index + 1);
    expect(indexByRecord.get(head.id)).toBe(head.index);
    expect(team.vault.state).toMatchObject(rest);
  });
});
