import { describe, expect, test } from "vitest";
import { chainIdOf } from "../envelope/envelope.ts";
import { type EnvelopeId, noRecord } from "../ids.ts";
import type { DeviceKeys } from "../keys/deviceKeys.ts";
import {
  identityAt,
  incarnationOf,
  type Person,
  withDevice,
  withoutDevice,
} from "../testing/people.ts";
import { chainCut, cutOf, twoHeads, vaultRecord } from "../testing/records.ts";
import { addingOf, createTeam, type Team } from "../testing/team.ts";
import {
  accusing,
  afterRemoval,
  cutting,
  pinning,
  removing,
  roleChange,
  rotating,
  stepped,
} from "../testing/vaultMoves.ts";
import { type ChainOpening, chainStanding, type Standing } from "./standing.ts";
import { type DeviceCut, Role } from "./vaultRecords.ts";

const opened = (
  { vault }: Team,
  person: Person,
  { device = person.device, incarnation = 1, under = vault.state.head.index }: Opened = {},
): ChainOpening => ({
  chain: chainIdOf(device.signKey, incarnationOf(incarnation)),
  user: person.state.user,
  device: device.id,
  incarnation: incarnationOf(incarnation),
  logHead: vault.records[under]?.id ?? noRecord,
});

interface Opened {
  readonly device?: DeviceKeys;
  readonly incarnation?: number;
  /** Index of the record that was the log's head when the chain was opened; the newest unless told. */
  readonly under?: number;
}

/** As any device of the vault sees it: the identity log at the pin that the vault's state holds. */
const standing = ({ vault: { state }, people }: Team, opening: ChainOpening): Standing => {
  const pin = state.pins.get(opening.user);
  const identity = pin === undefined ? undefined : identityAt(...people)(pin);
  return chainStanding(state, identity, opening);
};

const counts: Standing = { kind: "counts" };
const cutAt = (seq: number): Standing => {
  const { id } = chainCut(incarnationOf(1), seq);
  return { kind: "cut", seq, id };
};
const never = (why: Extract<Standing, { kind: "never" }>["why"]): Standing => ({
  kind: "never",
  why,
});

const team = (): Team => createTeam("standing");

const cut = (at: Team, cuts: readonly DeviceCut[], author = at.admin): Team =>
  stepped(at, cutting(at, "cutDevice", cuts, { author }));

/** The writer, removed with the first device's chain cut at 3, and added again. */
const readded = (): { readonly before: Team; readonly after: Team } => {
  const before = team();
  const removed = afterRemoval(before);
  return { before, after: stepped(removed, addingOf(removed, removed.admin, removed.writer)) };
};

/** The writer, made a viewer with the first device's chain cut at 3, and a writer again. */
const repromoted = (): { readonly before: Team; readonly after: Team } => {
  const before = team();
  const cuts = cutOf(before.writer.device, 3);
  const demoted = stepped(before, roleChange(before, before.writer, Role.Viewer, { cuts }));
  return { before, after: stepped(demoted, roleChange(demoted, demoted.writer, Role.Writer)) };
};

/** Lists the spare's old chains, by the user's own first device. */
const ownList = (at: Team, type: "cutDevice" | "chainAnchor"): Team =>
  stepped(at, cutting(at, type, cutOf(at.spare, 9), { author: at.writer }));

const proofAt = (at: Team, seq: number): { readonly team: Team; readonly previous: EnvelopeId } => {
  const heads = twoHeads(at.deps, at.vault, at.spare, { seq });
  return {
    team: stepped(
      at,
      accusing(at, () => ({ heads })),
    ),
    previous: heads[0].head.previous,
  };
};

const anchored = (at: Team, cuts: readonly DeviceCut[]): Team =>
  stepped(at, cutting(at, "chainAnchor", cuts));

describe("whose chains count", () => {
  test("[COUNT4] chains of every full device of a writer, an admin and an owner count", () => {
    const at = team();
    const { owner, admin, writer, spare } = at;
    for (const opening of [
      opened(at, owner),
      opened(at, admin),
      opened(at, writer),
      opened(at, writer, { device: spare }),
      opened(at, writer, { device: spare, incarnation: 2 }),
    ])
      expect(standing(at, opening)).toEqual(counts);
  });

  test("[COUNT4] a chain of somebody who only reads never counts", () => {
    const at = team();
    expect(standing(at, opened(at, at.guest))).toEqual(never("not a writer"));
  });

  test("[COUNT4] a chain of somebody who is no member never counts", () => {
    const at = team();
    expect(standing(at, opened(at, at.outsider))).toEqual(never("not a writer"));
  });

  test("[COUNT4] a chain of a viewer device or a paper device never counts", () => {
    const at = team();
    for (const device of [at.phone, at.paper])
      expect(standing(at, opened(at, at.writer, { device }))).toEqual(never("not a full device"));
  });

  test("[COUNT1] a chain whose id another device's key makes never counts", () => {
    const at = team();
    const { chain } = opened(at, at.owner);
    expect(standing(at, { ...opened(at, at.writer), chain })).toEqual(never("foreign chain"));
  });

  test("[COUNT1] a chain under another incarnation than its id was made from never counts", () => {
    const at = team();
    const { chain } = opened(at, at.writer, { incarnation: 2 });
    expect(standing(at, { ...opened(at, at.writer), chain })).toEqual(never("foreign chain"));
  });
});

describe("from when chains count", () => {
  test("[COUNT4] a chain opened under the very record that gave writing counts", () => {
    const at = team();
    const given = at.vault.state.members.get(at.writer.state.user)?.writerSince;
    expect(given).toBe(2);
    expect(standing(at, opened(at, at.writer, { under: 2 }))).toEqual(counts);
  });

  test("[COUNT4] a chain opened before writing was given never counts", () => {
    const at = team();
    const early = opened(at, at.guest);
    const promoted = stepped(at, roleChange(at, at.guest, Role.Writer));
    expect(standing(promoted, early)).toEqual(never("opened before writing was given"));
    expect(standing(promoted, opened(promoted, at.guest))).toEqual(counts);
  });

  test("[COUNT4] more rights than writing do not make a writer's chains begin anew", () => {
    const at = team();
    const opening = opened(at, at.writer);
    const promoted = stepped(at, roleChange(at, at.writer, Role.Admin));
    expect(standing(promoted, opening)).toEqual(counts);
  });

  test("[COUNT5] a chain opened under a record that is not here is held until it is", () => {
    const at = team();
    const later = stepped(at, rotating(at));
    const opening = opened(later, at.writer);
    expect(standing(at, opening)).toEqual({ kind: "held", why: "log head unknown" });
    expect(standing(later, opening)).toEqual(counts);
  });

  test("[COUNT5] a chain of a device that no pin has named is held until one does", () => {
    const at = team();
    const { person, device } = withDevice(at.deps, at.writer);
    const opening = opened(at, person, { device });
    expect(standing(at, opening)).toEqual({ kind: "held", why: "device unknown" });
    expect(standing(stepped(at, pinning(at, person), person), opening)).toEqual(counts);
  });
});

describe("how far chains of a cut device count", () => {
  test("[COUNT2] a listed chain counts up to its cut, and an unlisted one for nothing", () => {
    const at = cut(team(), cutOf(team().spare, 5));
    const { writer, spare: device } = at;
    expect(standing(at, opened(at, writer, { device }))).toEqual(cutAt(5));
    expect(standing(at, opened(at, writer, { device, incarnation: 2 }))).toEqual(cutAt(0));
  });

  test("[COUNT3] no chain of a device counts when its cut lists none", () => {
    const at = cut(team(), cutOf(team().spare));
    expect(standing(at, opened(at, at.writer, { device: at.spare, under: 2 }))).toEqual(cutAt(0));
  });

  test("a cut of one device leaves the others of its user alone", () => {
    const at = cut(team(), cutOf(team().spare, 5));
    expect(standing(at, opened(at, at.writer))).toEqual(counts);
  });

  test("a cut that lists another member's incarnation does not reach that member's chain", () => {
    const before = team();
    const incarnation = incarnationOf(7);
    const target = opened(before, before.owner, { incarnation: 7 });
    const at = cut(before, [{ device: before.spare.id, chains: [chainCut(incarnation, 1)] }]);
    expect(standing(at, target)).toEqual(counts);
  });

  test("[VL9] a raised cut lets more of the chain count", () => {
    const before = cut(team(), cutOf(team().spare, 5));
    const at = stepped(before, cutting(before, "raiseCut", cutOf(before.spare, 9)));
    expect(standing(at, opened(at, at.writer, { device: at.spare }))).toEqual(cutAt(9));
  });

  test("[VL9] a raise lets a chain count that the cut did not list", () => {
    const before = cut(team(), cutOf(team().spare));
    const at = stepped(before, cutting(before, "raiseCut", cutOf(before.spare, 2)));
    expect(standing(at, opened(at, at.writer, { device: at.spare, under: 3 }))).toEqual(cutAt(2));
  });

  test("[VL9] a second cut of a device moves no chain, listed before or not", () => {
    const before = cut(team(), cutOf(team().spare, 5));
    const { writer, spare: device } = before;
    const chains = [chainCut(incarnationOf(1), 9), chainCut(incarnationOf(2), 9)];
    const at = cut(before, [{ device: device.id, chains }], writer);
    expect(standing(at, opened(at, writer, { device }))).toEqual(cutAt(5));
    expect(standing(at, opened(at, writer, { device, incarnation: 2 }))).toEqual(cutAt(0));
  });

  test("[VL9] the removal of their user moves no chain of a device that was cut before", () => {
    const before = cut(team(), cutOf(team().spare, 5));
    const { writer, spare: device } = before;
    const chains = [chainCut(incarnationOf(1), 9), chainCut(incarnationOf(2), 9)];
    const cuts = [{ device: device.id, chains }];
    const at = stepped(before, removing(before, writer, { cuts }));
    expect(standing(at, opened(at, writer, { device }))).toEqual(cutAt(5));
    expect(standing(at, opened(at, writer, { device, incarnation: 2 }))).toEqual(cutAt(0));
  });
});

describe("how far chains of a removed member count", () => {
  test("[COUNT2] a listed chain counts up to its cut, and an unlisted one for nothing", () => {
    const at = afterRemoval(team());
    const { writer, spare } = at;
    expect(standing(at, opened(at, writer))).toEqual(cutAt(3));
    expect(standing(at, opened(at, writer, { under: 2 }))).toEqual(cutAt(3));
    expect(standing(at, opened(at, writer, { device: spare, under: 2 }))).toEqual(cutAt(0));
    expect(standing(at, opened(at, writer, { incarnation: 2, under: 2 }))).toEqual(cutAt(0));
  });

  test("a chain of a device that the removal did not know never counts", () => {
    const at = afterRemoval(team());
    const { person, device } = withDevice(at.deps, at.writer);
    const opening = opened(at, person, { device, under: 2 });
    expect(standing(at, opening)).toEqual(never("not a writer"));
  });

  test("chains from before the removal stay as they were when the member is added again", () => {
    const { before, after } = readded();
    const { writer, spare: device } = before;
    expect(standing(after, opened(before, writer))).toEqual(cutAt(3));
    expect(standing(after, opened(before, writer, { device }))).toEqual(
      never("opened before writing was given"),
    );
    expect(standing(after, opened(before, writer, { incarnation: 2 }))).toEqual(
      never("opened before writing was given"),
    );
  });

  test("a new chain under the record that added the member again counts", () => {
    const { after } = readded();
    const { writer, spare: device } = after;
    expect(standing(after, opened(after, writer, { incarnation: 2 }))).toEqual(counts);
    expect(standing(after, opened(after, writer, { device }))).toEqual(counts);
  });

  test("a new chain that calls itself older than the second membership never counts", () => {
    const { after } = readded();
    const backdated = opened(after, after.writer, { incarnation: 2, under: 2 });
    expect(standing(after, backdated)).toEqual(never("opened before writing was given"));
  });

  test("a device cut on its own stays closed when its user is added again", () => {
    const cutBefore = cut(team(), cutOf(team().spare, 5));
    const removed = stepped(cutBefore, removing(cutBefore, cutBefore.writer));
    const at = stepped(removed, addingOf(removed, removed.admin, removed.writer));
    const opening = opened(at, at.writer, { device: at.spare, incarnation: 2 });
    expect(standing(at, opening)).toEqual(cutAt(0));
  });

  test("a device revoked between two memberships stays closed in the second", () => {
    const removed = afterRemoval(team());
    const writer = withoutDevice(removed.deps, removed.writer, removed.spare);
    const at = stepped(removed, addingOf(removed, removed.admin, writer), writer);
    const opening = opened(at, writer, { device: removed.spare, incarnation: 2 });
    expect(standing(at, opening)).toEqual(cutAt(0));
  });
});

describe("how far chains of a member count who became a viewer", () => {
  test("[COUNT2] a listed chain counts up to its cut, and an unlisted one for nothing", () => {
    const before = team();
    const cuts = cutOf(before.writer.device, 3);
    const at = stepped(before, roleChange(before, before.writer, Role.Viewer, { cuts }));
    expect(standing(at, opened(at, at.writer))).toEqual(cutAt(3));
    expect(standing(at, opened(at, at.writer, { device: at.spare }))).toEqual(cutAt(0));
  });

  test("to be made a viewer again opens no device that was closed", () => {
    const before = team();
    const demoted = stepped(before, roleChange(before, before.writer, Role.Viewer));
    const at = stepped(demoted, roleChange(demoted, demoted.writer, Role.Viewer));
    expect(standing(at, opened(before, before.writer))).toEqual(cutAt(0));
  });

  test("only chains opened after they may write again count", () => {
    const { before, after } = repromoted();
    const { writer, spare: device } = before;
    expect(standing(after, opened(before, writer))).toEqual(cutAt(3));
    expect(standing(after, opened(before, writer, { device }))).toEqual(
      never("opened before writing was given"),
    );
    expect(standing(after, opened(after, writer, { device }))).toEqual(counts);
  });

  test.each([
    ["had always been a viewer", (at: Team) => at.guest, (at: Team) => at],
    [
      "had become one",
      (at: Team) => at.writer,
      (at: Team) => stepped(at, roleChange(at, at.writer, Role.Viewer)),
    ],
  ] as const)(
    "a device revoked while its user %s is closed when the user is given writing",
    (_, who, demote) => {
      const at = demote(team());
      const { person, device } = withDevice(at.deps, who(at));
      const known = stepped(at, pinning(at, person), person);
      const revoked = withoutDevice(at.deps, person, device);
      const seen = { ...known, people: [...known.people, revoked] };
      const given = stepped(seen, roleChange(seen, revoked, Role.Writer));
      expect(standing(given, opened(given, revoked, { device }))).toEqual(cutAt(0));
      expect(standing(given, opened(given, revoked))).toEqual(counts);
    },
  );
});

describe("what nobody but an admin makes count", () => {
  test.each([
    ["a cut", "added again", readded, "cutDevice"],
    ["an anchor", "added again", readded, "chainAnchor"],
    ["a cut", "given writing again", repromoted, "cutDevice"],
    ["an anchor", "given writing again", repromoted, "chainAnchor"],
  ] as const)(
    "%s by a member who was %s brings back no chain that counted for nothing",
    (_, __, again, type) => {
      const { before, after } = again();
      const old = opened(before, before.writer, { device: before.spare });
      expect(standing(ownList(after, type), old)).toEqual(never("opened before writing was given"));
    },
  );

  test("a cut by a viewer of their own device makes no chain of it count", () => {
    const before = team();
    const { person, device } = withDevice(before.deps, before.guest);
    const list = cutting(before, "cutDevice", cutOf(device, 9), { author: person, target: person });
    const at = stepped(before, list, person);
    expect(standing(at, opened(at, person, { device }))).toEqual(cutAt(0));
  });

  test("an equivocation that a viewer proves of themselves makes no chain count", () => {
    const at = team();
    const { deps, vault, guest } = at;
    const proof = vaultRecord(vault, guest, {
      type: "equivocation",
      user: guest.state.user,
      device: guest.device.id,
      incarnation: incarnationOf(1),
      heads: twoHeads(deps, vault, guest.device, { seq: 9 }),
    });
    const proved = stepped(at, proof);
    expect(standing(proved, opened(at, guest))).toEqual(cutAt(0));
    const promoted = stepped(proved, roleChange(proved, guest, Role.Writer));
    expect(standing(promoted, opened(at, guest))).toEqual(cutAt(0));
  });

  test("an equivocation of a cut device makes no chain count that the cut did not list", () => {
    const at = cut(team(), cutOf(team().spare));
    const proved = stepped(at, accusing(at));
    expect(standing(proved, opened(at, at.writer, { device: at.spare }))).toEqual(cutAt(0));
  });

  test("an equivocation in a chain opened before writing was given makes nothing of it count", () => {
    const { before, after } = repromoted();
    const old = opened(before, before.writer, { device: before.spare });
    const proved = stepped(after, accusing(after));
    expect(standing(proved, old)).toEqual(never("opened before writing was given"));
  });
});

describe("equivocations", () => {
  test("a chain counts up to the last envelope before its two heads", () => {
    const { team: at, previous } = proofAt(team(), 3);
    const opening = opened(at, at.writer, { device: at.spare });
    expect(standing(at, opening)).toEqual({ kind: "cut", seq: 2, id: previous });
  });

  test("nothing counts of a chain that was begun twice", () => {
    const { team: at } = proofAt(team(), 1);
    expect(standing(at, opened(at, at.writer, { device: at.spare }))).toEqual(cutAt(0));
  });

  test("an equivocation leaves the device's other chains alone", () => {
    const { team: at } = proofAt(team(), 3);
    const other = opened(at, at.writer, { device: at.spare, incarnation: 2 });
    expect(standing(at, other)).toEqual(counts);
  });

  test.each([
    [3, 5],
    [5, 3],
  ])("of two equivocations at %i and %i the earlier place stands", (first, second) => {
    const { team: once, previous: a } = proofAt(team(), first);
    const { team: at, previous: b } = proofAt(once, second);
    const id = first < second ? a : b;
    const opening = opened(at, at.writer, { device: at.spare });
    expect(standing(at, opening)).toEqual({ kind: "cut", seq: 2, id });
  });

  test("an equivocation lowers a cut that stands behind it", () => {
    const { team: at, previous } = proofAt(cut(team(), cutOf(team().spare, 5)), 3);
    const opening = opened(at, at.writer, { device: at.spare });
    expect(standing(at, opening)).toEqual({ kind: "cut", seq: 2, id: previous });
  });

  test.each([1, 2])("an equivocation at 3 moves no cut that stands at %i", (seq) => {
    const { team: at } = proofAt(cut(team(), cutOf(team().spare, seq)), 3);
    expect(standing(at, opened(at, at.writer, { device: at.spare }))).toEqual(cutAt(seq));
  });
});

describe("anchors", () => {
  test("an anchored chain counts up to its anchor, and the device goes on with others", () => {
    const at = anchored(team(), cutOf(team().spare, 5));
    const { writer, spare: device } = at;
    expect(standing(at, opened(at, writer, { device }))).toEqual(cutAt(5));
    expect(standing(at, opened(at, writer, { device, incarnation: 2 }))).toEqual(counts);
  });

  test("an anchored chain counts as far when its device is cut and its user removed", () => {
    const at = anchored(team(), cutOf(team().spare, 5));
    const gone = cut(at, cutOf(at.spare, 9));
    const removed = stepped(gone, removing(gone, gone.writer));
    expect(standing(removed, opened(at, at.writer, { device: at.spare }))).toEqual(cutAt(5));
  });
});
