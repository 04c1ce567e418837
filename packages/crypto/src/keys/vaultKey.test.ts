import { describe, expect, test } from "vitest";
import { secret } from "../secret.ts";
import { otherVault, someVault } from "../testing/samples.ts";
import { seededRandomBytes } from "../testing/seededRandomBytes.ts";
import { type VaultKey, vaultKeyFrom } from "./vaultKey.ts";

const key = secret(seededRandomBytes("vault key")(32));
const vaultKey = vaultKeyFrom({ vault: someVault, epoch: 1 }, key);

const rootsOf = ({ bodies, blobs, presence }: VaultKey): readonly string[] =>
  [bodies, blobs, presence].flatMap(({ messages, nonces }) => [
    String(messages.reveal()),
    String(nonces.reveal()),
  ]);

describe("a vault key", () => {
  test("gives each kind of thing roots of its own, none of them the key or its commitment", () => {
    const made = [...rootsOf(vaultKey), String(key.reveal()), String(vaultKey.commitment)];
    expect(new Set(made).size).toBe(8);
  });

  test("gives other roots in another vault and in another epoch, from the same bytes", () => {
    const made = [
      vaultKey,
      vaultKeyFrom({ vault: otherVault, epoch: 1 }, key),
      vaultKeyFrom({ vault: someVault, epoch: 2 }, key),
    ].flatMap(rootsOf);
    expect(new Set(made).size).toBe(18);
  });

  test("has one commitment, by which members know that they hold the same", () => {
    const again = vaultKeyFrom({ vault: someVault, epoch: 1 }, secret(key.reveal().slice()));
    const other = vaultKeyFrom({ vault: someVault, epoch: 1 }, secret(new Uint8Array(32)));
    expect(again.commitment).toEqual(vaultKey.commitment);
    expect(other.commitment).not.toEqual(vaultKey.commitment);
  });
});
