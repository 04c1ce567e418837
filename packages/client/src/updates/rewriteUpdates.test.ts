import { missingIn, readUpdate, type StateVector } from "@duro/protocol";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import * as Y from "yjs";
import { deletionsOf } from "./deletions.ts";
import { rewriteUpdates } from "./rewriteUpdates.ts";
import {
  canonical,
  docFrom,
  docOf,
  editScript,
  play,
  type SentUpdate,
  visible,
} from "./testing/editScript.ts";
import { firstItem } from "./yjsItems.ts";

/** The new one between and beside the others, so that its place among concurrent edits is any. */
const author = 2 ** 40 + 5;
const people = [author, 2 ** 40 + 3, 2 ** 40 + 9];
const newClientIds = [2 ** 40 + 1, 2 ** 40 + 6, 2 ** 52 + 17];

const stateOf = (doc: Y.Doc): StateVector => Y.decodeStateVector(Y.encodeStateVector(doc));

const shapeOf = (update: Uint8Array, clientId: number) => {
  const shape = readUpdate(update, clientId);
  if (!shape.ok) throw new Error(`expected ${shape.error.expected}, got ${shape.error.got}`);
  return shape.value;
};

const expectNothingPending = (doc: Y.Doc): void => {
  expect(doc.store.pendingStructs).toBeNull();
  expect(doc.store.pendingDs).toBeNull();
};

const expectAllSame = (replicas: readonly Y.Doc[]): void => {
  const [first, ...others] = replicas.map(canonical);
  for (const other of others) expect(other).toEqual(first);
};

interface Signed {
  readonly clientId: number;
  readonly update: Uint8Array;
}

/** Applies what has all it needs, over and over: says how many of each never had. */
const receive = (doc: Y.Doc, updates: readonly Signed[]): readonly Signed[] => {
  let waiting = updates;
  for (let before = -1; waiting.length > 0 && waiting.length !== before;) {
    before = waiting.length;
    waiting = waiting.filter(({ clientId, update }) => {
      if (missingIn(shapeOf(update, clientId), stateOf(doc)).size > 0) return true;
      Y.applyUpdate(doc, update, "heard");
      expectNothingPending(doc);
      return false;
    });
  }
  return waiting;
};

const signed = ({ by, update }: SentUpdate): Signed => ({ clientId: people[by] ?? 0, update });

const shuffled = <T>(items: readonly T[], order: Iterator<number>): T[] =>
  items
    .map((item) => ({ item, key: Number(order.next().value) }))
    .toSorted((a, b) => a.key - b.key)
    .map(({ item }) => item);

const oldDoc = (everything: readonly Signed[], gc: boolean): Y.Doc =>
  docFrom(
    everything.map((one) => one.update),
    1,
    gc,
  );

const rewritten = (
  everything: readonly Signed[],
  old: { counted: Y.Doc; own: readonly Signed[]; newClientId: number; gc: boolean },
): Signed | undefined => {
  const update = rewriteUpdates({
    doc: oldDoc(everything, old.gc),
    counted: stateOf(old.counted),
    oldClientId: author,
    newClientId: old.newClientId,
    deletions: deletionsOf(old.own.map((one) => one.update)),
  });
  return update === undefined ? undefined : { clientId: old.newClientId, update };
};

describe("edits whose chain does not count any more, where all others count", () => {
  test("show the same as before, whatever the new clientID is and in whatever order they arrive", () => {
    fc.assert(
      fc.property(
        editScript(people.length),
        fc.nat(60),
        fc.constantFrom(...newClientIds),
        fc.boolean(),
        fc.infiniteStream(fc.nat(1_000)),
        (script, silentFrom, newClientId, gc, order) => {
          const { sent } = play(script, people, silentFrom);
          const isOwn = ({ by, step }: SentUpdate): boolean => by === 0 && step >= silentFrom;
          const own = sent.filter(isOwn).map(signed);
          const base = sent.filter((one) => !isOwn(one)).map(signed);
          const counted = docOf(1);
          expect(receive(counted, base)).toEqual([]);
          const all = [...base, ...own];
          const update = rewritten(all, { counted, own, newClientId, gc });
          const arriving = update === undefined ? base : [...base, update];
          const replicas = [docOf(2), docOf(3)];
          for (const replica of replicas)
            expect(receive(replica, shuffled(arriving, order))).toEqual([]);
          const before = visible(docFrom(all.map((one) => one.update)));
          for (const replica of replicas) expect(visible(replica)).toEqual(before);
          expectAllSame(replicas);
        },
      ),
      { numRuns: 150 },
    );
  });
});

describe("edits whose chain does not count any more, where some of others do not count either", () => {
  /** Every chain up to a place, and of that what does not stand on what does not count. */
  const cutAt = (sent: readonly SentUpdate[], counts: readonly number[]) => {
    const counted = docOf(1);
    const seen = people.map(() => 0);
    const offered = sent.filter(({ by }) => {
      seen[by] = (seen[by] ?? 0) + 1;
      return (seen[by] ?? 0) <= (counts[by] ?? 0);
    });
    const held = new Set<number>();
    const base: Signed[] = [];
    for (const one of offered) {
      const missing = missingIn(shapeOf(one.update, people[one.by] ?? 0), stateOf(counted));
      if (missing.size > 0) held.add(one.by);
      if (held.has(one.by)) continue;
      Y.applyUpdate(counted, one.update, "heard");
      base.push(signed(one));
    }
    const isBase = new Set(base.map(({ update }) => update));
    const own = sent.filter(({ by, update }) => by === 0 && !isBase.has(update)).map(signed);
    return { counted, base, own };
  };

  /** What the root text shows in the old document of what counts or is our own. */
  const expectedText = (
    old: Y.Doc,
    counted: Y.Doc,
    deletions: ReturnType<typeof deletionsOf>,
  ): string => {
    let text = "";
    for (let item = firstItem(old.get("text")); item !== null; item = item.right) {
      for (let at = 0; at < item.length; at += 1) {
        const id = Y.createID(item.id.client, item.id.clock + at);
        const isOurDeletion = (deletions.get(id.client) ?? []).some(
          ({ from, end }) => from <= id.clock && id.clock < end,
        );
        const doesCount = id.clock < Y.getState(counted.store, id.client);
        const there = doesCount ? Y.getItem(counted.store, id) : item;
        if (isOurDeletion || (!doesCount && id.client !== author)) continue;
        // Of ours, what others deleted who do not count is as it was, where it is not forgotten.
        if (doesCount && there.deleted) continue;
        if (there.content instanceof Y.ContentString)
          text += there.content.str.charAt(id.clock - there.id.clock);
      }
    }
    return text;
  };

  test("are taken by everybody, wait for nothing that is lost, and end the same on every replica", () => {
    fc.assert(
      fc.property(
        editScript(people.length),
        editScript(1, 12),
        fc.tuple(fc.nat(20), fc.nat(40), fc.nat(40)),
        fc.constantFrom(...newClientIds),
        fc.boolean(),
        fc.infiniteStream(fc.nat(1_000)),
        (script, later, counts, newClientId, gc, order) => {
          const { sent } = play(script, people);
          const { counted, base, own } = cutAt(sent, counts);
          const everything = sent.map(signed);
          const update = rewritten(everything, { counted, own, newClientId, gc });
          if (update === undefined) return;
          expect(missingIn(shapeOf(update.update, newClientId), stateOf(counted)).size).toBe(0);
          const once = docFrom([...base, update].map((one) => one.update));
          const old = oldDoc(everything, gc);
          const deletions = deletionsOf(own.map((one) => one.update));
          const text = once.getText("text").toDelta() as { insert: unknown }[];
          expect(
            text.map(({ insert }) => (typeof insert === "string" ? insert : "")).join(""),
          ).toBe(expectedText(old, counted, deletions));
          // Meanwhile somebody who has not heard of it goes on.
          const meanwhile = play(later, [2 ** 45 + 1]).sent.map((one) => ({
            clientId: 2 ** 45 + 1,
            update: one.update,
          }));
          const arriving = [...base, update, ...meanwhile];
          const replicas = [docOf(2), docOf(3)];
          for (const replica of replicas)
            expect(receive(replica, shuffled(arriving, order))).toEqual([]);
          expectAllSame(replicas);
        },
      ),
      { numRuns: 150 },
    );
  });
});
