import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { secretKindsIn, secretWarnings } from "./secretKinds.ts";

const letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJ0123456789";

describe("what looks like a secret", () => {
  test.each([
    ["-----BEGIN OPENSSH PRIVATE KEY-----\nb3Blb", "a private key"],
    ["-----BEGIN PGP PRIVATE KEY BLOCK-----", "a private key"],
    [`AGE-SECRET-KEY-1${"Q".repeat(58)}`, "an age secret key"],
    ["AKIAIOSFODNN7EXAMPLE", "an AWS access key"],
    [`ghp_${letters.slice(0, 36)}`, "a GitHub token"],
    ["glpat-abcdefghijklmnopqrst", "a GitLab token"],
    ["sk-ant-api03-abcdefghijklmnopqrstuvwx", "an Anthropic key"],
    [`sk-proj-${letters}`, "an OpenAI key"],
    ["xoxb-123456789012-abcdef", "a Slack token"],
    ["sk_live_abcdefghijklmnop", "a Stripe key"],
    [`AIza${letters.slice(0, 35)}`, "a Google API key"],
    [`npm_${letters.slice(0, 36)}`, "an npm token"],
    ["eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTYifQ.abcdefghijk", "a JSON web token"],
    ["postgres://shop:hunter2hunter@db/shop", "a password within an address"],
    ['api_key = "abcd1234efgh"', "a password or key with its name"],
    ["password: correct-horse-battery", "a password or key with its name"],
  ])("is known by its form: %s", (text, kind) => {
    expect(secretKindsIn([undefined, `before ${text} behind`])).toContain(kind);
  });

  test.each([
    "the password is asked for twice",
    "password: ${SHOP_PASSWORD}",
    "see https://example.org/docs/tokens and user@example.org",
    "commit 4b825dc642cb6eb9a060e54bf8d69288fbee4904",
    "f_01kh3rrcc0ep2s75c95wtn5jpg superseded d_01m7zxn2mpegq98zpe9pqm4vwb",
    "use sk-learn and the AKIA prefix",
    "git@github.com:acme/shop.git",
  ])("is nothing that people write all day: %s", (text) => {
    expect(secretKindsIn([text])).toEqual([]);
    expect(secretWarnings("f_1", [text])).toEqual({});
  });

  test("is never repeated in the warning", () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[A-Za-z0-9]{36}$/u), (secret) => {
        const { warnings = [] } = secretWarnings("f_1", [`token ghp_${secret}`]);
        expect(warnings.length).toBe(1);
        expect(warnings.join()).not.toContain(secret);
      }),
    );
  });

  test("is looked for in time that grows no faster than the text", () => {
    for (const part of ["eyJ-", "eyJaaaaaaaa.", "a://b:c", "password:", "-----BEGIN ", "sk-"])
      expect(secretKindsIn([part.repeat(20_000)]).length).toBeLessThan(4);
  });
});
