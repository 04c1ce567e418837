/** Rows read back as they were written, and keys keep the order of what they name. */
import { chainIds, deviceIds, type IdKind, incarnations, LogKind } from "@duro/crypto/types";
import { docIds, envelopeIds, recordIds, userIds, vaultIds } from "@duro/protocol";
import fc from "fast-check";
import { expect, test } from "vitest";
import { compareBytes } from "../testing/compareBytes.ts";
import {
  chainKey,
  chainOfKey,
  chainsOf,
  docOfFormerKey,
  docOfKey,
  documentKey,
  envelopeKey,
  envelopesBetween,
  formerKey,
  formersOf,
  numberOfOutboxKey,
  outboxKey,
  outboxOf,
  recordKey,
  recordsOf,
  updateKey,
  updatesOf,
  updatesOfLevel,
} from "./keys.ts";
import type { KeyRange } from "../ports/localStore.ts";
import {
  decodeChainRow,
  decodeDocumentRow,
  decodeOutboxRow,
  encodeChainRow,
  encodeDocumentRow,
  encodeOutboxRow,
} from "./rows.ts";

const idOf = <Id extends string>(kind: IdKind<Id>) =>
  fc
    .uint8Array({ minLength: kind.byteLength, maxLength: kind.byteLength })
    .map((bytes) => kind.fromBytes(bytes));
const number = fc.maxSafeNat();
const vault = idOf(vaultIds);
const chain = idOf(chainIds);
const doc = idOf(docIds);

const isWithin = (key: Uint8Array, { from, end }: KeyRange): boolean =>
  compareBytes(key, from) >= 0 && (end === undefined || compareBytes(key, end) < 0);

test("a chain's row reads back as it was written", () => {
  const row = fc.record({
    chain,
    user: idOf(userIds),
    device: idOf(deviceIds),
    incarnation: idOf(incarnations),
    logHead: idOf(recordIds),
    head: fc.record({ at: number, id: idOf(envelopeIds) }),
    epoch: number,
    counted: number,
    lastLogIndex: number,
    voidAt: number,
    receipted: number,
  });
  fc.assert(
    fc.property(row, (written) => {
      expect(decodeChainRow(written.chain, encodeChainRow(written))).toEqual(written);
    }),
  );
});

test("a document's row and an outbox row read back as they were written", () => {
  const level = fc.record({ updateCount: number, structCount: number });
  const document = fc.record({
    clocks: fc.uniqueArray(fc.tuple(number, number), { selector: ([id]) => id, maxLength: 20 }),
    levels: fc.array(level, { maxLength: 5 }),
    nextNumber: number,
  });
  const waiting = fc.record({
    doc,
    author: chain,
    isApplied: fc.boolean(),
    update: fc.uint8Array({ maxLength: 50 }),
  });
  fc.assert(
    fc.property(document, waiting, ({ clocks, ...rest }, edit) => {
      const row = { ...rest, clocks: new Map(clocks) };
      expect(decodeDocumentRow(encodeDocumentRow(row))).toEqual(row);
      expect(decodeOutboxRow(encodeOutboxRow(edit))).toEqual(edit);
    }),
  );
});

test("what is of one vault, chain, document or log lies in its range, and nothing else does", () => {
  fc.assert(
    fc.property(vault, vault, chain, doc, number, (one, other, ofChain, ofDoc, at) => {
      fc.pre(one !== other);
      const name = { kind: LogKind.Vault, log: one } as const;
      const ranges: readonly [(of: typeof one) => Uint8Array, KeyRange][] = [
        [(of) => chainKey(of, ofChain), chainsOf(one)],
        [(of) => envelopeKey(of, ofChain, at), envelopesBetween(one, ofChain, 0)],
        [(of) => updateKey(of, ofDoc, 1, at), updatesOf(one, ofDoc)],
        [(of) => outboxKey(of, at), outboxOf(one)],
        [(of) => formerKey(of, ofDoc), formersOf(one)],
        [(of) => recordKey({ ...name, log: of }, at), recordsOf(name)],
      ];
      for (const [keyOf, range] of ranges) {
        expect(isWithin(keyOf(one), range)).toBe(true);
        expect(isWithin(keyOf(other), range)).toBe(false);
      }
      expect(chainOfKey(chainKey(one, ofChain))).toBe(ofChain);
      expect(docOfKey(documentKey(one, ofDoc))).toBe(ofDoc);
      expect(docOfFormerKey(one, formerKey(one, ofDoc))).toBe(ofDoc);
      expect(docOfFormerKey(one, formerKey(one, undefined))).toBe(undefined);
      expect(numberOfOutboxKey(outboxKey(one, at))).toBe(at);
    }),
  );
});

test("later envelopes and updates stand behind earlier ones, and larger updates before smaller", () => {
  fc.assert(
    fc.property(vault, chain, doc, number, number, (of, ofChain, ofDoc, one, other) => {
      fc.pre(one < other);
      const inOrder = (first: Uint8Array, second: Uint8Array): void =>
        expect(compareBytes(first, second)).toBeLessThan(0);
      inOrder(envelopeKey(of, ofChain, one), envelopeKey(of, ofChain, other));
      inOrder(updateKey(of, ofDoc, 0, one), updateKey(of, ofDoc, 0, other));
      inOrder(updateKey(of, ofDoc, 1, other), updateKey(of, ofDoc, 0, one));
      inOrder(outboxKey(of, one), outboxKey(of, other));
      expect(isWithin(updateKey(of, ofDoc, 1, one), updatesOfLevel(of, ofDoc, 0))).toBe(false);
    }),
  );
});
