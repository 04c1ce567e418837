/**
 * A conversation of several lines. The daemon says which talk it is, then lines, some of which it wants
 * answered, and last its answer or an error; replies go in requests of their own.
 */
import type { Readable } from "node:stream";
import { Exit } from "../exits.ts";
import type { Problem } from "../problem.ts";
import { err, ok, type Result } from "../result.ts";
import { exchangeProblem, parseObject, problemOf, strangeAnswer } from "./apiProblems.ts";
import { exchange } from "./exchange.ts";
import { readLines } from "./lines.ts";

export interface Talk {
  readonly socket: string;
  readonly version: string;
  readonly hear: (line: unknown) => Promise<unknown>;
}

type Answer = Result<unknown, Problem>;

export const hold = async (talk: Talk, stream: Readable): Promise<Answer> => {
  let id: string | undefined;
  /** Lines are heard one after the other. */
  let heard: Promise<void> = Promise.resolve();
  let askedCount = 0;
  const broken = Promise.withResolvers<Answer>();

  const hearAfter = async (before: Promise<void>, line: unknown, ask: unknown): Promise<void> => {
    await before;
    const reply = await talk.hear(line);
    if (ask === undefined) return;
    if (reply === undefined) return broken.resolve(err(notAnswered));
    await sendReply(talk, { talk: id, ask, reply });
    askedCount -= 1;
  };

  const listen = async (): Promise<Answer> => {
    for await (const text of readLines(stream)) {
      if (!text.ok) return err(exchangeProblem(text.error, talk.socket));
      const said = parseObject(text.value, talk.socket);
      if (!said.ok) return said;
      const { talk: named, line, ask } = said.value;
      const problem = problemOf(said.value);
      if (problem === undefined && !("answer" in said.value)) {
        if (typeof named === "string") id = named;
        if (line === undefined) continue;
        if (ask !== undefined) askedCount += 1;
        heard = hearAfter(heard, line, ask);
        heard.catch(broken.reject);
        continue;
      }
      // While somebody still thinks about a question, it may be over: nobody waits for them.
      if (askedCount === 0) await heard;
      return problem === undefined ? ok(said.value["answer"]) : err(problem);
    }
    return err(strangeAnswer(talk.socket));
  };

  try {
    return await Promise.race([listen(), broken.promise]);
  } finally {
    stream.destroy();
  }
};

/** What becomes of it, the talk itself says. */
const sendReply = async ({ socket, version }: Talk, body: object): Promise<void> => {
  const begun = await exchange({ socket, name: "reply", body, version });
  if (begun.ok) begun.value.stream.resume();
};

const notAnswered: Problem = {
  code: "NotAnswered",
  exit: Exit.Usage,
  message: "A question needed an answer, and none came.",
  next: "run it again at a terminal, or give the answer on stdin",
};
