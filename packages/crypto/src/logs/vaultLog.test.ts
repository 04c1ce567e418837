import { describe, expect, test } from "vitest";
import { noRecord } from "../ids.ts";
import { saltByteLength } from "../sizes.ts";
import { authorOf, identityAt, type Person, withDevice } from "../testing/people.ts";
import {
  cutOf,
  pinsOf,
  resigned,
  type RuleCases,
  ruleRows,
  type VaultPayloadOf,
  vaultPayloadOf,
  vaultRecord,
  verdictOf,
} from "../testing/records.ts";
import type { VaultFormRule } from "../testing/rules.ts";
import { createTeam, type Team } from "../testing/team.ts";
import {
  addedOutsider,
  beginningVault,
  cutting,
  judge,
  newType,
  pin,
  pinning,
  policyOf,
  removing,
  rotating,
  stepped,
  ungranting,
} from "../testing/vaultMoves.ts";
import { startVault } from "./authorVault.ts";
import { cosignRecord, type LogRecord } from "./record.ts";
import { applyVaultRecord } from "./vaultLog.ts";
import { VaultType } from "./vaultRecords.ts";

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

const idAt = ({ vault }: Team, index: number) => vault.records[index]?.id ?? noRecord;

const cases: Record<VaultFormRule, RuleCases<Team>> = {
  "ID1 a log begins with a genesis, and only there": {
    refused: {
      "a vault log that begins with another record": (team) => {
        const record = vaultRecord(team.vault, team.owner, pin);
        return verdictOf(applyVaultRecord(undefined, record, identityAt(...team.people)));
      },
      "a vault genesis at index 1": (team) => beginningVault(team, { index: 1 }),
      "a vault genesis that follows a record": (team) =>
        beginningVault(team, { previous: team.vault.state.head.id }),
      "a second vault genesis": (team) => {
        const { record } = startVault(team.deps, authorOf(team.owner), 1);
        return judge(team, vaultRecord(team.vault, team.owner, vaultPayloadOf(record, "genesis")));
      },
    },
    accepted: {
      "a vault genesis at index 0 that follows nothing": (team) =>
        beginningVault(team, { index: 0, previous: noRecord }),
    },
  },
  "ID2 the log's name follows from its genesis": {
    refused: {
      "a vault log under another vault's name": (team) =>
        beginningVault(team, { log: team.vault.state.vault }),
      "a vault log with another salt than its name was made from": (team) =>
        beginningVault(team, {}, { salt: new Uint8Array(saltByteLength) }),
      "a vault log that somebody else begins under the creator's name for it": (team) => {
        const { record } = startVault(team.deps, authorOf(team.owner), 1);
        const author = { user: team.admin.state.user, device: team.admin.device.id };
        const stolen = resigned(record, [team.admin.device], {
          header: { author, pins: pinsOf(team.admin) },
        });
        return verdictOf(applyVaultRecord(undefined, stolen, identityAt(...team.people)));
      },
    },
    accepted: {
      "a vault log under the name that its genesis makes": (team) => beginningVault(team),
    },
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
        beginningVault(team, { pins: pinsOf(team.owner, team.admin) }),
      "a vault genesis that pins another than its author": (team) =>
        beginningVault(team, { pins: pinsOf(team.admin) }),
      "a vault genesis that pins nobody": (team) => beginningVault(team, { pins: [] }),
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
      "a vault genesis with version 0": (team) => beginningVault(team, {}, { versionMin: 0 }),
      "a vault genesis with a version that does not exist": (team) =>
        beginningVault(team, {}, { versionMin: 2 }),
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
