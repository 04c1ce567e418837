import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { BrokenAssumption } from "../result.ts";
import { secret } from "../secret.ts";
import { mustFail } from "../testing/outcome.ts";
import { must } from "../testing/people.ts";
import { filled } from "../testing/samples.ts";
import { seededRandomBytes } from "../testing/seededRandomBytes.ts";
import {
  createPairingCode,
  mailboxCount,
  type PairingCode,
  pairingCodeText,
  parsePairingCode,
} from "./code.ts";

const crockford = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

const shown = ({ mailbox, secret: { reveal } }: PairingCode) => [mailbox, ...reveal()];

const code = createPairingCode({ randomBytes: seededRandomBytes("code") }, 12_345);
const text = pairingCodeText(code).reveal();

describe("a pairing code", () => {
  test("is five groups of four signs that cannot be taken for another", () => {
    expect(text).toMatch(/^([0-9A-HJKMNP-TV-Z]{4}-){4}[0-9A-HJKMNP-TV-Z]{4}$/u);
    expect(code.secret.reveal()).toHaveLength(10);
  });

  test("holds mailbox and secret in the order in which they are read", () => {
    const made = { mailbox: 1, secret: secret(Uint8Array.of(0x08, ...filled(9, 0))) };
    expect(pairingCodeText(made).reveal()).toMatch(/^0011-0000-0000-0000-000.$/u);
    const last = { mailbox: mailboxCount - 1, secret: secret(filled(10, 0xff)) };
    expect(pairingCodeText(last).reveal()).toMatch(/^ZZZZ-ZZZZ-ZZZZ-ZZZZ-ZZZ.$/u);
  });

  test("comes back from its text, whatever it holds", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: mailboxCount - 1 }),
        fc.uint8Array({ minLength: 10, maxLength: 10 }),
        (mailbox, bytes) => {
          const made = { mailbox, secret: secret<Uint8Array>(bytes) };
          const back = must(parsePairingCode(pairingCodeText(made).reveal()));
          expect(shown(back)).toEqual(shown(made));
        },
      ),
    );
  });

  test.each([
    ["in lower case", text.toLowerCase()],
    ["without dashes", text.replaceAll("-", "")],
    ["with spaces for dashes", text.replaceAll("-", " ")],
    ["with spaces and line ends around", ` ${text}\r\n`],
    ["in groups of five", text.replaceAll("-", "").replace(/(.{5})/gu, "$1 ")],
  ])("is understood %s", (_, typed) => {
    expect(shown(must(parsePairingCode(typed)))).toEqual(shown(code));
  });

  test.each([
    ["O", "0"],
    ["o", "0"],
    ["I", "1"],
    ["i", "1"],
    ["L", "1"],
    ["l", "1"],
  ])("is understood with %s for %s", (typed, meant) => {
    const digit = Number(meant);
    const made = { mailbox: digit, secret: secret(filled(10, digit)) };
    const right = pairingCodeText(made).reveal();
    expect(right).toContain(meant);
    const back = must(parsePairingCode(right.replaceAll(meant, typed)));
    expect(shown(back)).toEqual(shown(made));
  });

  test.each([-1, 0.5, mailboxCount, Number.NaN])("is never made for mailbox %d", (mailbox) => {
    const deps = { randomBytes: seededRandomBytes("code") };
    expect(() => createPairingCode(deps, mailbox)).toThrow(BrokenAssumption);
  });
});

describe("a typed code is refused", () => {
  const [head, last] = [text.slice(0, -1), text.slice(-1)];

  test("with any other last sign than the one that fits", () => {
    const others = Array.from(crockford).filter((sign) => sign !== last);
    const refusals = others.map((sign) => mustFail(parsePairingCode(head + sign)));
    expect(refusals).toHaveLength(31);
    expect(new Set(refusals.map(({ got }) => got))).toEqual(new Set(["another: look for a slip"]));
  });

  test.each([
    ["empty", "", "0"],
    ["a sign short", head, "19"],
    ["a sign over", `${text}0`, "21"],
    ["of dashes alone", "----", "0"],
  ])("%s, by its length", (_, typed, got) => {
    expect(mustFail(parsePairingCode(typed))).toMatchObject({ type: "CodeMalformed", got });
  });

  test.each(["U", "u", "*", "=", "Ø", "é", "０"])("with the sign %s in it", (sign) => {
    const typed = sign + text.slice(1);
    expect(mustFail(parsePairingCode(typed))).toMatchObject({ got: "another sign" });
  });

  test("with a sign that takes two places, by name", () => {
    expect(mustFail(parsePairingCode("\u{1F600}" + text.slice(1))).type).toBe("CodeMalformed");
  });

  test("after a slip of one sign or two neighbours exchanged, but for about one in 32", () => {
    const signs = Array.from(text.replaceAll("-", "")).slice(0, -1);
    const miswritten = signs.flatMap((right, at) =>
      Array.from(crockford, (sign) => (sign === right ? [] : [signs.with(at, sign)])).flat(),
    );
    const exchanged = signs
      .slice(0, -1)
      .map((right, at) => signs.with(at, signs[at + 1] ?? right).with(at + 1, right))
      .filter((slip) => slip.join("") !== signs.join(""));
    const slips = [...miswritten, ...exchanged].map((slip) => slip.join(""));
    const noticed = slips.filter((slip) => !parsePairingCode(slip + last).ok);
    expect(slips.length).toBeGreaterThan(600);
    expect(noticed.length / slips.length).toBeGreaterThan(0.94);
  });

  test("without any part of the code in the refusal", () => {
    for (const typed of [head, `${text}0`, `${head}U`, `*${text.slice(1)}`]) {
      const refusal = JSON.stringify(mustFail(parsePairingCode(typed)));
      for (const group of text.split("-")) expect(refusal).not.toContain(group);
    }
  });
});
