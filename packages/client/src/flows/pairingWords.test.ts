/** The words of a pairing: their bytes, and what is refused. */
import { createDeviceKeys } from "@duro/crypto";
import { seededRandomBytes } from "@duro/crypto/testing/seededRandomBytes";
import {
  asSignature,
  bytesToHex,
  DeviceScope,
  recordIds,
  userIds,
  vaultIds,
} from "@duro/crypto/types";
import { describe, expect, test } from "vitest";
import { labelByteLengthMax, namelessCard } from "./deviceCard.ts";
import { decodePairingWord, encodePairingWord, type PairingWord } from "./pairingWords.ts";

const { signKey, kemKey } = createDeviceKeys({ randomBytes: seededRandomBytes("pairing words") });
const head = { index: 300, id: recordIds.fromBytes(new Uint8Array(32).fill(7)) };
const vault = vaultIds.fromBytes(new Uint8Array(16).fill(8));
const user = userIds.fromBytes(new Uint8Array(16).fill(9));
const card = { name: "Ben's laptop", system: "Linux x64" };
const words: readonly PairingWord[] = [
  { type: "newcomer", signKey, kemKey, scope: DeviceScope.Viewer, card },
  { type: "offer", relayKey: signKey, user, record: Uint8Array.of(1, 2, 3) },
  { type: "cosigned", signature: asSignature(new Uint8Array(64).fill(5)) },
  { type: "welcomed", identity: head, vaults: [{ vault, head }] },
];

/** In front of two empty labels. */
const scopeAt = -3;

describe("words of a pairing", () => {
  test.each(words)("$type reads back as it was written, and in one spelling", (word) => {
    const bytes = encodePairingWord(word);
    const read = decodePairingWord(bytes);
    expect(read).toEqual({ ok: true, value: word });
    expect(read.ok && encodePairingWord(read.value)).toEqual(bytes);
  });

  test("a welcome is exactly these bytes; if this fails, the protocol changed: bump the version", () => {
    const [, , , welcomed] = words;
    const bytes = welcomed === undefined ? new Uint8Array() : encodePairingWord(welcomed);
    const headHex = `ac02${"07".repeat(32)}`;
    expect(bytesToHex(bytes)).toBe(`04${headHex}01${"08".repeat(16)}${headHex}`);
  });

  test.each(words)("$type is refused cut short, and with a byte behind it", (word) => {
    const bytes = encodePairingWord(word);
    expect(decodePairingWord(bytes.subarray(0, -1)).ok).toBe(false);
    expect(decodePairingWord(Uint8Array.of(...bytes, 0)).ok).toBe(false);
  });

  test("a name that is longer than any that is shown is refused", () => {
    const long = { name: "x".repeat(labelByteLengthMax + 1), system: "" };
    const word = {
      type: "newcomer",
      signKey,
      kemKey,
      scope: DeviceScope.Full,
      card: long,
    } as const;
    expect(decodePairingWord(encodePairingWord(word)).ok).toBe(false);
  });

  test("nobody joins as a sheet of paper, and no other word is known", () => {
    const newcomer = encodePairingWord({
      type: "newcomer",
      signKey,
      kemKey,
      scope: DeviceScope.Full,
      card: namelessCard,
    });
    expect(newcomer.at(scopeAt)).toBe(DeviceScope.Full);
    newcomer[newcomer.length + scopeAt] = DeviceScope.Paper;
    expect(decodePairingWord(newcomer).ok).toBe(false);
    expect(decodePairingWord(Uint8Array.of(5)).ok).toBe(false);
    expect(decodePairingWord(new Uint8Array()).ok).toBe(false);
  });
});
