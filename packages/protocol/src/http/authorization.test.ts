import { asSignature } from "@duro/crypto/types";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { blobTokens, deviceIds, loginNonces } from "../ids.ts";
import { bytesUpTo, idsOf, signatures } from "../testing/arbitraries.ts";
import { headerToLogin, headerToToken, loginToHeader, tokenToHeader } from "./authorization.ts";
import { base64urlLength, base64urlToBytes, bytesToBase64url } from "./base64url.ts";

const proofs = fc.record({
  device: idsOf(deviceIds),
  nonce: idsOf(loginNonces),
  nowMs: fc.nat({ max: 9_999_999_999_999 }),
  signature: signatures,
});

describe("the Authorization header", () => {
  test("[HTTP8] a token and a login read back as they were written", () => {
    fc.assert(
      fc.property(idsOf(blobTokens), proofs, (token, proof) => {
        expect(headerToToken(tokenToHeader(token))).toBe(token);
        expect(headerToLogin(loginToHeader(proof))).toEqual(proof);
      }),
    );
  });

  test("[HTTP8] another scheme, another length or another spelling is no header of ours", () => {
    const token = tokenToHeader(blobTokens.fromBytes(new Uint8Array(32)));
    for (const wrong of ["", "Bearer ", token.toLowerCase(), ` ${token}`, `${token} `, `${token}0`])
      expect(headerToToken(wrong)).toBeUndefined();
    const login = loginToHeader({
      device: deviceIds.fromBytes(new Uint8Array(16)),
      nonce: loginNonces.fromBytes(new Uint8Array(32)),
      nowMs: 10,
      signature: asSignature(new Uint8Array(64)),
    });
    expect(headerToLogin(login)).toBeDefined();
    for (const wrong of [
      token,
      `${login}.`,
      login.replace(".10.", ".010."),
      login.replace(".10.", ".-1."),
      login.slice(0, -2),
      login.replace("Duro", "duro"),
    ])
      expect([wrong, headerToLogin(wrong)]).toEqual([wrong, undefined]);
  });
});

describe("base64url", () => {
  test("[HTTP9] bytes read back as they were written, in the length foretold", () => {
    fc.assert(
      fc.property(bytesUpTo(100), (bytes) => {
        const text = bytesToBase64url(bytes);
        expect(text).toMatch(/^[A-Za-z0-9_-]*$/u);
        expect(text.length).toBe(base64urlLength(bytes.length));
        expect(base64urlToBytes(text)).toEqual(bytes);
      }),
    );
  });

  test("[HTTP9] bytes have one spelling", () => {
    for (const wrong of ["A", "AQ==", "AR", "A+", "A/", "A A", "AAAAA", "ä"])
      expect([wrong, base64urlToBytes(wrong)]).toEqual([wrong, undefined]);
    fc.assert(
      fc.property(fc.string({ maxLength: 12 }), (text) => {
        const bytes = base64urlToBytes(text);
        expect(bytes === undefined ? text : bytesToBase64url(bytes)).toBe(text);
      }),
    );
  });
});
