/** VL4: what each role may not do. */
import { Role } from "../../../packages/crypto/src/logs/vaultRecords.ts";
import { cutOf, vaultRecord } from "../../../packages/crypto/src/testing/records.ts";
import { addingOf } from "../../../packages/crypto/src/testing/team.ts";
import {
  afterCut,
  cutting,
  granting,
  policyOf,
  removing,
  roleChange,
  rotating,
  stepped,
} from "../../../packages/crypto/src/testing/vaultMoves.ts";
import { withSeed, resolving } from "./vaultSteps.ts";
import type { VaultWorld } from "./vaultWorld.ts";
import { breaking, type Violation } from "./violation.ts";

export const vaultRoleViolations = ({ team }: VaultWorld): readonly Violation[] => {
  const { owner, admin, writer, guest, outsider, phone } = team;
  const as = (name: string) => withSeed(team, `role ${name}`);
  const twoOwners = stepped(team, roleChange(team, admin, Role.Owner));
  const withCut = afterCut(as("cut"));
  const broken = (name: string, why: string, record: Parameters<typeof breaking>[3]) =>
    breaking(team, name, why, record);
  return [
    broken(
      "a new member by a writer",
      "admins and owners add",
      addingOf(as("add"), writer, outsider, Role.Viewer),
    ),
    broken(
      "a new admin by an admin",
      "an admin adds writers and viewers",
      addingOf(as("add admin"), admin, outsider, Role.Admin),
    ),
    broken(
      "a role given by a writer",
      "admins and owners give roles",
      roleChange(team, guest, Role.Writer, { author: writer }),
    ),
    broken(
      "a viewer who makes themselves a writer",
      "themselves, downwards only",
      roleChange(team, guest, Role.Writer, { author: guest }),
    ),
    broken(
      "a writer made an admin by an admin",
      "an admin gives writer and viewer",
      roleChange(team, writer, Role.Admin, { author: admin }),
    ),
    broken(
      "an owner demoted by an admin",
      "an admin manages writers and viewers",
      roleChange(team, owner, Role.Viewer, { author: admin }),
    ),
    breaking(
      twoOwners,
      "an owner demoted by another owner",
      "owners step down themselves",
      roleChange(twoOwners, admin, Role.Writer),
    ),
    broken(
      "a member removed by a writer",
      "admins and owners remove",
      removing(as("remove"), guest, { author: writer }),
    ),
    broken(
      "an owner removed by an admin",
      "an admin manages writers and viewers",
      removing(as("remove owner"), owner, { author: admin }),
    ),
    broken(
      "a rotation by a viewer",
      "writers and above rotate",
      rotating(as("rotate"), { author: guest }),
    ),
    broken(
      "a writer who cuts another's device",
      "one's own, or as an admin",
      cutting(team, "cutDevice", cutOf(guest.device, 5), { author: writer, target: guest }),
    ),
    broken(
      "an admin who cuts an owner's device that is not gone",
      "an admin manages writers and viewers",
      cutting(team, "cutDevice", cutOf(owner.device, 5), { author: admin, target: owner }),
    ),
    breaking(
      withCut,
      "a cut raised by a writer",
      "admins and owners raise",
      cutting(withCut, "raiseCut", cutOf(team.spare, 9), { author: writer }),
    ),
    broken(
      "a grant for a device of another user",
      "everybody grants their own",
      granting(team, phone, { author: owner, of: writer }),
    ),
    broken(
      "a grant ended by another writer or viewer",
      "one's own, or as an admin",
      vaultRecord(team.vault, guest, {
        type: "ungrant",
        user: writer.state.user,
        device: phone.id,
      }),
    ),
    broken(
      "an anchor of another's chain by a writer",
      "one's own, or as an admin",
      cutting(team, "chainAnchor", cutOf(guest.device, 5), { author: writer, target: guest }),
    ),
    broken("a fork resolved by an admin", "owners resolve", resolving({ ...team, owner: admin })),
    broken(
      "a policy by an admin",
      "owners set policy",
      policyOf({ ...team, owner: admin }, { extraTypes: [99] }),
    ),
  ];
};
