/** [VL4] as a table: what each role may write, and about whom. */
import { describe, expect, test } from "vitest";
import { noRecord } from "../ids.ts";
import type { DeviceKeys } from "../keys/deviceKeys.ts";
import {
  authorOf,
  createPerson,
  createVault,
  type Deps,
  identitiesOf,
  incarnationOf,
  type Person,
  type Vault,
  withMember,
  withoutDevice,
  withVaultRecord,
} from "../testing/people.ts";
import { cutOf, judgeVault, twoHeads, vaultRecord, type Verdict } from "../testing/records.ts";
import { seededRandomBytes } from "../testing/seededRandomBytes.ts";
import { createEquipped, type Equipped, grantOf, withGrant } from "../testing/team.ts";
import {
  addMemberRecord,
  boxRecord,
  cutRecord,
  removeMemberRecord,
  rotateRecord,
  setRoleRecord,
} from "./authorVault.ts";
import type { LogRecord } from "./record.ts";
import { currentEpoch } from "./vaultState.ts";
import { Role, type VaultPayload } from "./vaultRecords.ts";

const roles = ["viewer", "writer", "admin", "owner"] as const;
type RoleName = (typeof roles)[number];
const roleOf: Record<RoleName, Role> = {
  viewer: Role.Viewer,
  writer: Role.Writer,
  admin: Role.Admin,
  owner: Role.Owner,
};

/** Two members of each role: one acts, the other is acted upon. All phones are granted. */
interface Scene {
  readonly deps: Deps;
  readonly vault: Vault;
  readonly actors: Readonly<Record<RoleName, Equipped>>;
  readonly others: Readonly<Record<RoleName, Equipped>>;
  readonly newcomer: Person;
  /** The other owner after revoking the spare. */
  readonly ownerWithoutSpare: Person;
}

const equippedByRole = (deps: Deps): Record<RoleName, Equipped> => ({
  viewer: createEquipped(deps),
  writer: createEquipped(deps),
  admin: createEquipped(deps),
  owner: createEquipped(deps),
});

const createScene = (): Scene => {
  const deps = { randomBytes: seededRandomBytes("roles") };
  const actors = equippedByRole(deps);
  const others = equippedByRole(deps);
  const founder = others.owner.person;
  let vault = createVault(deps, founder);
  for (const role of roles)
    for (const { person, phone } of [actors[role], others[role]]) {
      if (person !== founder) vault = withMember(deps, vault, founder, person, roleOf[role]);
      vault = withGrant(deps, vault, person, phone.id);
    }
  const cut = cutRecord(vault.state, authorOf(founder), "cutDevice", {
    identity: others.admin.person.state,
    cuts: cutOf(others.admin.spare, 5),
  });
  return {
    deps,
    actors,
    others,
    vault: withVaultRecord(vault, cut, [founder, others.admin.person]),
    newcomer: createPerson(deps),
    ownerWithoutSpare: withoutDevice(deps, founder, others.owner.spare),
  };
};

const peopleOf = ({ actors, others, newcomer, ownerWithoutSpare }: Scene): readonly Person[] => [
  ...roles.flatMap((role) => [actors[role].person, others[role].person]),
  newcomer,
  ownerWithoutSpare,
];

/** `actor` is whoever has the role that is asked about. */
type Write = (scene: Scene, actor: Equipped) => LogRecord;
type Row = readonly [what: string, write: Write, allowed: readonly RoleName[]];

const everybody = roles;
const managers = ["admin", "owner"] as const;

const adding =
  (role: Role): Write =>
  ({ deps, vault, newcomer }, { person }) =>
    addMemberRecord(
      deps,
      vault.state,
      authorOf(person),
      { identity: newcomer.state, role },
      vault.key,
    );

const giving =
  (target: RoleName, role: Role): Write =>
  ({ vault, others }, { person }) =>
    setRoleRecord(vault.state, authorOf(person), {
      identity: others[target].person.state,
      role,
      cuts: [],
    });

const takingOneself =
  (change: (role: Role) => Role): Write =>
  ({ vault }, { person }) => {
    const role = change(vault.state.members.get(person.state.user)?.role ?? Role.Viewer);
    return setRoleRecord(vault.state, authorOf(person), { identity: person.state, role, cuts: [] });
  };

const removing =
  (target: RoleName): Write =>
  (scene, { person }) =>
    removeMemberRecord(
      scene.deps,
      scene.vault.state,
      authorOf(person),
      { identity: scene.others[target].person.state, cuts: [] },
      identitiesOf(
        ...roles.flatMap((role) => [scene.actors[role].person, scene.others[role].person]),
      ),
      scene.vault.key,
    ).record;

type CutType = "cutDevice" | "raiseCut" | "chainAnchor";

const cuttingOf =
  (
    type: CutType,
    seq: number,
    find: (scene: Scene, actor: Equipped) => readonly [Person, DeviceKeys],
  ): Write =>
  (scene, actor) => {
    const [target, device] = find(scene, actor);
    const change = { identity: target.state, cuts: cutOf(device, seq) };
    return cutRecord(scene.vault.state, authorOf(actor.person), type, change);
  };

const spareOf =
  (target: RoleName) =>
  ({ others }: Scene) =>
    [others[target].person, others[target].spare] as const;

const ownSpare = (_: Scene, { person, spare }: Equipped) => [person, spare] as const;

const plain =
  (payloadOf: (scene: Scene, actor: Equipped) => VaultPayload, reliedOn?: RoleName): Write =>
  (scene, actor) =>
    vaultRecord(scene.vault, actor.person, payloadOf(scene, actor), {
      reliedOn: reliedOn === undefined ? [] : [scene.others[reliedOn].person],
    });

const rows: Record<Exclude<VaultPayload["type"], "genesis" | "unknown">, readonly Row[]> = {
  addMember: [
    ["a viewer is let in", adding(Role.Viewer), managers],
    ["a writer is let in", adding(Role.Writer), managers],
    ["an admin is let in", adding(Role.Admin), ["owner"]],
    ["an owner is let in", adding(Role.Owner), ["owner"]],
  ],
  setRole: [
    ["a viewer is made a writer", giving("viewer", Role.Writer), managers],
    ["a writer is made a viewer", giving("writer", Role.Viewer), managers],
    ["a writer is made an admin", giving("writer", Role.Admin), ["owner"]],
    ["a writer is made an owner", giving("writer", Role.Owner), ["owner"]],
    ["an admin is made a writer", giving("admin", Role.Writer), ["owner"]],
    ["an admin is made an owner", giving("admin", Role.Owner), ["owner"]],
    ["another owner is made an admin", giving("owner", Role.Admin), []],
    ["another owner is made a viewer", giving("owner", Role.Viewer), []],
    [
      "somebody steps down to viewer",
      takingOneself(() => Role.Viewer),
      ["writer", "admin", "owner"],
    ],
    [
      "somebody raises themselves",
      takingOneself((role) => (role === Role.Owner ? role : ((role + 1) as Role))),
      [],
    ],
  ],
  removeMember: [
    ["a viewer is removed", removing("viewer"), managers],
    ["a writer is removed", removing("writer"), managers],
    ["an admin is removed", removing("admin"), ["owner"]],
    ["another owner is removed", removing("owner"), []],
  ],
  rotate: [
    [
      "the vault key is rotated",
      (scene, { person }) =>
        rotateRecord(
          scene.deps,
          scene.vault.state,
          authorOf(person),
          identitiesOf(
            ...roles.flatMap((role) => [scene.actors[role].person, scene.others[role].person]),
          ),
          scene.vault.key,
        ).record,
      ["writer", "admin", "owner"],
    ],
  ],
  cutDevice: [
    ["one's own other device is cut", cuttingOf("cutDevice", 3, ownSpare), everybody],
    ["an active device of a writer is cut", cuttingOf("cutDevice", 3, spareOf("writer")), managers],
    ["an active device of an admin is cut", cuttingOf("cutDevice", 3, spareOf("admin")), ["owner"]],
    ["an active device of another owner is cut", cuttingOf("cutDevice", 3, spareOf("owner")), []],
    [
      "a device that another owner has revoked is cut",
      cuttingOf("cutDevice", 3, ({ ownerWithoutSpare, others }) => [
        ownerWithoutSpare,
        others.owner.spare,
      ]),
      managers,
    ],
  ],
  raiseCut: [["a cut is raised", cuttingOf("raiseCut", 6, spareOf("admin")), managers]],
  grantViewer: [
    [
      "one's own phone is granted",
      ({ deps, vault }, { person, phone }) => grantOf(deps, vault, person, phone.id),
      everybody,
    ],
    [
      "the phone of another is granted",
      plain(({ others, vault }) => {
        const { person, phone } = others.writer;
        const box = currentEpoch(vault.state).viewerBoxes.get(phone.id)?.at(0)?.box;
        if (box === undefined) throw new RangeError("a granted phone has a box");
        return { type: "grantViewer", viewer: { user: person.state.user, device: phone.id, box } };
      }, "writer"),
      [],
    ],
  ],
  ungrant: [
    [
      "one's own phone is granted no longer",
      plain((_, { person, phone }) => ({
        type: "ungrant",
        user: person.state.user,
        device: phone.id,
      })),
      everybody,
    ],
    [
      "the phone of another is granted no longer",
      plain(({ others: { owner } }) => ({
        type: "ungrant",
        user: owner.person.state.user,
        device: owner.phone.id,
      })),
      managers,
    ],
  ],
  box: [
    [
      "a box is mended",
      ({ deps, vault, others }, { person }) =>
        boxRecord(deps, vault.state, authorOf(person), others.owner.person.state, vault.key),
      everybody,
    ],
  ],
  equivocation: [
    [
      "an equivocation is proved",
      plain(
        ({ deps, vault, others: { owner } }) => ({
          type: "equivocation",
          user: owner.person.state.user,
          device: owner.spare.id,
          incarnation: incarnationOf(1),
          heads: twoHeads(deps, vault, owner.spare, { seq: 2 }),
        }),
        "owner",
      ),
      everybody,
    ],
  ],
  resolve: [
    [
      "a fork is settled",
      plain(({ vault: { records, state } }) => ({
        type: "resolve",
        common: { index: 0, id: records[0]?.id ?? state.head.id },
        fallen: { index: 1, id: noRecord },
      })),
      ["owner"],
    ],
  ],
  chainAnchor: [
    ["one's own chain is anchored at nothing", cuttingOf("chainAnchor", 0, ownSpare), everybody],
    ["a chain of a writer is anchored", cuttingOf("chainAnchor", 3, spareOf("writer")), managers],
    ["a chain of another owner is anchored", cuttingOf("chainAnchor", 3, spareOf("owner")), []],
    [
      "a chain of an admin's cut device is anchored where it was cut",
      cuttingOf("chainAnchor", 5, spareOf("admin")),
      managers,
    ],
  ],
  policy: [
    [
      "a policy is set",
      plain(() => ({ type: "policy", versionMin: 1, extraTypes: [99] })),
      ["owner"],
    ],
  ],
  pin: [["a newer identity head is pinned", plain(() => ({ type: "pin" }), "owner"), everybody]],
};

const byWhom = (allowed: readonly RoleName[]): string =>
  allowed.length === 0 ? "nobody" : allowed.join(", ");

describe("what each role may write", () => {
  const scene = createScene();
  const people = peopleOf(scene);

  test.each(
    Object.values(rows)
      .flat()
      .map(([what, write, allowed]) => [what, byWhom(allowed), write, allowed] as const),
  )("[VL4] %s by: %s", (_, __, write, allowed) => {
    const verdicts = roles.map((role) => [
      role,
      judgeVault(scene.vault, write(scene, scene.actors[role]), people),
    ]);
    const due = (role: RoleName): Verdict =>
      allowed.includes(role) ? "accepted" : "VL4 the role allows it";
    expect(verdicts).toEqual(roles.map((role) => [role, due(role)]));
  });

  test("[VL22] a record of a new type by: nobody, while no policy allows it", () => {
    const verdicts = roles.map((role) =>
      judgeVault(
        scene.vault,
        vaultRecord(scene.vault, scene.actors[role].person, { type: "unknown", number: 99 }),
        people,
      ),
    );
    expect(new Set(verdicts)).toEqual(new Set(["VL22 a new type of record needs a policy first"]));
  });
});
