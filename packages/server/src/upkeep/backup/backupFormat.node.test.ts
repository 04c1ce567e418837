import { createHash } from "node:crypto";
import { asSignPublicKey, bytesToHex } from "@duro/crypto/types";
import { describe, expect, test } from "vitest";
import {
  type BackupHeader,
  decodeHeader,
  decodeTableEnd,
  encodeFrame,
  encodePreamble,
  encodeTableEnd,
  FrameTag,
  leadByteLength,
  readLead,
} from "./backupFormat.ts";

const header: BackupHeader = {
  schema: 1,
  relayKey: asSignPublicKey(new Uint8Array(32).fill(0xaa)),
  madeAtMs: 1_795_000_000_000,
  tables: [
    { name: "a", columns: [{ name: "id", type: "uuid" }] },
    { name: "b", columns: [] },
  ],
};

/** Magic, format, length; schema, key, time, tables. */
const goldenHex = [
  bytesToHex(new TextEncoder().encode("duro relay backup\n")),
  "01",
  "36000000",
  "01",
  "aa".repeat(32),
  "80bcd9f29e34",
  "02",
  "0161",
  "01",
  "026964",
  "0475756964",
  "0162",
  "00",
].join("");

describe("the file of a backup", () => {
  test("begins with exactly these bytes; if this fails, the format changed: count it up", () => {
    const preamble = encodePreamble(header);
    const hash = createHash("sha256").update(preamble.subarray(0, -32)).digest("hex");
    expect(bytesToHex(preamble)).toBe(`${goldenHex}${hash}`);
  });

  test("has frames of exactly these bytes", () => {
    expect(bytesToHex(encodeFrame(FrameTag.Data, Uint8Array.of(7, 8)))).toBe("01020000000708");
    const end = encodeTableEnd({ rowCount: 3, byteLength: 300 });
    expect(bytesToHex(encodeFrame(FrameTag.TableEnd, end))).toBe("020300000003ac02");
  });

  test("reads back as it was written", () => {
    const preamble = encodePreamble(header);
    const lead = readLead(preamble);
    expect(lead?.format).toBe(1);
    const end = leadByteLength + (lead?.headerByteLength ?? 0);
    expect(preamble.length).toBe(end + 32);
    expect(decodeHeader(preamble.subarray(leadByteLength, end))).toEqual({
      ok: true,
      value: header,
    });
    const tableEnd = { rowCount: 2 ** 40, byteLength: 2 ** 50 };
    expect(decodeTableEnd(encodeTableEnd(tableEnd))).toEqual({ ok: true, value: tableEnd });
  });

  test("is not begun by anything else", () => {
    expect(readLead(new TextEncoder().encode("PGDMP, and then much more of it"))).toBeUndefined();
  });
});
