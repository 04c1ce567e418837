/** The bytes that a fingerprint is made of, as docs/crypto.md §10 and protocol.md §6 spell them. */
import { fingerprintWords } from "@duro/crypto";
import { chainIds, concatBytes, envelopeIds, recordIds, vaultIds } from "@duro/crypto/types";
import { expect, test } from "vitest";
import { vaultFingerprint } from "./fingerprint.ts";

const vault = vaultIds.fromBytes(new Uint8Array(16).fill(1));
const head = { index: 300, id: recordIds.fromBytes(new Uint8Array(32).fill(2)) };
const chainOf = (byte: number, at: number) => ({
  chain: chainIds.fromBytes(new Uint8Array(16).fill(byte)),
  head: { at, id: envelopeIds.fromBytes(new Uint8Array(32).fill(byte)) },
});

type Seen = Parameters<typeof vaultFingerprint>[0];
const seen = (chains: readonly ReturnType<typeof chainOf>[]): Seen =>
  ({ vaultLog: () => ({ head }), chains: () => chains }) as unknown as Seen;

test("is over the vault, the head of its log, and every chain that has begun, by its id", () => {
  const heads = concatBytes(
    new Uint8Array(16).fill(1),
    Uint8Array.of(0xac, 0x02),
    new Uint8Array(32).fill(2),
    Uint8Array.of(2),
    ...[3, 9].map((byte) =>
      concatBytes(
        new Uint8Array(16).fill(byte),
        Uint8Array.of(byte),
        new Uint8Array(32).fill(byte),
      ),
    ),
  );
  const chains = [chainOf(9, 9), chainOf(5, 0), chainOf(3, 3)];
  expect(vaultFingerprint(seen(chains), vault)).toEqual(fingerprintWords(heads));
  expect(vaultFingerprint(seen(chains.toReversed()), vault)).toEqual(fingerprintWords(heads));
  expect(vaultFingerprint(seen([chainOf(9, 9)]), vault)).not.toEqual(fingerprintWords(heads));
});

test("there is none of a vault that is not here", () => {
  const nothing = { vaultLog: () => undefined, chains: () => [] } as unknown as Seen;
  expect(vaultFingerprint(nothing, vault)).toBeUndefined();
});
