import { err, ok } from "@duro/crypto/types";
import { expect, test } from "vitest";
import { type HeldChain, mayAttest } from "./mayAttest.ts";
import {
  chainOf,
  factsOf,
  markOf,
  type SomeFacts,
  standing,
  vectorOf,
} from "./testing/judgingFacts.ts";

const held = (chains: Readonly<Record<number, HeldChain>>) =>
  new Map(Object.entries(chains).map(([chain, here]) => [chainOf(Number(chain)), here]));

const attest = (
  chains: Readonly<Record<number, HeldChain>>,
  coverage: Readonly<Record<number, number>>,
  base: Readonly<Record<number, number>> = {},
  facts: SomeFacts = {},
) => mayAttest({ ...factsOf(facts), held: held(chains) }, vectorOf(coverage), vectorOf(base));

const whole = { bodiesFrom: 1, counted: 20 };
const missing = (chain: number, fromSeq: number, toSeq: number) =>
  err({ type: "BodiesMissing", chain: chainOf(chain), fromSeq, toSeq });

test("whoever has all that a checkpoint covers may attest it, and has no need for more", () => {
  expect(attest({ 1: whole, 2: whole }, { 1: 20, 2: 3 })).toEqual(ok(undefined));
});

test("whoever lacks a body that it covers may not", () => {
  expect(attest({ 1: whole }, { 1: 20, 2: 3 })).toEqual(missing(2, 1, 3));
  expect(attest({ 1: whole }, { 1: 21 })).toEqual(missing(1, 21, 21));
  expect(attest({ 1: { bodiesFrom: 5, counted: 20 } }, { 1: 20 })).toEqual(missing(1, 1, 4));
  expect(attest({ 1: { bodiesFrom: 5, counted: 20 } }, { 1: 2 })).toEqual(missing(1, 1, 2));
});

test("an earlier checkpoint stands for what it covers, and every envelope after it is needed", () => {
  const after = { bodiesFrom: 11, counted: 20 };
  expect(attest({ 1: after }, { 1: 20 }, { 1: 10 })).toEqual(ok(undefined));
  expect(attest({ 1: after }, { 1: 20 }, { 1: 9 })).toEqual(missing(1, 10, 10));
  expect(attest({}, { 1: 10 }, { 1: 10 })).toEqual(ok(undefined));
  expect(attest({ 1: after }, { 1: 20, 2: 1 }, { 1: 10 })).toEqual(missing(2, 1, 1));
});

test("an earlier checkpoint that covers more than this one is no ground", () => {
  const ahead = (chain: number) => err({ type: "BaseAhead", chain: chainOf(chain) });
  expect(attest({ 1: whole }, { 1: 9 }, { 1: 10 })).toEqual(ahead(1));
  expect(attest({ 1: whole, 2: whole }, { 1: 9 }, { 2: 1 })).toEqual(ahead(2));
});

test("of what does not count, or is not here, nobody says anything", () => {
  const none = err({ type: "CoverageDoesNotCount" });
  expect(attest({ 1: whole }, { 1: 10 }, {}, { standings: { 1: standing.cutAt(1, 9) } })).toEqual(
    none,
  );
  expect(attest({ 1: whole }, { 1: 10 }, {}, { voidAt: { 1: 10 } })).toEqual(none);
  expect(attest({ 1: { bodiesFrom: 1, counted: 40 } }, { 1: 31 })).toEqual(none);
  const other = mayAttest({ ...factsOf(), held: held({ 1: whole }) }, [markOf(1, 10, 1)], []);
  expect(other).toEqual(none);
});
