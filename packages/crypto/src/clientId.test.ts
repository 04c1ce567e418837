import { describe, expect, test } from "vitest";
import { clientIdOf } from "./clientId.ts";
import { framed } from "./hash.ts";
import { chainIds } from "./ids.ts";
import { labels } from "./labels.ts";
import { blake2b } from "./sodium.ts";

const chainOf = (byte: number) => chainIds.fromBytes(new Uint8Array(16).fill(byte));
const docOf = (byte: number) => new Uint8Array(16).fill(byte);

describe("a clientID", () => {
  test("is the lower 53 bits of the labelled hash of chain and document", () => {
    const parts = [new Uint8Array(16).fill(1), docOf(2)];
    const hash = blake2b(16, null, [framed(labels.clientId, parts)]);
    const lower = new DataView(hash.buffer, hash.byteOffset).getBigUint64(0, true);
    expect(clientIdOf(chainOf(1), docOf(2))).toBe(Number(BigInt.asUintN(53, lower)));
  });

  test("is another for another chain, and for another document of the chain", () => {
    const ids = [1, 2, 3].flatMap((chain) =>
      [1, 2, 3].map((doc) => clientIdOf(chainOf(chain), docOf(doc))),
    );
    expect(new Set(ids).size).toBe(9);
  });

  test("is a number that Yjs can count with", () => {
    for (let byte = 0; byte < 256; byte += 1)
      expect(Number.isSafeInteger(clientIdOf(chainOf(byte), docOf(byte)))).toBe(true);
  });
});
