import { cutRecord, pinRecord, plainVaultRecord, setRoleRecord } from "@duro/crypto";
import {
  authorOf,
  createPerson,
  createVault,
  type Person,
  type Vault,
  withDevice,
  withVaultRecord,
} from "@duro/crypto/testing/people";
import { addMemberRecord, type DeviceKeys, systemRandomBytes } from "@duro/crypto";
import { assert } from "@duro/crypto/types";
import { type IdentityAt, type LogRecord, Role } from "@duro/crypto/verify";
import { describe, expect, test } from "vitest";
import {
  growBranch,
  isSettledThere,
  mayComeOver,
  type OtherBranch,
  resolveOf,
} from "./otherBranch.ts";

const deps = { randomBytes: systemRandomBytes };

const founder = createPerson(deps);
const { person: ada, device: second } = withDevice(deps, founder);
const bob = createPerson(deps);
const people = [ada, bob];

const shared = (role: Role): Vault => {
  const founded = createVault(deps, founder);
  const pinned = withVaultRecord(
    founded,
    pinRecord(founded.state, authorOf(ada), [ada.state]),
    people,
  );
  const joining = { identity: bob.state, role };
  const added = addMemberRecord(deps, pinned.state, authorOf(ada), joining, pinned.key);
  return withVaultRecord(pinned, added, people);
};

const identityAt: IdentityAt = ({ user, index, head }) => {
  const state = people.find((person) => person.state.user === user)?.states[index];
  return state?.head.id === head ? state : undefined;
};
const identity = (user: string) => people.find((person) => person.state.user === user)?.state;

const by = (person: Person, device: DeviceKeys = person.device) => ({
  device,
  identity: person.state,
});

const grow = (vault: Vault, ...makes: ((state: Vault["state"]) => LogRecord)[]): OtherBranch => {
  let branch: OtherBranch | undefined;
  for (const make of makes) {
    const record = make(branch?.state ?? vault.state);
    const next = growBranch(branch ?? { common: vault.state }, record, identityAt);
    assert(next.ok, "it holds");
    branch = next.value;
  }
  assert(branch !== undefined, "a branch has a record");
  return branch;
};

const oursWith = (vault: Vault, make: (state: Vault["state"]) => LogRecord) => {
  const record = make(vault.state);
  const { state } = withVaultRecord(vault, record, people);
  return { state, resolves: resolveOf(record) };
};

const resolve =
  (vault: Vault, fallen: Vault["state"], author = by(ada)) =>
  (state: Vault["state"]): LogRecord =>
    plainVaultRecord(state, author, {
      type: "resolve",
      common: vault.state.head,
      fallen: fallen.head,
    });

const pin =
  (author = by(ada)) =>
  (state: Vault["state"]) =>
    pinRecord(state, author, [author.identity]);

describe("a branch of ours that an owner says has fallen", () => {
  test("is left", () => {
    const vault = shared(Role.Writer);
    const ours = oursWith(vault, pin());
    const other = grow(vault, pin(by(ada, second)), resolve(vault, ours.state));
    expect(mayComeOver(ours, other, identity)).toBe(true);
  });

  test("is not left for a branch on which nobody has said so", () => {
    const vault = shared(Role.Writer);
    const ours = oursWith(vault, pin());
    const other = grow(vault, pin(by(ada, second)));
    expect(isSettledThere(ours, other, identity)).toBe(false);
  });

  test("is not left where another record is named", () => {
    const vault = shared(Role.Writer);
    const ours = oursWith(vault, pin());
    const third = oursWith(vault, (state) => pinRecord(state, by(bob), [bob.state]));
    const other = grow(vault, pin(by(ada, second)), resolve(vault, third.state));
    expect(isSettledThere(ours, other, identity)).toBe(false);
  });

  test("where it says the same of the other, is left by the word that knew of that one", () => {
    const vault = shared(Role.Writer);
    const before = grow(vault, pin(by(ada, second)));
    const first = oursWith(vault, pin());
    const countered = withVaultRecord(
      withVaultRecord(vault, pin()(vault.state), people),
      resolve(vault, before.state)(first.state),
      people,
    );
    const ours = {
      state: countered.state,
      resolves: resolveOf(countered.records.at(-1) ?? pin()(first.state)),
    };
    const unknowing = grow(vault, pin(by(ada, second)), (state) =>
      plainVaultRecord(state, by(ada), {
        type: "resolve",
        common: vault.state.head,
        fallen: recordAt(ours.state, vault.state.head.index + 1),
      }),
    );
    expect(isSettledThere(ours, unknowing, identity)).toBe(false);
    const knowing = grow(vault, pin(by(ada, second)), resolve(vault, ours.state));
    expect(isSettledThere(ours, knowing, identity)).toBe(true);
  });
});

const recordAt = ({ indexByRecord }: Vault["state"], index: number) => {
  const found = [...indexByRecord].find(([, at]) => at === index);
  assert(found !== undefined, "it has so many");
  return { index, id: found[0] };
};

describe("a fork is not settled", () => {
  test("by a device that ours has cut", () => {
    const vault = shared(Role.Writer);
    const ours = oursWith(vault, (state) =>
      cutRecord(state, by(ada), "cutDevice", {
        identity: ada.state,
        cuts: [{ device: second.id, chains: [] }],
      }),
    );
    const other = grow(vault, pin(by(ada, second)), resolve(vault, ours.state, by(ada, second)));
    expect(isSettledThere(ours, other, identity)).toBe(false);
  });

  test("by somebody who is no owner any more by ours", () => {
    const vault = shared(Role.Owner);
    const ours = oursWith(vault, (state) =>
      setRoleRecord(state, by(bob), { identity: bob.state, role: Role.Writer, cuts: [] }),
    );
    const other = grow(vault, pin(), resolve(vault, ours.state, by(bob)));
    expect(isSettledThere(ours, other, identity)).toBe(false);
  });
});

describe("what the other branch would give back", () => {
  test("is a role that was lowered, until it is lowered there as well", () => {
    const vault = shared(Role.Admin);
    const lower = oursWith(vault, (state) =>
      setRoleRecord(state, by(ada), { identity: bob.state, role: Role.Viewer, cuts: [] }),
    );
    const other = grow(vault, pin(by(ada, second)), resolve(vault, lower.state));
    expect(isSettledThere(lower, other, identity)).toBe(true);
    expect(mayComeOver(lower, other, identity)).toBe(false);
    const again = grow(vault, pin(by(ada, second)), resolve(vault, lower.state), (state) =>
      setRoleRecord(state, by(ada), { identity: bob.state, role: Role.Viewer, cuts: [] }),
    );
    expect(mayComeOver(lower, again, identity)).toBe(true);
  });
});
