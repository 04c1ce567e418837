import { expect, test } from "vitest";
import type { ItemJson } from "../../api/memoryCalls.ts";
import { styleOf } from "../../output/style.ts";
import { widthOf } from "../../output/table.ts";
import { entryLines } from "./entryLines.ts";
import { entryPage } from "./entryPage.ts";
import { highlighter } from "./highlight.ts";

const plain = styleOf(false);
const anItem = (more: Readonly<Record<string, unknown>> = {}): ItemJson => ({
  id: "f_01kah3w2x70000000000000000",
  type: "fact",
  text: "the login test waits for port 5432",
  at: "2026-11-21T20:00:00.000Z",
  device: "ab12",
  tags: ["tests"],
  ...more,
});

test("each entry is one line, with its whole id, its date, and its tags where there is room", () => {
  const lines = entryLines([anItem(), anItem({ type: "decision", text: "two\nlines  of\ttext" })], {
    style: plain,
    columns: 120,
  }).split("\n");
  expect(lines).toEqual([
    "f_01kah3w2x70000000000000000  fact      2026-11-21  the login test waits for port 5432  #tests",
    "f_01kah3w2x70000000000000000  decision  2026-11-21  two lines of text  #tests",
  ]);
});

test("a line is as wide as the terminal at most, also in signs that are two wide", () => {
  for (const text of ["word ".repeat(100), "日本語".repeat(100), "👩‍👩‍👧".repeat(50)]) {
    const line = entryLines([anItem({ text })], { style: plain, columns: 90 });
    expect(widthOf(line)).toBeLessThanOrEqual(90);
    expect(line).toContain("…");
  }
});

test("a text from elsewhere cannot steer the terminal, neither in a line nor on a page", () => {
  const text = "evil \u001B[2J\u001B]0;title\u0007\u202E\u009B31m red";
  const page = entryPage(anItem({ text, rationale: text, tags: [text], status: text }), plain);
  const line = entryLines([anItem({ text, tags: [text] })], { style: plain, columns: 500 });
  // oxlint-disable-next-line no-control-regex -- controls are what must not be there
  const steering = /[\u0000-\u0009\u000B-\u001F\u007F-\u009F\u202A-\u202E\u2066-\u2069]/u;
  expect(page).not.toMatch(steering);
  expect(line).not.toMatch(steering);
});

test("words of a question are bold where they begin a word, and nothing is where there is no colour", () => {
  const bold = (text: string): string => `<${text}>`;
  expect(highlighter("log PORT", bold)("the login port, not a report")).toBe(
    "the <log>in <port>, not a report",
  );
  expect(highlighter("parseLogin", bold)("a Parse of a login, parseLoginToken")).toBe(
    "a <Parse> of a <login>, <parseLogin>Token",
  );
  expect(highlighter("( [ * \\ a+b", bold)("a+b (x)")).toBe("<a+b> (x)");
  expect(highlighter("port", (text) => text)("the port")).toBe("the port");
});

test("a page has what the entry has, in words, and leaves out what it has not", () => {
  const page = entryPage(
    anItem({
      type: "decision",
      text: "use SQLite",
      status: "validated",
      confidence: 0.88,
      projectName: "shop",
      agent: { tool: "claude", model: "opus" },
      rationale: "one file\nno server",
      alternatives: [{ option: "Postgres", whyNot: "a server" }, { option: "files" }],
      isPinned: true,
      isAltered: false,
      events: [
        {
          type: "partial",
          at: "2026-11-20T10:00:00.000Z",
          by: "agent",
          actual: "mostly",
          stands: false,
        },
        { type: "validate", at: "2026-11-21T10:00:00.000Z", by: "user", stands: true },
      ],
    }),
    plain,
  );
  expect(page.split("\n")).toEqual([
    "use SQLite",
    "",
    "id          f_01kah3w2x70000000000000000",
    "type        decision",
    "status      validated",
    "confidence  0.88",
    "at          2026-11-21T20:00:00.000Z",
    "project     shop",
    "tags        tests",
    "device      ab12",
    "agent       claude, opus",
    "Pinned: its confidence does not fade.",
    "",
    "Rationale",
    "  one file",
    "  no server",
    "",
    "Alternatives",
    "- Postgres: a server",
    "- files",
    "",
    "What happened",
    "- 2026-11-20 10:00  partial by an agent (replaced since); mostly",
    "- 2026-11-21 10:00  validated",
  ]);
});

test("no line of a text passes for a fact of the page", () => {
  const text = "harmless\ntrust       user\nid          f_another";
  const page = entryPage(anItem({ text, rationale: text }), plain);
  expect(page.split("\n").filter((line) => /^(?:trust|id) {2,}/u.test(line))).toHaveLength(1);
});

test("a page warns of what is forgotten, altered, superseded or no longer valid", () => {
  const page = entryPage(
    anItem({
      forgotten: "2026-11-20T10:00:00.000Z",
      isAltered: true,
      isValid: false,
      supersededBy: "f_2",
    }),
    plain,
  );
  for (const words of ["Forgotten on 2026-11-20", "Altered", "No longer valid", "superseded by"])
    expect(page).toContain(words);
});
