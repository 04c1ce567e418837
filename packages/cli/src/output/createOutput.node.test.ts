import fc from "fast-check";
import { PassThrough } from "node:stream";
import { describe, expect, test } from "vitest";
import { Exit } from "../exits.ts";
import { createOutput, type OutputDeps } from "./createOutput.ts";

const start = (options: Partial<OutputDeps> = {}) => {
  const written = { out: "", err: "" };
  let nowMs = 0;
  const input = new PassThrough();
  const output = createOutput({
    isJson: false,
    isQuiet: false,
    canAsk: false,
    hasColour: false,
    isErrTerminal: false,
    isOutTerminal: false,
    columns: 60,
    writeOut: (bytes, done) => {
      written.out += typeof bytes === "string" ? bytes : Buffer.from(bytes).toString("latin1");
      done?.();
    },
    writeErr: (text) => {
      written.err += text;
    },
    nowMs: () => nowMs,
    asking: () => ({
      input,
      output: new PassThrough().on("data", (chunk: Buffer) => {
        written.err += chunk.toString();
      }),
      onInterrupt: () => {
        written.err += "<interrupted>";
      },
    }),
    ...options,
  });
  return {
    output,
    written,
    type: (text: string) => void input.write(text),
    pass: (ms: number) => (nowMs += ms),
  };
};

/** What a terminal obeys: no control but the end of a line and a tab, and no change of direction. */
// oxlint-disable-next-line no-control-regex -- control characters are what is looked for
const obeyed = /[\u0000-\u0008\u000B-\u001F\u007F-\u009F\u202A-\u202E\u2066-\u2069]/u;

const hostile = fc
  .array(
    fc.oneof(
      fc.string({ unit: "binary", maxLength: 8 }),
      fc.constantFrom(
        "\u001B[2J",
        "\u001B]0;title\u0007",
        "\u009B31m",
        "\r",
        "\u202E",
        "\u001B[8m",
      ),
    ),
    { maxLength: 6 },
  )
  .map((parts) => parts.join(""));

describe("text of a vault steers no terminal", () => {
  test("as a result, as talk, in a table, and in a problem", () => {
    fc.assert(
      fc.property(hostile, (text) => {
        const { output, written } = start();
        output.result({}, () => text);
        output.result({}, () => output.table([text], [[text]]));
        output.say(text);
        output.problem({ code: "X", exit: 1, message: text, next: text });
        expect(written.out).not.toMatch(obeyed);
        expect(written.err).not.toMatch(obeyed);
      }),
    );
  });

  test("as JSON, which still has the same value", () => {
    fc.assert(
      fc.property(hostile, (text) => {
        const { output, written } = start({ isJson: true });
        output.result({ text }, () => "");
        expect(written.out.slice(0, -1)).not.toMatch(obeyed);
        expect(written.out.indexOf("\n")).toBe(written.out.length - 1);
        expect(JSON.parse(written.out)).toEqual({
          text: text.toWellFormed() === text ? text : JSON.parse(JSON.stringify(text)),
        });
      }),
    );
  });

  test("with colours on, only our own colours are left", () => {
    const { output, written } = start({ hasColour: true });
    output.result({}, () => `${output.style.bad("\u001B[2Jred")} \u001B[8mhidden\u001B[1;5m`);
    expect(written.out).toBe("\u001B[31m[2Jred\u001B[39m [8mhidden[1;5m\n");
  });

  test("raw bytes go to a file as they are, and to a terminal as text", async () => {
    const bytes = "a\u001B[2Jb\r\nc";
    const toFile = start();
    await toFile.output.raw(bytes);
    expect(toFile.written.out).toBe(bytes);
    const toTerminal = start({ isOutTerminal: true });
    await toTerminal.output.raw(Buffer.from(bytes));
    expect(toTerminal.written.out).toBe("a[2Jb\nc");
  });
});

test("without colours a style changes nothing", () => {
  const { output } = start();
  expect(output.style.bold("x") + output.style.bad("y")).toBe("xy");
});

test("a result is one line of JSON with --json, and text without", () => {
  const json = start({ isJson: true });
  expect(json.output.result({ id: "a\nb" }, () => "no")).toBe(Exit.Done);
  expect(json.written.out).toBe('{"id":"a\\nb"}\n');
  const text = start();
  text.output.result({ id: "a" }, () => "Stored as a.\n");
  expect(text.written.out).toBe("Stored as a.\n");
});

test("a problem with --json is the last line on stdout, and says nothing on stderr", () => {
  const { output, written } = start({ isJson: true });
  const exit = output.problem({ code: "Offline", exit: Exit.Offline, message: "m", next: "n" });
  expect(exit).toBe(7);
  expect(written).toEqual({
    out: '{"error":{"code":"Offline","message":"m","next":"n"}}\n',
    err: "",
  });
});

test("a problem in words goes to stderr with what to do next", () => {
  const { output, written } = start();
  output.problem({ code: "X", exit: Exit.Busy, message: "It is busy.", next: "duro wait" });
  expect(written).toEqual({ out: "", err: "duro: It is busy.\n  next: duro wait\n" });
});

test("talk and bars are silent with --json and with --quiet; the result is not", () => {
  for (const options of [{ isJson: true }, { isQuiet: true }]) {
    const { output, written, pass } = start({ ...options, isErrTerminal: true });
    output.say("hello");
    const bar = output.progress("sending");
    pass(10_000);
    bar.update(1, 2);
    bar.done();
    output.result({ id: "a" }, () => "a");
    expect(written.err).toBe("");
    expect(written.out).not.toBe("");
  }
});

test("a bar is drawn over itself, no oftener than is seen, and leaves nothing behind", () => {
  const { output, written, pass } = start({ isErrTerminal: true });
  const bar = output.progress("sending");
  bar.update(0, 10);
  bar.update(1, 10);
  pass(1_000);
  bar.update(5, 10);
  bar.done();
  expect(written.err.split("\r")).toHaveLength(4);
  expect(written.err).toContain(" 50%  5/10");
  expect(written.err.endsWith("\r\u001B[2K")).toBe(true);
});

test("beside a terminal, progress is a line now and then", () => {
  const { output, written, pass } = start();
  const bar = output.progress("sending");
  bar.update(1, 10);
  expect(written.err).toBe("");
  pass(6_000);
  bar.update(5, 10);
  bar.update(6, 10);
  bar.done();
  expect(written.err).toBe("sending   50%  5/10\n");
});

describe("a question", () => {
  test("is not asked where nobody can answer", async () => {
    const { output, written } = start();
    expect(await output.ask("Sure?")).toBeUndefined();
    expect(await output.askSecret("Words?")).toBeUndefined();
    expect(written.err).toBe("");
  });

  test("gives back what was typed", async () => {
    const { output, written, type } = start({ canAsk: true });
    const answer = output.ask("Name?");
    await expect.poll(() => written.err).toContain("Name?");
    type("laptop\r");
    expect(await answer).toBe("laptop");
  });

  test("for a secret shows nothing of it", async () => {
    const { output, written, type } = start({ canAsk: true });
    const answer = output.askSecret("Words?");
    await expect.poll(() => written.err).toContain("Words?");
    type("abandon ability\r");
    expect(await answer).toBe("abandon ability");
    expect(written.err).toBe("Words? \n");
  });

  test("ends with Ctrl-C as an interruption, and with Ctrl-D without an answer", async () => {
    const first = start({ canAsk: true });
    const interrupted = first.output.ask("Sure?");
    await expect.poll(() => first.written.err).toContain("Sure?");
    first.type("\u0003");
    expect(await interrupted).toBeUndefined();
    expect(first.written.err).toContain("<interrupted>");
    const second = start({ canAsk: true });
    const ended = second.output.ask("Sure?");
    await expect.poll(() => second.written.err).toContain("Sure?");
    second.type("\u0004");
    expect(await ended).toBeUndefined();
  });
});
