import { clientIdOf, sealPresence, secret, type VaultKey, vaultKeyFrom } from "@duro/crypto";
import { createPerson, type Deps, incarnationOf } from "@duro/crypto/testing/people";
import { seededRandomBytes } from "@duro/crypto/testing/seededRandomBytes";
import { vaultIds } from "@duro/crypto/types";
import { chainIdOf } from "@duro/crypto/verify";
import { type DocId, docIds } from "@duro/protocol";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Awareness } from "y-protocols/awareness";
import { Doc } from "yjs";
import { createManualClock, type ManualClock } from "../testing/manualClock.ts";
import { encodePresence } from "./presenceForm.ts";
import { createVaultPresence, type VaultPresence } from "./vaultPresence.ts";

const vault = vaultIds.fromBytes(new Uint8Array(vaultIds.byteLength).fill(1));
const keyOf = (epoch: number): VaultKey =>
  vaultKeyFrom({ vault, epoch }, secret(new Uint8Array(32).fill(epoch)));
const docOf = (fill: number) => docIds.fromBytes(new Uint8Array(docIds.byteLength).fill(fill));
const doc = docOf(1);
const startMs = 1_800_000_000_000;
const gatherMs = 100;

interface Side {
  readonly presence: VaultPresence;
  readonly chain: ReturnType<typeof chainIdOf>;
  readonly signSecret: Parameters<typeof sealPresence>[1]["signSecret"];
  readonly signKey: Parameters<typeof chainIdOf>[0];
  readonly sent: Uint8Array[];
  readonly tooLong: number[];
  vaultKey: VaultKey | undefined;
  /** A document of that id, as the engine opens it. */
  join(id?: DocId): Awareness;
}

let clock: ManualClock;
let deps: Deps;
let known: Map<Side["chain"], Side["signKey"]>;
const opened: VaultPresence[] = [];

beforeEach(() => {
  clock = createManualClock(startMs);
  deps = { randomBytes: seededRandomBytes("presence") };
  known = new Map();
});
afterEach(() => {
  for (const presence of opened.splice(0)) presence.close();
});

const createSide = (device = createPerson(deps).device): Side => {
  const chain = chainIdOf(device.signKey, incarnationOf(1));
  known.set(chain, device.signKey);
  const sent: Uint8Array[] = [];
  const tooLong: number[] = [];
  const side: Side = {
    chain,
    signSecret: device.signSecret,
    signKey: device.signKey,
    sent,
    tooLong,
    vaultKey: keyOf(1),
    presence: createVaultPresence({
      clock,
      randomBytes: deps.randomBytes,
      chain,
      signSecret: device.signSecret,
      vaultKey: () => side.vaultKey,
      signKeyOf: (of) => known.get(of),
      send: (sealed) => sent.push(sealed),
      onTooLong: (_, byteLength) => tooLong.push(byteLength),
    }),
    join: (id = doc) => {
      const ydoc = new Doc();
      ydoc.clientID = clientIdOf(chain, docIds.toBytes(id));
      return side.presence.join(id, ydoc);
    },
  };
  opened.push(side.presence);
  return side;
};

/** Everything that one has sent and the other has not got yet. */
const deliver = (from: Side, to: Side) => {
  clock.pass(gatherMs);
  return from.sent.splice(0).map((sealed) => to.presence.receive(sealed));
};

const statesIn = (awareness: Awareness): unknown[] =>
  [...awareness.getStates()].filter(([id]) => id !== awareness.clientID).map(([, state]) => state);

/** As a member would, who holds the key and writes what they like. */
const sealAs = (side: Side, count: number, plaintext: Uint8Array): Uint8Array =>
  sealPresence(
    deps,
    { vaultKey: side.vaultKey ?? keyOf(1), signSecret: side.signSecret },
    { chain: side.chain, count },
    plaintext,
  );

describe("between two devices", () => {
  test("where one is, the other sees, and sees it change and go", () => {
    const [one, two] = [createSide(), createSide()];
    const [ones, twos] = [one.join(), two.join()];
    ones.setLocalState({ name: "one", at: 1 });
    expect(deliver(one, two)).toEqual([{ ok: true, value: undefined }]);
    expect(statesIn(twos)).toEqual([{ name: "one", at: 1 }]);
    ones.setLocalStateField("at", 2);
    deliver(one, two);
    expect(statesIn(twos)).toEqual([{ name: "one", at: 2 }]);
    ones.destroy();
    deliver(one, two);
    expect(statesIn(twos)).toEqual([]);
  });

  test("many changes in a short time are one presence", () => {
    const one = createSide();
    const ones = one.join();
    for (let at = 0; at < 50; at++) ones.setLocalState({ at });
    clock.pass(gatherMs);
    expect(one.sent).toHaveLength(1);
  });

  test("who comes later is told of those who are there, once", () => {
    const [one, two] = [createSide(), createSide()];
    const ones = one.join();
    ones.setLocalState({ name: "one" });
    clock.pass(gatherMs);
    one.sent.length = 0;
    const twos = two.join();
    deliver(two, one);
    deliver(one, two);
    expect(statesIn(twos)).toEqual([{ name: "one" }]);
    for (const _ of [1, 2, 3]) {
      deliver(two, one);
      deliver(one, two);
    }
    clock.pass(1_000);
    expect([one.sent, two.sent]).toEqual([[], []]);
  });

  test("after a connection was made everybody is told of all documents", () => {
    const [one, two] = [createSide(), createSide()];
    const ids = Array.from({ length: 20 }, (_, at) => docOf(at + 1));
    for (const id of ids) one.join(id).setLocalState({ at: id });
    clock.pass(gatherMs);
    one.sent.length = 0;
    const twos = ids.map((id) => two.join(id));
    one.presence.announce();
    expect(deliver(one, two)).toHaveLength(3);
    expect(twos.flatMap(statesIn)).toEqual(ids.map((at) => ({ at })));
  });

  test("a device that starts anew is believed, though y-protocols counts from zero again", () => {
    const device = createPerson(deps).device;
    const [one, two] = [createSide(device), createSide()];
    const [ones, twos] = [one.join(), two.join()];
    for (let at = 0; at < 20; at++) {
      ones.setLocalState({ at });
      deliver(one, two);
    }
    clock.pass(1_000);
    const again = createSide(device);
    again.join().setLocalState({ name: "again" });
    deliver(again, two);
    expect(statesIn(twos)).toEqual([{ name: "again" }]);
  });

  test("closing says goodbye at once", () => {
    const [one, two] = [createSide(), createSide()];
    one.join().setLocalState({ name: "one" });
    const twos = two.join();
    deliver(one, two);
    one.presence.close();
    expect(one.sent).toHaveLength(1);
    for (const sealed of one.sent) two.presence.receive(sealed);
    expect(statesIn(twos)).toEqual([]);
  });

  test("a document that is not open here is passed over", () => {
    const [one, two] = [createSide(), createSide()];
    one.join(docOf(9)).setLocalState({ name: "one" });
    const twos = two.join();
    expect(deliver(one, two)).toEqual([{ ok: true, value: undefined }]);
    expect(statesIn(twos)).toEqual([]);
  });

  test("a state that is too long stays here, and it is said", () => {
    const one = createSide();
    const ones = one.join();
    clock.pass(gatherMs);
    one.sent.length = 0;
    ones.setLocalState({ name: "x".repeat(5_000) });
    clock.pass(gatherMs);
    expect(one.sent).toEqual([]);
    expect(one.tooLong).toEqual([5_011]);
  });

  test("without the vault's key nothing is sent", () => {
    const one = createSide();
    one.vaultKey = undefined;
    one.join();
    clock.pass(gatherMs);
    expect(one.sent).toEqual([]);
  });
});

describe("what is refused", () => {
  const refusedBy = (side: Side, bytes: Uint8Array) => {
    const received = side.presence.receive(bytes);
    return received.ok ? undefined : received.error.type;
  };
  const stateOf = (name: string) => encodePresence([{ doc, state: { name } }]);

  test("a presence that is played again, and an older one", () => {
    const [one, two] = [createSide(), createSide()];
    const twos = two.join();
    const [older, newer] = [sealAs(one, 5, stateOf("older")), sealAs(one, 6, stateOf("newer"))];
    expect(refusedBy(two, newer)).toBeUndefined();
    expect(refusedBy(two, newer)).toBe("PresenceReplayed");
    expect(refusedBy(two, older)).toBe("PresenceReplayed");
    expect(statesIn(twos)).toEqual([{ name: "newer" }]);
  });

  test("one with a forged count, which does not silence its author either", () => {
    const [one, two] = [createSide(), createSide()];
    two.join();
    const forged = sealAs(one, 5, stateOf("one"));
    const countAt = 2 + 16;
    forged[countAt] = 0xff;
    expect(refusedBy(two, forged)).toBe("BadSignature");
    expect(refusedBy(two, sealAs(one, 6, stateOf("one")))).toBeUndefined();
  });

  test("one of somebody who may not write", () => {
    const [one, two] = [createSide(), createSide()];
    known.delete(one.chain);
    expect(refusedBy(two, sealAs(one, 5, stateOf("one")))).toBe("AuthorUnknown");
  });

  test("one of another epoch, and one for which there is no key yet", () => {
    const [one, two] = [createSide(), createSide()];
    const sealed = sealAs(one, 5, stateOf("one"));
    two.vaultKey = keyOf(2);
    expect(refusedBy(two, sealed)).toBe("WrongVaultKey");
    two.vaultKey = undefined;
    expect(refusedBy(two, sealed)).toBe("VaultKeyUnknown");
  });

  test("our own, which cannot take our place", () => {
    const two = createSide();
    const twos = two.join();
    twos.setLocalState({ name: "two" });
    const ours = sealAs(two, startMs * 2, encodePresence([{ doc, state: null }]));
    expect(refusedBy(two, ours)).toBe("PresenceOwn");
    expect(twos.getLocalState()).toEqual({ name: "two" });
  });

  test("what a member seals that is no presence", () => {
    const [one, two] = [createSide(), createSide()];
    const twos = two.join();
    expect(refusedBy(two, sealAs(one, 5, Uint8Array.of(1, 9, 9)))).toBe("Malformed");
    expect(refusedBy(two, sealAs(one, 6, Uint8Array.of(2)))).toBe("FormatUnsupported");
    expect(refusedBy(two, Uint8Array.of(1, 1, 3))).toBe("Malformed");
    expect(statesIn(twos)).toEqual([]);
  });

  test("a name that is not one's own: each shows up under what its chain and the document give", () => {
    const [one, two, three] = [createSide(), createSide(), createSide()];
    const threes = three.join();
    three.presence.receive(sealAs(one, 5, stateOf("one")));
    three.presence.receive(sealAs(two, 5, stateOf("one")));
    three.presence.receive(sealAs(two, 6, encodePresence([{ doc, state: null }])));
    const ones = clientIdOf(one.chain, docIds.toBytes(doc));
    expect([...threes.getStates()].filter(([id]) => id !== threes.clientID)).toEqual([
      [ones, { name: "one" }],
    ]);
  });
});
