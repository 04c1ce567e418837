import { describe, expect, test } from "vitest";
import { blobTokens, docIds, inviteCodes, loginNonces } from "./ids.ts";

describe("ids", () => {
  test.each([docIds, blobTokens, inviteCodes, loginNonces])(
    "[FRAME11] a $what is lowercase hex of its own length, and nothing else",
    (kind) => {
      const text = "0a".repeat(kind.byteLength);
      expect(kind.parse(text)).toEqual({ ok: true, value: text });
      for (const wrong of ["", text.slice(2), `${text}00`, text.toUpperCase(), ` ${text.slice(1)}`])
        expect(kind.parse(wrong)).toMatchObject({ ok: false, error: { type: "NotAnId" } });
    },
  );
});
