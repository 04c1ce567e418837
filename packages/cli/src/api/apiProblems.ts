/** Why the daemon could not be asked, in sentences. */
import { Exit } from "../exits.ts";
import type { Problem } from "../problem.ts";
import { err, ok, type Result } from "../result.ts";
import type { ExchangeError } from "./exchange.ts";
import type { ReadError } from "./lines.ts";

const unreachable = (code: string, message: string, next: string): Problem => ({
  code,
  exit: Exit.DaemonUnreachable,
  message,
  next,
});

export const daemonNotRunning: Problem = unreachable(
  "DaemonNotRunning",
  "No daemon runs on this machine: nobody listens at its socket.",
  "duro status, which starts it",
);

export const exchangeProblem = (error: ExchangeError | ReadError, socket: string): Problem => {
  switch (error.type) {
    case "NotListening":
      return daemonNotRunning;
    case "NoAnswer":
      return unreachable(
        "DaemonSilent",
        `Something listens at ${socket} and does not answer: the daemon hangs, or was halted.`,
        "end its process, or let it go on, and run this again; duro doctor says more",
      );
    case "Refused":
      return unreachable(
        "SocketRefused",
        `The daemon's socket ${socket} cannot be used (${error.reason}): it may belong to another user.`,
        `look at it (ls -l ${socket}), and at DURO_HOME`,
      );
    case "NotHttp":
      return strangeAnswer(socket);
    case "HungUp":
      return unreachable(
        "DaemonGone",
        "The daemon ended while it was asked, so whether this was done is not known.",
        "duro list shows what is there; duro doctor looks for the cause",
      );
    case "AnswerTooLong":
      return unreachable(
        "AnswerTooLong",
        "The daemon's answer is longer than any answer should be.",
        "ask for less, as with --limit; and duro doctor",
      );
  }
};

export const strangeAnswer = (socket: string): Problem =>
  unreachable(
    "AnswerStrange",
    `What listens at ${socket} does not answer as Duro's daemon does.`,
    "duro daemon restart; and duro doctor",
  );

const exitNumbers: ReadonlySet<unknown> = new Set(Object.values(Exit));

/** `{"error": {code, message, next, exit}}`, or undefined where it is none. */
export const problemOf = (answer: unknown): Problem | undefined => {
  if (!isObject(answer) || !isObject(answer["error"])) return undefined;
  const { code, message, next, exit } = answer["error"];
  if (typeof code !== "string" || typeof message !== "string") return undefined;
  return {
    code,
    message,
    exit: isExit(exit) ? exit : Exit.Unexpected,
    next: typeof next === "string" ? next : undefined,
  };
};

const isExit = (value: unknown): value is Problem["exit"] =>
  value !== Exit.Done && exitNumbers.has(value);

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** An object of JSON. */
export const parseObject = (
  text: string,
  socket: string,
): Result<Readonly<Record<string, unknown>>, Problem> => {
  try {
    const value: unknown = JSON.parse(text);
    if (isObject(value)) return ok(value);
  } catch {
    // Not JSON: the same to whoever asked.
  }
  return err(strangeAnswer(socket));
};
