import { createHash } from "node:crypto";
import { BlobAction, blobTokens } from "@duro/protocol";
import { describe, expect, test } from "vitest";
import { blobSample } from "../testing/blobSamples.ts";
import { deviceOf, vaultOf } from "../testing/storeSamples.ts";
import { blobTokenHashOf, createBlobToken, isTokenFor } from "./blobToken.ts";

const name = blobSample(vaultOf(1));
const { Read, Write } = BlobAction;
const token = { vault: name.vault, blob: name.blob, device: deviceOf(1), expiresAtMs: 1 };
const readToken = { ...token, isWrite: false };
const writeToken = { ...token, isWrite: true };

describe("a blob token", () => {
  test("is 32 bytes of the randomness it was given", () => {
    const asked: number[] = [];
    const randomBytes = (byteLength: number): Uint8Array => {
      asked.push(byteLength);
      return new Uint8Array(byteLength).fill(0xab);
    };
    expect(createBlobToken({ randomBytes })).toBe("ab".repeat(32));
    expect(asked).toEqual([32]);
  });

  test("is kept as the SHA-256 of its bytes", () => {
    const bytes = new Uint8Array(32).fill(0xab);
    const expected = new Uint8Array(createHash("sha256").update(bytes).digest());
    expect(blobTokenHashOf(blobTokens.fromBytes(bytes))).toEqual(expected);
  });

  test("is good for its own action, and for what either action may", () => {
    expect(isTokenFor(readToken, name, [Read])).toBe(true);
    expect(isTokenFor(readToken, name, [Write])).toBe(false);
    expect(isTokenFor(writeToken, name, [Write])).toBe(true);
    expect(isTokenFor(writeToken, name, [Read])).toBe(false);
    for (const either of [readToken, writeToken])
      expect(isTokenFor(either, name, [Read, Write])).toBe(true);
  });

  test("is good in its vault alone, and for its blob unless it names none", () => {
    const other = blobSample(vaultOf(1), { number: 2 });
    const elsewhere = { vault: vaultOf(2), blob: name.blob };
    const anyBlob = { ...readToken, blob: undefined };
    expect(isTokenFor(readToken, other, [Read])).toBe(false);
    expect(isTokenFor(readToken, elsewhere, [Read])).toBe(false);
    expect(isTokenFor(anyBlob, other, [Read])).toBe(true);
    expect(isTokenFor(anyBlob, elsewhere, [Read])).toBe(false);
  });
});
