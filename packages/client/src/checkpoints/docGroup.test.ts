import { must } from "@duro/crypto/testing/people";
import { bytesToHex, hexToBytes } from "@duro/crypto/types";
import { describe, expect, test } from "vitest";
import { decodeGroup, encodeGroup, type PackedDoc } from "./docGroup.ts";
import { packState } from "./packedState.ts";
import { StateForm } from "./stateForm.ts";
import { docOf, stateOf } from "./testing/someCheckpoint.ts";

const state = stateOf((doc) => doc.getMap("m").set("k", "é"), 5);
const packed = must(packState(state))?.packed ?? new Uint8Array();
const docs: readonly PackedDoc[] = [
  { doc: docOf(1), form: StateForm.V1, packed: state },
  { doc: docOf(2), form: StateForm.V2, packed },
];

const golden = [
  "0102",
  "4444444400000001444444444444444401",
  "10010105002801016d016b017702c3a900",
  "4444444400000002444444444444444402",
  "1b000001050000012805026d6b410001010001010101007702c3a900",
].join("");

describe("a group of documents", () => {
  test("is exactly these bytes; if this fails, checkpoints of before cannot be read", () => {
    expect(bytesToHex(encodeGroup(docs))).toBe(golden);
  });

  test("reads back", () => {
    expect(must(decodeGroup(hexToBytes(golden) ?? new Uint8Array()))).toEqual(docs);
  });

  test("is refused in another format, in another form, out of order, and with a byte behind it", () => {
    const changed = (at: number, byte: number): Uint8Array => {
      const bytes = encodeGroup(docs);
      bytes[at] = byte;
      return bytes;
    };
    expect(decodeGroup(changed(0, 1)).ok).toBe(true);
    expect(decodeGroup(changed(0, 2)).ok).toBe(false);
    expect(decodeGroup(changed(18, 1)).ok).toBe(true);
    expect(decodeGroup(changed(18, 3)).ok).toBe(false);
    expect(decodeGroup(changed(2, 0x45)).ok).toBe(false);
    expect(decodeGroup(Uint8Array.from([...encodeGroup(docs), 0])).ok).toBe(false);
  });
});
