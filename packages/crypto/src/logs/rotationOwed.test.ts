import { describe, expect, test } from "vitest";
import { createDeviceKeys, type DeviceKeys } from "../keys/deviceKeys.ts";
import { addDeviceOf, authorOf, identitiesOf, withRecord } from "../testing/people.ts";
import { cutOf } from "../testing/records.ts";
import { createTeam, grantOf, type Team } from "../testing/team.ts";
import {
  afterPhoneRevoked,
  afterRemoval,
  afterRevocation,
  cutting,
  roleChange,
  rotated,
  stepped,
  ungranting,
} from "../testing/vaultMoves.ts";
import { boxRecord } from "./authorVault.ts";
import { DeviceScope } from "./kinds.ts";
import type { LogRecord } from "./record.ts";
import { rotationOwed, type RotationReason } from "./rotationOwed.ts";
import { Role } from "./vaultRecords.ts";

const nowMs = 1_800_000_000_000;

const owed = ({ vault, owner, admin, writer, guest }: Team): readonly RotationReason[] =>
  rotationOwed(vault.state, identitiesOf(owner, admin, writer, guest), nowMs);

/** The writer has a granted phone that expires at that time, besides the one of the team. */
const withExpiring = (expiresAtMs: number): { readonly at: Team; readonly device: DeviceKeys } => {
  const at = createTeam("rotation owed");
  const device = createDeviceKeys(at.deps);
  const added = addDeviceOf(at.deps, at.writer, device, DeviceScope.Viewer, expiresAtMs);
  const writer = withRecord(at.writer, added);
  const seen = { ...at, writer, people: [...at.people, writer] };
  return { at: stepped(seen, grantOf(at.deps, at.vault, writer, device.id)), device };
};

describe("a rotation is owed", () => {
  test("not in a vault from which nothing was taken away", () => {
    const at = createTeam("rotation owed");
    expect(owed(at)).toEqual([]);
    expect(owed(rotated(at))).toEqual([]);
  });

  const takings: readonly (readonly [string, (at: Team) => LogRecord])[] = [
    ["a device was cut", (at) => cutting(at, "cutDevice", cutOf(at.spare, 5))],
    ["a member was made a viewer", (at) => roleChange(at, at.writer, Role.Viewer)],
    ["a phone is granted no longer", (at) => ungranting(at, at.writer, at.phone)],
  ];
  test.each(takings)("after %s, until the rotation", (_, take) => {
    const before = createTeam("rotation owed");
    const at = stepped(before, take(before));
    expect(owed(at)).toEqual([{ type: "takenAway", index: at.vault.state.head.index }]);
    expect(owed(rotated(at))).toEqual([]);
  });

  test("not after a removal, which is a rotation too", () => {
    const before = createTeam("rotation owed");
    const at = afterRemoval(stepped(before, cutting(before, "cutDevice", cutOf(before.spare))));
    const { owner, admin, guest, vault } = at;
    expect(rotationOwed(vault.state, identitiesOf(owner, admin, guest), nowMs)).toEqual([]);
  });

  test("when a member's user key has moved on, until the rotation that boxes to the newer one", () => {
    const at = afterRevocation(createTeam("rotation owed"));
    const { user } = at.writer.state;
    const reason: RotationReason = { type: "newGeneration", user, generation: 2 };
    expect(owed(at)).toEqual([reason]);
    const cut = stepped(at, cutting(at, "cutDevice", cutOf(at.spare, 5)));
    expect(owed(cut)).toEqual([{ type: "takenAway", index: cut.vault.state.head.index }, reason]);
    expect(owed(rotated(cut))).toEqual([]);
  });

  test("still, when a BOX went to the newer user key but the vault key stayed", () => {
    const at = afterRevocation(createTeam("rotation owed"));
    const cut = stepped(at, cutting(at, "cutDevice", cutOf(at.spare, 5)));
    const { deps, vault, writer, owner } = cut;
    const box = boxRecord(deps, vault.state, authorOf(owner), writer.state, vault.key);
    expect(owed(stepped(cut, box)).map(({ type }) => type)).toEqual(["takenAway", "newGeneration"]);
  });

  test("when a granted phone was revoked, until the rotation that leaves it out", () => {
    const at = afterPhoneRevoked(createTeam("rotation owed"));
    expect(owed(at)).toContainEqual({ type: "viewerGone", device: at.phone.id });
    const after = rotated(at);
    expect(owed(after)).toEqual([]);
    expect(after.vault.state.viewers.has(at.phone.id)).toBe(false);
  });

  test("when a granted phone has expired, until it is granted no longer and the key rotated", () => {
    const { at, device } = withExpiring(nowMs);
    const reason = { type: "viewerExpired", device: device.id, expiredAtMs: nowMs };
    expect(owed(at)).toEqual([reason]);
    expect(owed(rotated(at))).toEqual([reason]);
    const ungranted = stepped(at, ungranting(at, at.writer, device));
    expect(owed(ungranted).map(({ type }) => type)).toEqual(["takenAway"]);
    expect(owed(rotated(ungranted))).toEqual([]);
  });

  test("not for a granted phone that expires later", () => {
    expect(owed(withExpiring(nowMs + 1).at)).toEqual([]);
  });

  test("for no member whose identity log is not here", () => {
    const at = afterRevocation(createTeam("rotation owed"));
    expect(rotationOwed(at.vault.state, identitiesOf(at.owner), nowMs)).toEqual([]);
  });
});
