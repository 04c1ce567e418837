/** How far chains count: cuts, raises, anchors and proofs. */
import type { LogRecord } from "../../../packages/crypto/src/logs/record.ts";
import { type DeviceCut, Role } from "../../../packages/crypto/src/logs/vaultRecords.ts";
import type { RuleName } from "../../../packages/crypto/src/logs/violation.ts";
import {
  createChain,
  createVault,
  incarnationOf,
} from "../../../packages/crypto/src/testing/people.ts";
import { cutOf, twoHeads, vaultRecord } from "../../../packages/crypto/src/testing/records.ts";
import type { Team } from "../../../packages/crypto/src/testing/team.ts";
import {
  accusing,
  afterCut,
  cutting,
  pin,
  pinning,
  removing,
  roleChange,
  stepped,
} from "../../../packages/crypto/src/testing/vaultMoves.ts";
import { withSeed } from "./vaultSteps.ts";
import { known, type VaultWorld } from "./vaultWorld.ts";
import { breaking, type Violation } from "./violation.ts";
import { depsOf } from "./world.ts";

const missingCuts = (world: VaultWorld): readonly Violation[] => {
  const { team, withoutSpare } = world;
  const { guest, writer } = team;
  const revoked = known(team, { writer: withoutSpare });
  return [
    breaking(
      team,
      "a pin under which a writer's device is gone",
      "two readers could disagree about what it wrote last",
      pinning(team, withoutSpare),
    ),
    breaking(
      team,
      "the writer's own record under such a pin",
      "a cut comes first",
      vaultRecord(team.vault, withoutSpare, pin),
    ),
    breaking(
      team,
      "a cut of another device under such a pin",
      "the device that is gone is the one to cut",
      cutting(revoked, "cutDevice", cutOf(writer.device, 5)),
    ),
    breaking(
      team,
      "a cut that names no device",
      "there is nothing to cut",
      cutting(team, "cutDevice", []),
    ),
    breaking(
      team,
      "cuts in a change of role that takes no writing away",
      "there is nothing to cut",
      roleChange(team, guest, Role.Writer, { cuts: cutOf(guest.device) }),
    ),
  ];
};

/** The spare is cut at seq 1, and then an equivocation is proved at seq 3. */
const afterProofBehindCut = (team: Team): Team => {
  const cut = afterCut(team, 1);
  return stepped(cut, accusing(cut));
};

const raisedCuts = ({ team }: VaultWorld): readonly Violation[] => {
  const { spare, guest, writer } = team;
  const cut = afterCut(team);
  const unlisted = stepped(team, cutting(team, "cutDevice", cutOf(spare)));
  const anchored = stepped(team, cutting(team, "chainAnchor", cutOf(spare, 5)));
  const cutAnchor = stepped(anchored, cutting(anchored, "cutDevice", cutOf(spare)));
  const proved = afterCut(stepped(team, accusing(withSeed(team, "proved"))));
  const provedBehind = afterProofBehindCut(withSeed(team, "proved behind"));
  const raise = (from: Team, seq: number) => cutting(from, "raiseCut", cutOf(spare, seq));
  const anchor = (from: Team, seq: number) => cutting(from, "chainAnchor", cutOf(spare, seq));
  return [
    breaking(cut, "a cut set lower", "nobody lowers one", raise(cut, 4)),
    breaking(cut, "a cut set where it stands", "a raise is higher", raise(cut, 5)),
    breaking(
      cutAnchor,
      "an anchored chain raised",
      "its user said where it ends",
      raise(cutAnchor, 9),
    ),
    breaking(
      proved,
      "a cut raised where an equivocation was proved",
      "it stays there",
      raise(proved, 3),
    ),
    breaking(
      provedBehind,
      "a cut raised past an equivocation that was proved behind it",
      "nothing counts from there on",
      raise(provedBehind, 3),
    ),
    breaking(cut, "an anchor below a cut", "an anchor moves no cut", anchor(cut, 4)),
    breaking(cut, "an anchor above a cut", "an anchor moves no cut", anchor(cut, 6)),
    breaking(
      unlisted,
      "an anchor of a chain that no cut listed",
      "nothing of it counts",
      cutting(unlisted, "chainAnchor", cutOf(spare, 6), { author: writer }),
    ),
    breaking(
      team,
      "an anchor of a chain whose user may not write",
      "nothing of it counts",
      cutting(team, "chainAnchor", cutOf(guest.device, 6), { author: guest, target: guest }),
    ),
  ];
};

/** The same list in every record that holds cuts. */
const strangeDevices = ({ team }: VaultWorld): readonly Violation[] => {
  const { guest, writer, phone, paper } = team;
  const closed = afterCut(team, 1);
  const verbs = (name: string, cuts: readonly DeviceCut[]): readonly Violation[] => {
    const record = (verb: string, from: Team, made: LogRecord) =>
      breaking(
        from,
        `${verb} of ${name}`,
        "a cut names full devices of the user it speaks of",
        made,
      );
    return [
      record("a cut", team, cutting(team, "cutDevice", cuts)),
      record("a raise", closed, cutting(closed, "raiseCut", cuts)),
      record("an anchor", team, cutting(team, "chainAnchor", cuts)),
      record("a change to viewer", team, roleChange(team, writer, Role.Viewer, { cuts })),
    ];
  };
  return [
    ...verbs("a device of another user", cutOf(guest.device, 5)),
    ...verbs("a viewer device", cutOf(phone, 5)),
    breaking(
      team,
      "a cut of a paper device",
      "a paper device writes no chain",
      cutting(team, "cutDevice", cutOf(paper, 5)),
    ),
    breaking(
      team,
      "a removal with a cut of a viewer device",
      "a viewer device writes no chain",
      removing(withSeed(team, "removal"), writer, { cuts: cutOf(phone, 5) }),
    ),
    breaking(
      team,
      "a raise for a device that is not closed",
      "all of its chains count",
      cutting(team, "raiseCut", cutOf(team.spare, 9)),
    ),
    breaking(
      team,
      "an equivocation by a device of another user",
      "a proof names the device's own user",
      accusing(withSeed(team, "another's"), () => ({ device: team.admin.device.id })),
    ),
    breaking(
      team,
      "an equivocation by a viewer device",
      "a viewer device writes no chain",
      accusing(withSeed(team, "viewer's"), () => ({
        device: phone.id,
        heads: twoHeads(depsOf("viewer's heads"), team.vault, phone, { seq: 3 }),
      })),
    ),
  ];
};

const noProofs = ({ team }: VaultWorld): readonly Violation[] => {
  const { spare, owner, vault } = team;
  const elsewhere = createVault(depsOf("elsewhere"), owner);
  const [, second, third] = createChain(depsOf("in order"), vault, spare, { count: 3 });
  if (second === undefined || third === undefined) throw new RangeError("three envelopes");
  const [other] = twoHeads(depsOf("other predecessor"), vault, spare, { seq: 3 });
  const accused = (name: string, why: string, change: Parameters<typeof accusing>[1]): Violation =>
    breaking(team, name, why, accusing(withSeed(team, name), change));
  return [
    accused("one head posted twice", "one id is one envelope", ([head]) => ({
      heads: [head, head],
    })),
    accused("two heads of one chain in its order", "one seq each", () => ({
      heads: [second, third],
    })),
    accused(
      "two heads behind different predecessors",
      "the earlier fork is the proof",
      ([head]) => ({
        heads: [head, other],
      }),
    ),
    accused("two heads of another chain of the device", "the incarnation names the chain", () => ({
      incarnation: incarnationOf(2),
    })),
    accused("two heads of another vault", "what it did elsewhere is judged there", () => ({
      heads: twoHeads(depsOf("elsewhere heads"), elsewhere, spare, { seq: 3 }),
    })),
  ];
};

export const vaultCutViolations = (world: VaultWorld) =>
  ({
    "VL8 taking writing away names a cut": missingCuts(world),
    "VL9 a cut is only raised": raisedCuts(world),
    "VL10 a cut names devices of that user": strangeDevices(world),
    "VL15 two heads of one chain, one seq and one predecessor prove an equivocation":
      noProofs(world),
  }) as const satisfies Partial<Record<RuleName, readonly Violation[]>>;
