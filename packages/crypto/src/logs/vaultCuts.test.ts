import { describe, expect, test } from "vitest";
import { createChain, incarnationOf, withDevice, withoutDevice } from "../testing/people.ts";
import {
  chainCut,
  cutOf,
  type RuleCases,
  ruleRows,
  someEnvelopeId,
  twoHeads,
  vaultRecord,
  type Verdict,
} from "../testing/records.ts";
import type { CutRule } from "../testing/rules.ts";
import { createTeam, type Team } from "../testing/team.ts";
import {
  accusing,
  afterCut,
  afterRevocation,
  cutting,
  judge,
  pin,
  pinning,
  removing,
  roleChange,
  stepped,
} from "../testing/vaultMoves.ts";
import type { LogRecord } from "./record.ts";
import { type DeviceCut, Role } from "./vaultRecords.ts";

const raisings = (seqs: Readonly<Record<string, number>>) => {
  return Object.fromEntries(
    Object.entries(seqs).map(([what, seq]) => [
      what,
      (team: Team): Verdict => {
        const cut = afterCut(team, 5);
        return judge(cut, cutting(cut, "raiseCut", cutOf(team.spare, seq)));
      },
    ]),
  );
};

/** The spare is cut at seq 1, and then an equivocation is proved at seq 3. */
const afterProofBehindCut = (team: Team): Team => {
  const cut = afterCut(team, 1);
  return stepped(cut, accusing(cut));
};

/** The same list in every record that holds cuts. */
const cutsOfAll = (what: string, cutsOf: (team: Team) => readonly DeviceCut[]) => {
  const writes: Readonly<Record<string, (team: Team) => LogRecord>> = {
    "a cut": (team) => cutting(team, "cutDevice", cutsOf(team)),
    "a raise": (team) => cutting(team, "raiseCut", cutsOf(team)),
    "an anchor": (team) => cutting(team, "chainAnchor", cutsOf(team)),
    "a change to viewer": (team) =>
      roleChange(team, team.writer, Role.Viewer, { cuts: cutsOf(team) }),
    "a removal": (team) => removing(team, team.writer, { cuts: cutsOf(team) }),
  };
  return Object.fromEntries(
    Object.entries(writes).map(([verb, write]) => [
      `${verb} of ${what}`,
      (team: Team): Verdict => {
        // A raise needs the device closed, so that the list alone is at fault.
        const ready = verb === "a raise" ? afterCut(team, 1) : team;
        return judge(ready, write(ready));
      },
    ]),
  );
};

const cases: Record<CutRule, RuleCases<Team>> = {
  "VL8 taking writing away names a cut": {
    refused: {
      "a newer identity head under which a writer's device is gone": (team) => {
        const revoked = afterRevocation(team);
        return judge(revoked, pinning(revoked, revoked.writer));
      },
      "a gone device cut in no record, by the writer's own next record": (team) => {
        const revoked = afterRevocation(team);
        return judge(revoked, vaultRecord(revoked.vault, revoked.writer, pin));
      },
      "a cut of one device under a head where another is gone": (team) => {
        const { person, device } = withDevice(team.deps, team.writer);
        const revoked = afterRevocation({ ...team, writer: person });
        return judge(revoked, cutting(revoked, "cutDevice", cutOf(device)));
      },
      "a cut that names no device": (team) => judge(team, cutting(team, "cutDevice", [])),
      "a cut in a change of role that takes no writing away": (team) =>
        judge(team, roleChange(team, team.guest, Role.Writer, { cuts: cutOf(team.guest.device) })),
    },
    accepted: {
      "a newer identity head with the cut of the device that is gone": (team) => {
        const revoked = afterRevocation(team);
        return judge(revoked, cutting(revoked, "cutDevice", cutOf(team.spare, 5)));
      },
      "a newer identity head after the device that is gone was cut": (team) => {
        const revoked = afterRevocation(team);
        const cut = stepped(revoked, cutting(revoked, "cutDevice", cutOf(team.spare, 5)));
        return judge(cut, pinning(cut, cut.writer));
      },
      "a newer identity head under which a device of somebody who may not write is gone": (
        team,
      ) => {
        const { person, device } = withDevice(team.deps, team.guest);
        const guest = withoutDevice(team.deps, person, device);
        return judge(team, pinning(team, guest), guest);
      },
      "a removal under a head where a device is gone": (team) => {
        const revoked = afterRevocation(team);
        return judge(revoked, removing(revoked, revoked.writer));
      },
      "a change to viewer with the cut": (team) => {
        const cuts = cutOf(team.writer.device, 4);
        return judge(team, roleChange(team, team.writer, Role.Viewer, { cuts }));
      },
    },
  },
  "VL9 a cut is only raised": {
    refused: {
      ...raisings({ "a cut set lower": 4, "a cut set where it stands": 5 }),
      "a cut that was anchored, raised,": (team) => {
        const { spare } = team;
        const anchored = stepped(team, cutting(team, "chainAnchor", cutOf(spare, 5)));
        const cut = stepped(anchored, cutting(anchored, "cutDevice", cutOf(spare)));
        return judge(cut, cutting(cut, "raiseCut", cutOf(spare, 9)));
      },
      "a cut raised where an equivocation was proved": (team) => {
        const proved = afterCut(stepped(team, accusing(team)));
        return judge(proved, cutting(proved, "raiseCut", cutOf(team.spare, 3)));
      },
      "a cut raised past an equivocation that was proved behind it": (team) => {
        const proved = afterProofBehindCut(team);
        return judge(proved, cutting(proved, "raiseCut", cutOf(team.spare, 3)));
      },
      "an anchor below a cut": (team) => {
        const cut = afterCut(team);
        return judge(cut, cutting(cut, "chainAnchor", cutOf(team.spare, 4)));
      },
      "an anchor above a cut": (team) => {
        const cut = afterCut(team);
        return judge(cut, cutting(cut, "chainAnchor", cutOf(team.spare, 6)));
      },
      "an anchor where a cut stands, but with another id": (team) => {
        const cut = afterCut(team);
        const chain = { ...chainCut(incarnationOf(1), 5), id: someEnvelopeId(0xff) };
        const anchor = [{ device: team.spare.id, chains: [chain] }];
        return judge(cut, cutting(cut, "chainAnchor", anchor));
      },
      "an anchor of a chain that no cut listed": (team) => {
        const cut = stepped(team, cutting(team, "cutDevice", cutOf(team.spare)));
        return judge(
          cut,
          cutting(cut, "chainAnchor", cutOf(team.spare, 6), { author: team.writer }),
        );
      },
      "an anchor of a chain whose user may not write": (team) => {
        const { guest } = team;
        return judge(
          team,
          cutting(team, "chainAnchor", cutOf(guest.device, 6), { author: guest, target: guest }),
        );
      },
    },
    accepted: {
      ...raisings({ "a cut set higher": 6 }),
      "a chain that no cut listed, raised from nothing by an admin,": (team) => {
        const cut = stepped(team, cutting(team, "cutDevice", cutOf(team.spare)));
        return judge(cut, cutting(cut, "raiseCut", cutOf(team.spare, 1)));
      },
      "a cut raised up to an equivocation that was proved behind it": (team) => {
        const proved = afterProofBehindCut(team);
        return judge(proved, cutting(proved, "raiseCut", cutOf(team.spare, 2)));
      },
      "an anchor where a cut stands": (team) => {
        const cut = afterCut(team);
        return judge(cut, cutting(cut, "chainAnchor", cutOf(team.spare, 5)));
      },
    },
  },
  "VL10 a cut names devices of that user": {
    refused: {
      ...cutsOfAll("a device of another user", (team) => cutOf(team.guest.device, 5)),
      ...cutsOfAll("a viewer device", (team) => cutOf(team.phone, 5)),
      ...cutsOfAll("a paper device", (team) => cutOf(team.paper, 5)),
      "a raise for a device that is not cut": (team) =>
        judge(team, cutting(team, "raiseCut", cutOf(team.spare, 9))),
      "an equivocation by a device of another user": (team) =>
        judge(
          team,
          accusing(team, () => ({ device: team.admin.device.id })),
        ),
      "an equivocation by a viewer device": (team) =>
        judge(
          team,
          accusing(team, () => ({
            device: team.phone.id,
            heads: twoHeads(team.deps, team.vault, team.phone, { seq: 3 }),
          })),
        ),
    },
    accepted: {
      "a cut of a full device of that user": (team) =>
        judge(team, cutting(team, "cutDevice", cutOf(team.spare, 5))),
      "an anchor of a full device of that user": (team) =>
        judge(team, cutting(team, "chainAnchor", cutOf(team.spare, 5))),
    },
  },
  "VL15 two heads of one chain, one seq and one predecessor prove an equivocation": {
    refused: {
      "one head posted twice": (team) =>
        judge(
          team,
          accusing(team, ([head]) => ({ heads: [head, head] })),
        ),
      "two heads of one chain in its order": (team) => {
        const [, second, third] = createChain(team.deps, team.vault, team.spare, { count: 3 });
        return second === undefined || third === undefined
          ? "accepted"
          : judge(
              team,
              accusing(team, () => ({ heads: [second, third] })),
            );
      },
      "two heads of one place behind different predecessors": (team) => {
        const [other] = twoHeads(team.deps, team.vault, team.spare, { seq: 3 });
        return judge(
          team,
          accusing(team, ([head]) => ({ heads: [head, other] })),
        );
      },
      "two heads of another chain of the device": (team) =>
        judge(
          team,
          accusing(team, () => ({ incarnation: incarnationOf(2) })),
        ),
      "two heads of another vault": (team) => {
        const elsewhere = createTeam("elsewhere").vault;
        return judge(
          team,
          accusing(team, () => ({
            heads: twoHeads(team.deps, elsewhere, team.spare, { seq: 3 }),
          })),
        );
      },
    },
    accepted: {
      "two heads of one place behind one predecessor": (team) => judge(team, accusing(team)),
      "two heads that both begin one chain": (team) =>
        judge(
          team,
          accusing(team, () => ({
            heads: twoHeads(team.deps, team.vault, team.spare, { seq: 1 }),
          })),
        ),
    },
  },
};

describe("cuts, anchors and proofs", () => {
  test.each(ruleRows(cases))("%s", (_, judged, verdict) => {
    expect(judged(createTeam("vaultCuts"))).toBe(verdict);
  });
});
