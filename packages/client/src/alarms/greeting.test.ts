import { asSignPublicKey } from "@duro/crypto/types";
import { expect, test } from "vitest";
import { checkGreeting, clockToleranceMs, isOfGreeting } from "./greeting.ts";
import { generationNumber, oneOfEach } from "./testing/aliases.ts";

const keyOf = (byte: number) => asSignPublicKey(new Uint8Array(32).fill(byte));
const nowMs = Date.UTC(2026, 10, 21);

const known = { key: keyOf(1), generation: generationNumber(1), latestMs: nowMs - 1_000 };
const challenge = { relayKey: keyOf(1), generation: generationNumber(1), nowMs };
const nothing = { key: undefined, generation: undefined, latestMs: undefined };

test("a relay that is the same, or that is met first, raises nothing", () => {
  expect(checkGreeting(known, challenge, nowMs)).toEqual([]);
  expect(checkGreeting(nothing, challenge, nowMs)).toEqual([]);
  expect(checkGreeting(known, challenge, nowMs + clockToleranceMs)).toEqual([]);
});

test("another key is told, and nothing else that this relay says", () => {
  const other = { relayKey: keyOf(2), generation: generationNumber(2), nowMs: 0 };
  expect(checkGreeting(known, other, nowMs)).toEqual([
    { type: "RelayKeyChanged", expected: "01".repeat(32), got: "02".repeat(32) },
  ]);
});

test("another generation under the same key is a hint", () => {
  expect(checkGreeting(known, { ...challenge, generation: generationNumber(2) }, nowMs)).toEqual([
    { type: "RelayGenerationChanged", before: generationNumber(1), now: generationNumber(2) },
  ]);
});

test("a clock far from the relay's is suspect, on either side", () => {
  const farMs = clockToleranceMs + 1;
  for (const aheadMs of [farMs, -farMs])
    expect(checkGreeting(known, { ...challenge, nowMs: nowMs - aheadMs }, nowMs)).toEqual([
      { type: "ClockSuspect", aheadMs, evidence: "relay" },
    ]);
});

test("a clock that went back is suspect, though the relay's went with it", () => {
  const backMs = clockToleranceMs + 1;
  const before = { ...known, latestMs: nowMs + backMs };
  expect(checkGreeting(before, challenge, nowMs)).toEqual([
    { type: "ClockSuspect", aheadMs: -backMs, evidence: "own past" },
  ]);
});

test("the next greeting heals what the one before showed, and nothing else", () => {
  expect(
    Object.values(oneOfEach)
      .filter(isOfGreeting)
      .map(({ type }) => type),
  ).toEqual(["RelayGenerationChanged", "RelayKeyChanged", "ClockSuspect"]);
});
