import { createRelayKeys } from "@duro/crypto/receipt";
import { seededRandomBytes } from "@duro/crypto/testing/seededRandomBytes";
import { loginNonces, times } from "@duro/protocol";
import { describe, expect, test } from "vitest";
import { createLoginNonces } from "./loginNonces.ts";

const randomBytes = seededRandomBytes("nonces");
const relay = createRelayKeys({ randomBytes });
const other = createRelayKeys({ randomBytes });

const create = (keys = relay) => {
  const clock = { nowMs: 1_800_000_000_000 };
  const nonces = createLoginNonces({ seed: keys.seed, randomBytes, nowMs: () => clock.nowMs });
  return { clock, nonces };
};

test("a nonce is good for its lifetime and not a moment longer", () => {
  const { clock, nonces } = create();
  const nonce = nonces.create();
  clock.nowMs += times.loginNonceLifetimeMs;
  expect(nonces.expiryOf(nonce)).toBeGreaterThan(clock.nowMs);
  clock.nowMs += 1;
  expect(nonces.expiryOf(nonce)).toBeUndefined();
});

test("a nonce is remembered for as long as any node would take it", () => {
  const { clock, nonces } = create();
  const behind = create();
  const nonce = nonces.create();
  // The other node's clock is as far behind as clocks may be.
  behind.clock.nowMs -= 5_000;
  clock.nowMs += times.loginNonceLifetimeMs + 5_000;
  behind.clock.nowMs += times.loginNonceLifetimeMs + 5_000;
  const fresh = create();
  expect(fresh.nonces.expiryOf(nonce)).toBeGreaterThanOrEqual(clock.nowMs);
  expect(behind.nonces.expiryOf(nonce)).toBeGreaterThanOrEqual(clock.nowMs);
});

test("a nonce of one node is good at another with the same key, and at no other relay", () => {
  const nonce = create().nonces.create();
  expect(create().nonces.expiryOf(nonce)).toBeDefined();
  expect(create(other).nonces.expiryOf(nonce)).toBeUndefined();
});

test("a nonce from far ahead is not taken, one from a clock slightly ahead is", () => {
  const ahead = create();
  const here = create();
  ahead.clock.nowMs += 5_000;
  expect(here.nonces.expiryOf(ahead.nonces.create())).toBeDefined();
  ahead.clock.nowMs += 1;
  expect(here.nonces.expiryOf(ahead.nonces.create())).toBeUndefined();
});

test("no two nonces are the same", () => {
  const { nonces } = create();
  const made = Array.from({ length: 1_000 }, () => nonces.create());
  expect(new Set(made).size).toBe(1_000);
});

describe("a nonce with one bit changed is not ours", () => {
  const { nonces } = create();
  const bytes = loginNonces.toBytes(nonces.create());
  test.each(Array.from(bytes.keys(), (at) => [at]))("in byte %i", (at) => {
    for (let bit = 0; bit < 8; bit++) {
      const changed = bytes.slice();
      changed[at] = (changed[at] ?? 0) ^ (1 << bit);
      expect(nonces.expiryOf(loginNonces.fromBytes(changed))).toBeUndefined();
    }
  });
});
