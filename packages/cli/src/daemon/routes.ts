/**
 * A route of the daemon: its name, what its body must look like, and what it does. `POST /v1/<name>` with
 * JSON; a talk answers with lines of JSON, the last of which is `{"answer": …}` or `{"error": …}`.
 */
import type { Result } from "@duro/crypto/types";
import type { TSchema } from "typebox";
import type { Calls, Talks } from "../api/calls.ts";
import type { Problem } from "../problem.ts";
import type { Daemon } from "./daemon.ts";

export interface CallRoute<N extends keyof Calls = keyof Calls> {
  readonly kind: "call";
  readonly name: N;
  readonly schema: TSchema;
  run(daemon: Daemon, body: Calls[N]["body"]): Promise<Result<Calls[N]["answer"], Problem>>;
}

export interface TalkRoute<N extends keyof Talks = keyof Talks> {
  readonly kind: "talk";
  readonly name: N;
  readonly schema: TSchema;
  run(
    daemon: Daemon,
    body: Talks[N]["body"],
    line: Line<Talks[N]["line"], Talks[N]["reply"]>,
  ): Promise<Result<Talks[N]["answer"], Problem>>;
}

/** To who asked. */
export interface Line<Said, Reply> {
  say(said: Said): void;
  /** Says something and waits for what is said to it; undefined: whoever asked is gone. */
  ask(said: Said): Promise<Reply | undefined>;
  /** Aborted when whoever asked is gone. */
  readonly signal: AbortSignal;
}

export type Route = CallRoute | TalkRoute;

/** Keeps the types of one route together; a table of routes forgets them. */
export const callRoute = <N extends keyof Calls>(route: Omit<CallRoute<N>, "kind">): Route =>
  ({ kind: "call", ...route }) as unknown as Route;

export const talkRoute = <N extends keyof Talks>(route: Omit<TalkRoute<N>, "kind">): Route =>
  ({ kind: "talk", ...route }) as unknown as Route;
