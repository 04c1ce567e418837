/** Requests by Node, through the proxy and with the authorities that the machine is set up for. */
import { err, ok, type Result } from "@duro/crypto/types";
import { type Agent, type IncomingMessage, request as requestPlain } from "node:http";
import { request as requestSecure } from "node:https";
import type { Clock } from "../ports/clock.ts";
import type { AnswerTooLong, Http, HttpAnswer, HttpRequest, Unreachable } from "../ports/http.ts";
import { createAgents, type NodeNetwork } from "./agents.ts";
import { errorCodeOf } from "./errorCode.ts";
import { readBounded } from "./readBounded.ts";
import { givenUp, requestTimeoutMs, timedOut } from "./requestTimeout.ts";

type Answered = Result<HttpAnswer, Unreachable | AnswerTooLong>;

export interface NodeHttpDeps extends NodeNetwork {
  readonly clock: Clock;
}

export const createNodeHttp = ({ clock, ...network }: NodeHttpDeps): Http => {
  const agentFor = createAgents(network, { keepAlive: true });
  return {
    request: (request) =>
      new Promise((resolve) => {
        try {
          send(clock, agentFor(request.url), request, resolve);
        } catch (cause) {
          resolve(unreachable(errorCodeOf(cause)));
        }
      }),
  };
};

const unreachable = (code: string): Answered => err({ type: "Unreachable", code });

const send = (
  clock: Clock,
  agent: Agent,
  { url, method, headers, body, answerByteLengthMax, signal }: HttpRequest,
  resolve: (answered: Answered) => void,
): void => {
  const begin = url.startsWith("https:") ? requestSecure : requestPlain;
  const length = body === undefined ? {} : { "content-length": body.length };
  const outgoing = begin(url, { method, agent, headers: { ...headers, ...length } });
  const settle = (answered: Answered): void => {
    takeBack();
    signal?.removeEventListener("abort", giveUp);
    resolve(answered);
    // What is left of a request that came to nothing is not waited for.
    if (!answered.ok) outgoing.destroy();
  };
  const takeBack = clock.after(requestTimeoutMs, () => settle(unreachable(timedOut)));
  const giveUp = (): void => settle(unreachable(givenUp));
  signal?.addEventListener("abort", giveUp);
  outgoing.on("error", (cause) => settle(unreachable(errorCodeOf(cause))));
  outgoing.on("response", (response) => {
    void readAnswer(response, answerByteLengthMax).then(settle);
  });
  if (signal?.aborted === true) giveUp();
  else outgoing.end(body);
};

const readAnswer = async (response: IncomingMessage, byteLengthMax: number): Promise<Answered> => {
  try {
    const body = await readBounded(response, byteLengthMax);
    if (body === undefined) return err({ type: "AnswerTooLong", byteLengthMax });
    return ok({ status: response.statusCode ?? 0, headers: headersOf(response), body });
  } catch (cause) {
    return unreachable(errorCodeOf(cause));
  }
};

const headersOf = ({ headersDistinct }: IncomingMessage): ReadonlyMap<string, string> =>
  new Map(
    Object.entries(headersDistinct).map(([name, values]) => [name, (values ?? []).join(", ")]),
  );
