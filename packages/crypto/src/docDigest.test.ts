import { describe, expect, test } from "vitest";
import { bytesToHex } from "./bytes/hex.ts";
import { docDigestOf } from "./docDigest.ts";
import { framed } from "./hash.ts";
import { labels } from "./labels.ts";
import { blake2b } from "./sodium.ts";

const state = new TextEncoder().encode("the state of a document");

describe("a document's digest", () => {
  test("is the labelled hash of its state, 32 bytes", () => {
    const expected = blake2b(32, null, [framed(labels.docDigest, [state])]);
    expect(bytesToHex(docDigestOf(state))).toBe(bytesToHex(expected));
  });

  test("differs for another state, and for none", () => {
    const digests = [state, state.subarray(1), new Uint8Array()].map(docDigestOf).map(bytesToHex);
    expect(new Set(digests).size).toBe(3);
  });
});
