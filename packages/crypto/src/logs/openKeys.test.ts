import { describe, expect, test } from "vitest";
import { bytesToHex } from "../bytes/hex.ts";
import { sealBox } from "../keys/box.ts";
import { createDeviceKeys, type DeviceKeys } from "../keys/deviceKeys.ts";
import { type VaultKey, vaultKeyBoxContext, vaultKeyWrapContext } from "../keys/vaultKey.ts";
import { openWrap } from "../keys/wrap.ts";
import { secret, type Secret } from "../secret.ts";
import { keyByteLength } from "../sizes.ts";
import { withBitFlipped } from "../testing/flips.ts";
import { outcomeOf } from "../testing/outcome.ts";
import {
  authorOf,
  createPerson,
  type Deps,
  keysOf,
  must,
  type Person,
  withDevice,
  withoutDevice,
  withRecord,
} from "../testing/people.ts";
import {
  cutOf,
  identityPayloadOf,
  identityRecord,
  vaultPayloadOf,
  vaultRecord,
} from "../testing/records.ts";
import { seededRandomBytes } from "../testing/seededRandomBytes.ts";
import { addingOf, createTeam, type Team } from "../testing/team.ts";
import {
  addedOutsider,
  afterRemoval,
  afterRevocation,
  anyBox,
  cutting,
  memberBoxFor,
  policyOf,
  rotated,
  rotating,
  stepped,
  ungranting,
} from "../testing/vaultMoves.ts";
import { revokeDeviceRecord } from "./authorIdentity.ts";
import { boxRecord } from "./authorVault.ts";
import { currentGeneration } from "./identityLog.ts";
import { DeviceScope } from "./kinds.ts";
import {
  type OpenedKeys,
  openUserKeys,
  openVaultKey,
  openVaultKeys,
  type VaultReader,
} from "./openKeys.ts";
import { Role, type Rotation } from "./vaultRecords.ts";

const numbersOf = <Key>({ keys }: OpenedKeys<Key>): readonly number[] =>
  [...keys.keys()].toSorted((left, right) => left - right);

const revealed = (key: { readonly key: Secret<Uint8Array> } | undefined): string =>
  key === undefined ? "no key" : bytesToHex(key.key.reveal());

const flipped = <Bytes extends Uint8Array>(bytes: Bytes): Bytes =>
  withBitFlipped(bytes, 0) as Bytes;

const memberReader = (person: Person, device: DeviceKeys) => ({
  kind: "member" as const,
  user: person.state.user,
  userKeys: openUserKeys(person.state, device).keys,
});

const rotatedTwice = (at: Team): Team => rotated(rotated(at));

const keyOf = ({ vault, owner }: Team, epoch: number): VaultKey => {
  const key = keysOf(vault, owner).keys.get(epoch);
  if (key === undefined) throw new RangeError("the owner holds every key");
  return key;
};

/** Two devices came and went, so the third generation is current. */
const grown = (): { readonly deps: Deps; readonly person: Person; readonly gone: DeviceKeys } => {
  const deps = { randomBytes: seededRandomBytes("generations") };
  const first = withDevice(deps, createPerson(deps));
  const second = withDevice(deps, withoutDevice(deps, first.person, first.device));
  return {
    deps,
    person: withoutDevice(deps, second.person, second.device),
    gone: second.device,
  };
};

const removal = (): Team => afterRemoval(createTeam("removal"));

/** A rotation by the owner that holds the admin's box where the guest's should be. */
const withBadBox = (): Team => {
  const at = createTeam("bad box");
  const change = ({ members }: Rotation): Partial<Rotation> => {
    const other = members.find(({ user }) => user === at.admin.state.user)?.box;
    return {
      members: members.map((member) =>
        member.user === at.guest.state.user && other !== undefined
          ? { ...member, box: other }
          : member,
      ),
    };
  };
  return stepped(at, rotating(at, { change }));
};

const viewer = ({ writer, phone }: Team): VaultReader => ({
  kind: "viewer",
  user: writer.state.user,
  device: phone,
});

describe("generations of a user key", () => {
  test("a new device opens every generation, the older ones through the wraps", () => {
    const { deps, person } = grown();
    const { person: joined, device } = withDevice(deps, person);
    expect(joined.state.generations.map(({ boxes }) => boxes.has(device.id))).toEqual([
      false,
      false,
      true,
    ]);
    const opened = openUserKeys(joined.state, device);
    expect(opened.failures).toEqual([]);
    expect(numbersOf(opened)).toEqual([1, 2, 3]);
    expect(revealed(opened.keys.get(3))).toBe(revealed(person.userKeys));
  });

  test("what is opened has the public halves and the commitment that the log names", () => {
    const { person } = grown();
    const { keys } = openUserKeys(person.state, person.device);
    for (const generation of person.state.generations) {
      const { signKey, kemKey, commitment } = generation;
      expect(keys.get(generation.generation)).toMatchObject({ signKey, kemKey, commitment });
    }
  });

  test("a revoked device opens the generations it had a box of, and no later one", () => {
    const { person, gone } = grown();
    const opened = openUserKeys(person.state, gone);
    expect(numbersOf(opened)).toEqual([1, 2]);
    expect(opened.failures).toEqual([{ type: "NoBox", of: person.state.user, at: 3 }]);
  });

  test("a viewer device opens none", () => {
    const { deps, person } = grown();
    const { person: joined, device } = withDevice(deps, person, DeviceScope.Viewer);
    const opened = openUserKeys(joined.state, device);
    expect(opened.keys.size).toBe(0);
    expect(opened.failures.map(({ type }) => type)).toEqual(["NoBox", "NoBox", "NoBox"]);
  });

  test("another device's box opens nothing", () => {
    const { deps, person, gone } = grown();
    const [other] = person.state.generations.at(-1)?.boxes.keys() ?? [];
    const posing = { ...createDeviceKeys(deps), id: other ?? gone.id };
    expect(openUserKeys(person.state, posing).failures[0]).toEqual({ type: "BoxBroken", at: 3 });
  });

  test("a wrap that was changed hides older generations from a device that came later", () => {
    const { deps, person } = grown();
    const { person: joined, device } = withDevice(deps, person);
    const revoked = revokeDeviceRecord(
      deps,
      joined.state,
      joined.device,
      device.id,
      joined.userKeys,
    );
    const payload = identityPayloadOf(revoked.record, "revokeDevice");
    const tampered = identityRecord(joined, { ...payload, wrap: flipped(payload.wrap) });
    const later = withDevice(deps, withRecord(joined, tampered, revoked.userKeys));
    const opened = openUserKeys(later.person.state, later.device);
    expect(numbersOf(opened)).toEqual([4]);
    expect(opened.failures.map(({ type, at }) => [type, at])).toEqual([
      ["WrapBroken", 3],
      ["NoBox", 2],
      ["NoBox", 1],
    ]);
    expect(numbersOf(openUserKeys(later.person.state, joined.device))).toEqual([1, 2, 3, 4]);
  });
});

describe("epochs of a vault key", () => {
  test("a member opens every epoch, each with the commitment that the log names", () => {
    const at = rotatedTwice(createTeam("epochs"));
    const opened = keysOf(at.vault, at.owner);
    expect(opened.failures).toEqual([]);
    expect(numbersOf(opened)).toEqual([1, 2, 3]);
    for (const { epoch, commitment } of at.vault.state.epochs)
      expect(opened.keys.get(epoch)?.commitment).toEqual(commitment);
    expect(revealed(opened.keys.get(3))).toBe(revealed(at.vault.key));
  });

  test("every full device of a member opens them", () => {
    const at = rotatedTwice(createTeam("epochs"));
    expect(numbersOf(keysOf(at.vault, at.writer, at.spare))).toEqual([1, 2, 3]);
  });

  test("a member who is added later reads the earlier epochs through the wraps", () => {
    const at = rotatedTwice(createTeam("epochs"));
    const joined = stepped(at, addingOf(at, at.owner, at.outsider));
    const opened = keysOf(joined.vault, at.outsider);
    expect(opened.failures).toEqual([]);
    expect(numbersOf(opened)).toEqual([1, 2, 3]);
    const boxed = joined.vault.state.epochs.filter(({ memberBoxes }) =>
      memberBoxes.has(at.outsider.state.user),
    );
    expect(boxed.map(({ epoch }) => epoch)).toEqual([3]);
  });

  test("a member whose user key has moved on opens what was boxed to the older one", () => {
    const before = afterRevocation(createTeam("epochs"));
    const at = stepped(before, cutting(before, "cutDevice", cutOf(before.spare, 5)));
    expect(numbersOf(keysOf(at.vault, at.writer))).toEqual([1]);
    const after = rotated(at);
    expect(numbersOf(keysOf(after.vault, at.writer))).toEqual([1, 2]);
  });

  test("a revoked device does not open the epoch after its revocation", () => {
    const before = afterRevocation(createTeam("epochs"));
    const after = rotated(stepped(before, cutting(before, "cutDevice", cutOf(before.spare, 5))));
    const opened = keysOf(after.vault, after.writer, after.spare);
    expect(numbersOf(opened)).toEqual([1]);
    expect(opened.failures.map(({ type, at }) => [type, at])).toEqual([["NoBox", 2]]);
  });

  test("somebody who is no member opens nothing", () => {
    const { vault, outsider } = createTeam("epochs");
    const opened = keysOf(vault, outsider);
    expect(opened.keys.size).toBe(0);
    expect(opened.failures.map(({ type }) => type)).toEqual(["NoBox"]);
  });
});

describe("the epoch after a removal", () => {
  test("has no box for the removed member, who still opens the epoch before", () => {
    const { vault, writer } = removal();
    const opened = keysOf(vault, writer);
    expect(numbersOf(opened)).toEqual([1]);
    expect(opened.failures).toEqual([{ type: "NoBox", of: vault.state.vault, at: 2 }]);
  });

  test("opens to no key that the removed member ever had, whosever box they try", () => {
    const { vault, writer, spare, phone } = removal();
    const { userKeys } = memberReader(writer, spare);
    const { user } = writer.state;
    const readers: readonly VaultReader[] = [
      ...[...vault.state.members.keys()].map(
        (member) => ({ kind: "member", user: member, userKeys }) as const,
      ),
      ...[writer.device, spare, phone].map((device) => ({ kind: "viewer", user, device }) as const),
    ];
    const outcomes = readers.map((reader) => outcomeOf(openVaultKey(vault.state, reader, 2)));
    expect(outcomes).toEqual(["BoxBroken", "BoxBroken", "BoxBroken", "NoBox", "NoBox", "NoBox"]);
  });

  test("does not come out of the wrap and the key of the epoch before", () => {
    const { vault, writer } = removal();
    const known = keysOf(vault, writer).keys.get(1);
    const [first, second] = vault.state.epochs;
    if (known === undefined || first === undefined || second?.wrap === undefined)
      throw new RangeError("a removal leaves two epochs");
    const { vault: id } = vault.state;
    for (const { epoch, commitment } of [first, second]) {
      const context = vaultKeyWrapContext({ vault: id, epoch, commitment });
      expect(outcomeOf(openWrap(known.key, context, second.wrap))).toBe("WrapBroken");
    }
  });

  test("opens to those who remain", () => {
    const { vault, owner, admin, guest } = removal();
    for (const person of [owner, admin, guest])
      expect(numbersOf(keysOf(vault, person))).toEqual([1, 2]);
  });
});

describe("bad boxes and wraps", () => {
  test("a bad box hides its epoch and no other", () => {
    const { vault, guest } = withBadBox();
    const opened = keysOf(vault, guest);
    expect(numbersOf(opened)).toEqual([1]);
    expect(opened.failures).toEqual([{ type: "BoxBroken", at: 2 }]);
  });

  test("a BOX record of another member mends a bad box", () => {
    const at = withBadBox();
    const { deps, vault, admin, guest } = at;
    const key = keysOf(vault, admin).keys.get(2);
    if (key === undefined) throw new RangeError("the admin holds the key");
    const mended = stepped(at, boxRecord(deps, vault.state, authorOf(admin), guest.state, key));
    const opened = keysOf(mended.vault, guest);
    expect(opened.failures).toEqual([]);
    expect(revealed(opened.keys.get(2))).toBe(revealed(key));
  });

  test("a bad box that is posted behind a good one hides nothing", () => {
    const at = createTeam("bad box");
    const bad = { ...memberBoxFor(at, at.guest), box: flipped(anyBox(at)) };
    const payload = { type: "box", epoch: 1, members: [bad], viewers: [] } as const;
    const after = stepped(at, vaultRecord(at.vault, at.writer, payload, { reliedOn: [at.guest] }));
    expect(after.vault.state.epochs[0]?.memberBoxes.get(at.guest.state.user)).toHaveLength(2);
    expect(numbersOf(keysOf(after.vault, at.guest))).toEqual([1]);
  });

  test("a box that stood in another record opens nothing", () => {
    const at = createTeam("bad box");
    const { member } = vaultPayloadOf(addedOutsider(at), "addMember");
    const elsewhere = stepped(at, policyOf(at, {}));
    const payload = { type: "addMember", role: Role.Viewer, member } as const;
    const moved = vaultRecord(elsewhere.vault, at.owner, payload, { reliedOn: [at.outsider] });
    const opened = keysOf(stepped(elsewhere, moved).vault, at.outsider);
    expect(opened.failures).toEqual([{ type: "BoxBroken", at: 1 }]);
  });

  test("a box with another key than the one committed to opens nothing", () => {
    const at = createTeam("bad box");
    const { vault, owner, outsider, deps } = at;
    const { state } = vault;
    const { kemKey } = currentGeneration(outsider.state);
    const context = vaultKeyBoxContext({
      vault: state.vault,
      epoch: 1,
      previous: state.head.id,
      recipient: {
        kind: "member",
        user: outsider.state.user,
        generation: 1,
        identityHead: outsider.state.head.id,
      },
      commitment: vault.key.commitment,
    });
    const box = must(sealBox(deps, kemKey, context, secret(deps.randomBytes(keyByteLength))));
    const member = { user: outsider.state.user, generation: 1, box };
    const payload = { type: "addMember", role: Role.Viewer, member } as const;
    const record = vaultRecord(vault, owner, payload, { reliedOn: [outsider] });
    expect(keysOf(stepped(at, record).vault, outsider).failures).toEqual([
      { type: "KeyCommitmentMismatch", at: 1 },
    ]);
  });

  test("a wrap that was changed says at which epoch, and what is newer stays readable", () => {
    const at = createTeam("bad wrap");
    const tampered = stepped(at, rotating(at, { change: ({ wrap }) => ({ wrap: flipped(wrap) }) }));
    const newest = rotated({ ...tampered, vault: { ...tampered.vault, key: keyOf(tampered, 2) } });
    const joined = stepped(newest, addingOf(newest, newest.owner, newest.outsider));
    const opened = keysOf(joined.vault, at.outsider);
    expect(numbersOf(opened)).toEqual([2, 3]);
    expect(opened.failures).toEqual([{ type: "WrapBroken", at: 1 }]);
  });

  test("a wrap that was changed hides nothing from those who have a box of the epoch before", () => {
    const at = createTeam("bad wrap");
    const tampered = stepped(at, rotating(at, { change: ({ wrap }) => ({ wrap: flipped(wrap) }) }));
    const opened = keysOf(tampered.vault, at.guest);
    expect(numbersOf(opened)).toEqual([1, 2]);
    // It is named all the same: only those who hold both keys can tell before a newcomer needs it.
    expect(opened.failures).toEqual([{ type: "WrapBroken", at: 1 }]);
  });
});

describe("granted viewers", () => {
  test("a granted viewer opens with its own key, before and after a rotation", () => {
    const at = createTeam("viewers");
    expect(numbersOf(openVaultKeys(at.vault.state, viewer(at)))).toEqual([1]);
    expect(numbersOf(openVaultKeys(rotated(at).vault.state, viewer(at)))).toEqual([1, 2]);
  });

  test("a viewer that is granted no longer does not open the next epoch", () => {
    const at = createTeam("viewers");
    const after = rotated(stepped(at, ungranting(at, at.writer, at.phone)));
    const opened = openVaultKeys(after.vault.state, viewer(at));
    expect(numbersOf(opened)).toEqual([1]);
    expect(opened.failures.map(({ type }) => type)).toEqual(["NoBox"]);
  });

  test("a viewer's box opens to nobody else who calls themselves that device", () => {
    const at = createTeam("viewers");
    const posing = { ...createDeviceKeys(at.deps), id: at.phone.id };
    const reader: VaultReader = { kind: "viewer", user: at.writer.state.user, device: posing };
    expect(openVaultKeys(at.vault.state, reader).failures).toEqual([{ type: "BoxBroken", at: 1 }]);
  });
});
