import { expect, test } from "vitest";
import { documentIdOf } from "./documentId.ts";
import { vaultIds } from "./ids.ts";
import { bytesToHex } from "./bytes/hex.ts";

const vaultOf = (byte: number) => vaultIds.fromBytes(new Uint8Array(16).fill(byte));

test("a document has another id under another name and in another vault", () => {
  const ids = [
    documentIdOf(vaultOf(1), "root"),
    documentIdOf(vaultOf(1), "roots"),
    documentIdOf(vaultOf(2), "root"),
  ].map(bytesToHex);
  expect(new Set(ids).size).toBe(3);
});

test("a name is a document's id for good", () => {
  expect(bytesToHex(documentIdOf(vaultOf(1), "root"))).toMatchInlineSnapshot(
    `"697daa554c26c4abad46dcce8e855f2b"`,
  );
});
