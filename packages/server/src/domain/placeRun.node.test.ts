/** What may be stored behind what stands. Each case breaks one rule, beside its lawful neighbour. */
import { assert, EnvelopeKind, type RecordId } from "@duro/crypto/types";
import { type DeviceKeys, sealEnvelope } from "@duro/crypto";
import {
  createPerson,
  createVault,
  type Deps,
  identityAt,
  incarnationOf,
  must,
  type Person,
  type Vault,
  withDevice,
  withMember,
  withoutMember,
  withRotation,
} from "@duro/crypto/testing/people";
import { seededRandomBytes } from "@duro/crypto/testing/seededRandomBytes";
import { chainIdOf, Role, type VerifiedEnvelope, verifyRun, newChain } from "@duro/crypto/verify";
import { noEnvelope } from "@duro/protocol";
import { describe, expect, test } from "vitest";
import type { StoredChain } from "../ports/chainStore.ts";
import { type Ground, placeRun } from "./placeRun.ts";

const incarnation = incarnationOf(1);

interface Under {
  readonly logHead: RecordId;
  readonly epoch: number;
}

/** One envelope for each place that is named, sealed by that device. */
const chainUnder = (
  deps: Deps,
  vault: Vault,
  device: DeviceKeys,
  places: readonly Under[],
): readonly VerifiedEnvelope[] => {
  const chain = chainIdOf(device.signKey, incarnation);
  let previous = noEnvelope;
  const envelopes = places.map(({ logHead, epoch }, at) => {
    const envelope = sealEnvelope(
      deps,
      { vaultKey: { ...vault.key, epoch }, signSecret: device.signSecret },
      {
        kind: at === 0 ? EnvelopeKind.Open : EnvelopeKind.Data,
        flags: 0,
        vault: vault.state.vault,
        chain,
        seq: at + 1,
        previous,
        epoch,
        logHead,
      },
      { clear: new Uint8Array(), plaintext: new Uint8Array([at]) },
    );
    previous = envelope.id;
    return envelope;
  });
  return envelopes.map((envelope) => {
    const known = {
      ...newChain(vault.state.vault, chain),
      head: { at: envelope.head.seq - 1, id: envelope.head.previous },
    };
    const [verified] = must(verifyRun(known, [envelope], device.signKey)).envelopes;
    assert(verified !== undefined, "one envelope");
    return verified;
  });
};

const team = (seed: string) => {
  const deps = { randomBytes: seededRandomBytes(seed) };
  const owner = createPerson(deps);
  const writer = createPerson(deps);
  const founded = createVault(deps, owner);
  const vault = withMember(deps, founded, owner, writer, Role.Writer);
  return { deps, owner, writer, founded, vault };
};

const groundOf = (
  vault: Vault,
  person: Person,
  envelopes: readonly VerifiedEnvelope[],
  stored?: StoredChain,
  people: readonly Person[] = [person],
): Ground => {
  const pin = vault.state.pins.get(person.state.user);
  const [first] = envelopes;
  assert(first !== undefined, "an envelope");
  return {
    state: vault.state,
    identity: pin === undefined ? undefined : identityAt(...people)(pin),
    opening: {
      chain: first.head.chain,
      user: person.state.user,
      device: person.device.id,
      incarnation,
      logHead: first.head.logHead,
    },
    stored,
  };
};

const storedUpTo = (
  ground: Ground,
  envelopes: readonly VerifiedEnvelope[],
  seq: number,
): StoredChain => {
  const last = envelopes[seq - 1];
  assert(last !== undefined, "stored so far");
  return {
    vault: last.head.vault,
    chain: last.head.chain,
    user: ground.opening.user,
    device: ground.opening.device,
    incarnation,
    openedUnder: ground.opening.logHead,
    seq,
    headId: last.id,
    epoch: last.head.epoch,
    logIndex: ground.state.indexByRecord.get(last.head.logHead) ?? 0,
    writtenAtMs: 0,
  };
};

const refusalOf = (placed: ReturnType<typeof placeRun>) =>
  placed.kind === "refused" ? placed.refused : placed.kind;

const here = ({ state, key }: Vault): Under => ({ logHead: state.head.id, epoch: key.epoch });

describe("placing a run", () => {
  test("a chain from its OPEN on is stored, and so is what follows it", () => {
    const { deps, writer, vault } = team("new");
    const envelopes = chainUnder(deps, vault, writer.device, [here(vault), here(vault)]);
    const ground = groundOf(vault, writer, envelopes);
    expect(placeRun(ground, envelopes)).toMatchObject({
      kind: "store",
      from: 0,
      after: { seq: 2 },
    });
    const stored = storedUpTo(ground, envelopes, 1);
    expect(placeRun({ ...ground, stored }, envelopes.slice(1))).toMatchObject({
      kind: "store",
      from: 0,
    });
    expect(placeRun({ ...ground, stored }, envelopes)).toMatchObject({ kind: "store", from: 1 });
    expect(placeRun({ ...ground, stored }, envelopes.slice(0, 1))).toEqual({ kind: "before" });
  });

  test("FLOW2 a gap is refused, and says how far the chain is", () => {
    const { deps, writer, vault } = team("gap");
    const places = [here(vault), here(vault), here(vault)];
    const envelopes = chainUnder(deps, vault, writer.device, places);
    const ground = groundOf(vault, writer, envelopes);
    expect(refusalOf(placeRun(ground, envelopes.slice(1)))).toMatchObject({
      name: "ChainGap",
      facts: { have: 0 },
    });
  });

  test("FLOW2 another envelope at a place that is taken is a fork, over the seam, too", () => {
    const { deps, writer, vault } = team("fork");
    const places = [here(vault), here(vault), here(vault)];
    const mine = chainUnder(deps, vault, writer.device, places);
    const other = chainUnder(deps, vault, writer.device, places);
    const ground = groundOf(vault, writer, mine);
    const stored = storedUpTo(ground, mine, 2);
    expect(placeRun({ ...ground, stored }, other.slice(1))).toMatchObject({
      kind: "forked",
      at: { head: { seq: 2 } },
    });
    expect(placeRun({ ...ground, stored }, other.slice(2))).toMatchObject({
      kind: "forked",
      at: { head: { seq: 3 } },
    });
    expect(placeRun({ ...ground, stored }, mine.slice(2))).toMatchObject({ kind: "store" });
  });

  test("PLACE1 a log head that the relay does not have is refused", () => {
    const { deps, writer, vault, owner } = team("unknown");
    const rotated = withRotation(deps, vault, owner, [owner, writer]);
    const envelopes = chainUnder(deps, vault, writer.device, [here(vault), here(rotated)]);
    const ground = groundOf(vault, writer, envelopes);
    expect(refusalOf(placeRun(ground, envelopes))).toMatchObject({
      name: "LogHeadUnknown",
      facts: { at: 2 },
    });
    expect(
      placeRun(groundOf(rotated, writer, envelopes, undefined, [owner, writer]), envelopes),
    ).toMatchObject({ kind: "store" });
  });

  test("PLACE2 a log head that goes back along a chain is stale", () => {
    const { deps, writer, vault, owner } = team("back");
    const later = withRotation(deps, vault, owner, [owner, writer]);
    const again = withRotation(deps, later, owner, [owner, writer]);
    const back = chainUnder(deps, vault, writer.device, [here(again), here(later)]);
    const ground = groundOf(again, writer, back, undefined, [owner, writer]);
    expect(refusalOf(placeRun(ground, back))).toMatchObject({ name: "EnvelopeInvalid" });
    const sameEpoch = withMember(deps, again, owner, createPerson(deps), Role.Viewer);
    const stale = chainUnder(deps, vault, writer.device, [here(sameEpoch), here(again)]);
    expect(
      refusalOf(placeRun(groundOf(sameEpoch, writer, stale, undefined, [owner, writer]), stale)),
    ).toMatchObject({ name: "LogHeadStale", facts: { at: 2 } });
  });

  test("PLACE3 an epoch that is not the one of its log head is refused", () => {
    const { deps, writer, vault, owner } = team("epoch");
    const rotated = withRotation(deps, vault, owner, [owner, writer]);
    const wrong = { logHead: rotated.state.head.id, epoch: vault.key.epoch };
    const envelopes = chainUnder(deps, vault, writer.device, [here(vault), wrong]);
    const ground = groundOf(rotated, writer, envelopes, undefined, [owner, writer]);
    expect(refusalOf(placeRun(ground, envelopes))).toMatchObject({ name: "EnvelopeInvalid" });
  });

  test("PLACE3 what was sealed before a rotation is still taken", () => {
    const { deps, writer, vault, owner } = team("sealed before");
    const rotated = withRotation(deps, vault, owner, [owner, writer]);
    const envelopes = chainUnder(deps, vault, writer.device, [here(vault), here(vault)]);
    const ground = groundOf(rotated, writer, envelopes, undefined, [owner, writer]);
    expect(placeRun(ground, envelopes)).toMatchObject({ kind: "store" });
  });

  test("COUNT2 a chain is taken up to its cut and no further", () => {
    const { deps, writer, vault, owner } = team("cut");
    const places = [here(vault), here(vault), here(vault)];
    const envelopes = chainUnder(deps, vault, writer.device, places);
    const second = envelopes[1];
    assert(second !== undefined, "a second one");
    const cuts = [{ device: writer.device.id, chains: [{ incarnation, seq: 2, id: second.id }] }];
    const without = withoutMember(deps, vault, owner, writer, cuts, [owner, writer]);
    const ground = groundOf(without, writer, envelopes, undefined, [owner, writer]);
    expect(placeRun(ground, envelopes.slice(0, 2))).toMatchObject({ kind: "store" });
    expect(refusalOf(placeRun(ground, envelopes))).toMatchObject({
      name: "ChainCut",
      facts: { cutAt: 2 },
    });
  });

  test("COUNT3 a chain of a removed member that no cut lists is taken nowhere", () => {
    const { deps, writer, vault, owner } = team("closed");
    const envelopes = chainUnder(deps, vault, writer.device, [here(vault)]);
    const without = withoutMember(deps, vault, owner, writer, [], [owner, writer]);
    const ground = groundOf(without, writer, envelopes, undefined, [owner, writer]);
    expect(refusalOf(placeRun(ground, envelopes))).toMatchObject({
      name: "ChainCut",
      facts: { cutAt: 0 },
    });
  });

  test("COUNT4 a device that the vault's log does not know of yet waits for a pin", () => {
    const { deps, writer, vault } = team("device");
    const added = withDevice(deps, writer);
    const envelopes = chainUnder(deps, vault, added.device, [here(vault)]);
    const ground = groundOf(vault, writer, envelopes);
    const opening = { ...ground.opening, device: added.device.id };
    expect(refusalOf(placeRun({ ...ground, opening }, envelopes))).toMatchObject({
      name: "LogHeadUnknown",
      facts: { why: "device unknown" },
    });
  });

  test("COUNT4 somebody who is no member writes nothing", () => {
    const { deps, owner, founded } = team("stranger");
    const stranger = createPerson(deps);
    const envelopes = chainUnder(deps, founded, stranger.device, [here(founded)]);
    const ground = groundOf(founded, stranger, envelopes, undefined, [owner, stranger]);
    expect(refusalOf(placeRun(ground, envelopes))).toMatchObject({ name: "RoleForbids" });
  });

  test("COUNT1 a chain id that does not follow from its device is foreign", () => {
    const { deps, writer, vault } = team("foreign");
    const envelopes = chainUnder(deps, vault, writer.device, [here(vault)]);
    const ground = groundOf(vault, writer, envelopes);
    const opening = { ...ground.opening, incarnation: incarnationOf(2) };
    expect(refusalOf(placeRun({ ...ground, opening }, envelopes))).toMatchObject({
      name: "ChainForeign",
    });
  });
});
