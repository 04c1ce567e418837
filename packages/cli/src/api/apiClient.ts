/** Asks the daemon, and has one started where none runs. */
import type { Problem } from "../problem.ts";
import { err, type Result } from "../result.ts";
import type { Api } from "./api.ts";
import {
  daemonNotRunning,
  exchangeProblem,
  parseObject,
  problemOf,
  strangeAnswer,
} from "./apiProblems.ts";
import { type Answer, exchange } from "./exchange.ts";
import { readAll } from "./lines.ts";
import { hold, type Talk } from "./talk.ts";
import { daemonStaysOlder, isDaemonOlder, versionMismatchStatus } from "./versionMismatch.ts";
import { whileItLives } from "./whileItLives.ts";

export interface ApiDeps {
  readonly socket: string;
  readonly version: string;
  /** Undefined: this command starts no daemon and ends none. */
  readonly starter: (() => Promise<DaemonStarter>) | undefined;
  /** Why nobody should be talked to at that socket. */
  readonly socketProblem: () => Problem | undefined;
}

export interface DaemonStarter {
  /** Resolves once a daemon answers, this one or another's. */
  readonly start: () => Promise<Result<void, Problem>>;
  /** Resolves once the daemon that runs has ended. */
  readonly stop: () => Promise<Result<void, Problem>>;
}

type Begun = Result<Answer, Problem>;

export const createApi = ({ socket, version, starter, socketProblem }: ApiDeps): Api => {
  let wasReplaced = false;

  const begin = async (name: string, body: unknown): Promise<Begun> => {
    const unsafe = socketProblem();
    if (unsafe !== undefined) return err(unsafe);
    const request = { socket, name, body, version };
    let begun = await whileItLives(exchange(request), request);
    if (!begun.ok && begun.error.type === "NotListening") {
      if (starter === undefined) return err(daemonNotRunning);
      const started = await (await starter()).start();
      if (!started.ok) return started;
      begun = await whileItLives(exchange(request), request);
    }
    if (!begun.ok) return err(exchangeProblem(begun.error, socket));
    if (begun.value.status !== versionMismatchStatus) return begun;
    const refusal = await readRefusal(begun.value);
    if (!isDaemonOlder(refusal)) return err(refusal);
    const replaced = await replace();
    return replaced.ok ? begin(name, body) : replaced;
  };

  /** Once: one that comes back older was started by somebody else. */
  const replace = async (): Promise<Result<void, Problem>> => {
    if (wasReplaced || starter === undefined) return err(daemonStaysOlder);
    wasReplaced = true;
    const { stop, start } = await starter();
    const stopped = await stop();
    return stopped.ok ? start() : stopped;
  };

  const readRefusal = async (begun: Answer): Promise<Problem> => {
    const answer = await readAnswer(begun);
    return answer.ok ? strangeAnswer(socket) : answer.error;
  };

  const readAnswer = async ({ stream }: Answer): Promise<Result<object, Problem>> => {
    const text = await readAll(stream);
    if (!text.ok) return err(exchangeProblem(text.error, socket));
    // Whatever the daemon says, it ends with a newline.
    const isWhole = text.value.endsWith("\n");
    if (!isWhole) return err(exchangeProblem({ type: "HungUp" }, socket));
    const answer = parseObject(text.value, socket);
    const problem = answer.ok ? problemOf(answer.value) : undefined;
    return problem === undefined ? answer : err(problem);
  };

  // The daemon is this very program in this very version, so it answers as its routes are typed.
  return {
    call: async (name, body) => {
      const begun = await begin(name, body);
      return (begun.ok ? await readAnswer(begun.value) : begun) as Result<never, Problem>;
    },
    talk: async (name, body, hear) => {
      const begun = await begin(name, body);
      if (!begun.ok) return begun;
      const talk: Talk = { socket, version, hear: hear as Talk["hear"] };
      return (await hold(talk, begun.value.stream)) as Result<never, Problem>;
    },
  };
};
