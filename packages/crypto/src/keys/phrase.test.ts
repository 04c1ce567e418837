import { wordlist } from "@scure/bip39/wordlists/english.js";
import { describe, expect, test } from "vitest";
import { mustFail } from "../testing/outcome.ts";
import { must } from "../testing/people.ts";
import { seededRandomBytes } from "../testing/seededRandomBytes.ts";
import { createPhrase, paperDeviceKeys, parsePhrase, type Phrase } from "./phrase.ts";

const deps = { randomBytes: seededRandomBytes("phrase") };
const phrase = createPhrase(deps);
const words = phrase.reveal().split(" ");
const text = words.join(" ");

const idOf = (of: Phrase): string => paperDeviceKeys(of).id;

/** A whole number below `bound`, from seeded bytes. */
const drawFrom =
  (randomBytes: typeof deps.randomBytes) =>
  (bound: number): number =>
    new DataView(randomBytes(4).buffer).getUint32(0) % bound;

describe("a phrase", () => {
  test("is 24 words of the list, and another each time", () => {
    expect(words).toHaveLength(24);
    expect(words.filter((word) => !wordlist.includes(word))).toEqual([]);
    expect(createPhrase(deps).reveal()).not.toBe(text);
  });

  test("of no entropy at all is the known one", () => {
    const zeros = createPhrase({ randomBytes: (byteLength) => new Uint8Array(byteLength) });
    expect(zeros.reveal()).toBe(`${"abandon ".repeat(23)}art`);
  });

  test("gives the same paper device whenever it is typed, and another phrase another", () => {
    expect(paperDeviceKeys(must(parsePhrase(text)))).toMatchObject({
      id: paperDeviceKeys(phrase).id,
      signKey: paperDeviceKeys(phrase).signKey,
      kemKey: paperDeviceKeys(phrase).kemKey,
    });
    expect(idOf(createPhrase(deps))).not.toBe(idOf(phrase));
  });

  test("does not hold the device's seed itself", () => {
    expect(paperDeviceKeys(phrase).seed.reveal()).not.toEqual(seededRandomBytes("phrase")(32));
  });

  test.each([
    ["in upper case", text.toUpperCase()],
    ["in mixed case", text.replace(/^./u, (letter) => letter.toUpperCase())],
    ["with more spaces", `  ${words.join("   ")} `],
    [
      "on four lines",
      words.map((word, at) => (at % 6 === 5 ? `${word}\r\n` : `${word} `)).join(""),
    ],
    ["with tabs", words.join("\t")],
    ["with spaces that do not break", words.join("\u00a0")],
    ["with wide spaces", words.join("\u3000")],
    [
      "in wide letters",
      text.replace(/[a-z]/gu, (letter) => String.fromCharCode(letter.charCodeAt(0) + 0xfee0)),
    ],
  ])("is understood %s", (_, typed) => {
    expect(must(parsePhrase(typed)).reveal()).toBe(text);
  });
});

describe("a typed phrase is refused", () => {
  test.each([
    ["with nothing typed", "", 0],
    ["with spaces only", " \n ", 0],
    ["a word short", words.slice(1).join(" "), 23],
    ["a word over", `${text} zoo`, 25],
    ["with two words run together", text.replace(" ", ""), 23],
    ["with 12 words, though they are a phrase", `${"abandon ".repeat(11)}about`, 12],
  ])("%s, by the number of its words", (_, typed, got) => {
    expect(parsePhrase(typed)).toEqual({
      ok: false,
      error: { type: "PhraseWordCount", expected: 24, got },
    });
  });

  test.each([1, 2, 13, 24])("with word %d unknown, by its place as the sheet counts", (at) => {
    const typed = words.with(at - 1, "duro").join(" ");
    expect(parsePhrase(typed)).toEqual({ ok: false, error: { type: "PhraseWordUnknown", at } });
  });

  test("with several words unknown, by the first of them", () => {
    const typed = words.with(20, "xyzzy").with(4, "quux").join(" ");
    expect(mustFail(parsePhrase(typed))).toEqual({ type: "PhraseWordUnknown", at: 5 });
  });

  test.each(["prototype", "__proto__", "constructor", "aband", "abandonn", "ábandon"])(
    "for the word %s, which no list holds",
    (word) => {
      const typed = [word, ...words.slice(1)].join(" ");
      expect(mustFail(parsePhrase(typed))).toEqual({ type: "PhraseWordUnknown", at: 1 });
    },
  );

  test("with known words in an order that does not check", () => {
    expect(mustFail(parsePhrase(`${"abandon ".repeat(23)}about`))).toEqual({
      type: "PhraseChecksum",
    });
  });
});

describe("2,000 slips of a pen", () => {
  const draw = drawFrom(seededRandomBytes("slips"));
  const randomBytes = seededRandomBytes("slipped phrases");

  const swapped = (right: readonly string[]): readonly string[] => {
    const [one, other] = [draw(24), draw(24)];
    return right.with(one, right[other] ?? "").with(other, right[one] ?? "");
  };
  const miswritten = (right: readonly string[]): readonly string[] =>
    right.with(draw(24), wordlist[draw(2048)] ?? "");

  /** Some slips change nothing: those are drawn again. */
  const slip = (right: readonly string[], trial: number): string => {
    for (;;) {
      const wrong = (trial % 2 === 0 ? swapped(right) : miswritten(right)).join(" ");
      if (wrong !== right.join(" ")) return wrong;
    }
  };

  const trials = Array.from({ length: 2_000 }, (_, trial) => {
    const right = createPhrase({ randomBytes });
    return { right, typed: slip(right.reveal().split(" "), trial) };
  });
  const judged = trials.map(({ right, typed }) => ({ right, typed, parsed: parsePhrase(typed) }));
  const passed = judged.filter(({ parsed }) => parsed.ok);

  test("are refused by the checksum, but for about one in 256", () => {
    const refusals = judged.flatMap(({ parsed }) => (parsed.ok ? [] : [parsed.error.type]));
    expect(new Set(refusals)).toEqual(new Set(["PhraseChecksum"]));
    expect(passed.length).toBeGreaterThan(0);
    expect(passed.length).toBeLessThan(25);
  });

  test("that pass the checksum name another device, so that they are refused later", () => {
    const found = passed.filter(({ right, parsed }) => idOf(must(parsed)) === idOf(right));
    expect(found).toEqual([]);
  });

  test("leave no word in the refusal", () => {
    const unknown = trials
      .slice(0, 200)
      .map(({ typed }) => parsePhrase(typed.replace(/ \w+$/u, " abracadabra")));
    const shorter = trials.slice(0, 200).map(({ typed }) => parsePhrase(typed.slice(10)));
    const refusals = [...judged.map(({ parsed }) => parsed), ...unknown, ...shorter]
      .flatMap((parsed) => (parsed.ok ? [] : [JSON.stringify(parsed.error)]))
      .map((error) => error.replace(/Phrase(Checksum|WordCount|WordUnknown)/u, ""));
    const allowed = /^\{"type":""(,"expected":24,"got":\d+|,"at":\d+)?\}$/u;
    expect(refusals.length).toBeGreaterThan(2_300);
    expect(refusals.filter((refusal) => !allowed.test(refusal))).toEqual([]);
  });
});
