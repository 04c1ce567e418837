/**
 * Requests of one machine, beside its socket: each takes its time there and back, and may break off on
 * either way, when nobody can tell whether it was heard.
 */
import { err, ok } from "@duro/crypto/types";
import type { Http, HttpAnswer, HttpRequest } from "../../packages/client/src/ports/http.ts";
import { requestTimeoutMs } from "../../packages/client/src/http/requestTimeout.ts";
import type { AnswerHttp } from "./blobDesk.ts";
import type { LinePace } from "./pipe.ts";
import type { RareStates } from "./rareStates.ts";
import type { Rng } from "./rng.ts";
import type { Scheduler } from "./scheduler.ts";

export interface HttpLineDeps {
  readonly scheduler: Scheduler;
  readonly rng: Rng;
  readonly rare: RareStates;
  readonly pace: LinePace;
  readonly note: (line: string) => void;
  /** How often a request breaks off on its way. */
  readonly lossProbability: () => number;
  /** Of a node that is up; undefined: none is. */
  readonly desk: () => AnswerHttp | undefined;
  /** For whoever wants to do harm at that very moment. */
  readonly onRequest: (request: HttpRequest, durationMs: number) => void;
}

export interface HttpLine extends Http {
  /** By method: what was asked for, and has no answer yet. */
  readonly underWay: ReadonlyMap<HttpRequest["method"], number>;
  /** The machine is off: nobody waits for an answer any more. */
  machineGone(): void;
}

type Answered = Awaited<ReturnType<Http["request"]>>;

const unreachable: Answered = err({ type: "Unreachable", code: "ECONNRESET" });
const wordsOf = ({ method, url, body }: HttpRequest): string =>
  `${method} ${/\/blobs\/(?<rest>.*)$/u.exec(url)?.groups?.["rest"] ?? url} ${body?.length ?? 0}`;

export const createHttpLine = (deps: HttpLineDeps, machine: string): HttpLine => {
  const { scheduler, rng, rare, pace, note } = deps;
  const underWay = new Map<HttpRequest["method"], number>();
  let lifeCount = 0;

  const wayMs = (byteLength: number): number =>
    rng.waitMs(pace.latencyMs) + byteLength / pace.bytesPerMs;

  const answerOf = async (request: HttpRequest): Promise<Answered> => {
    const uploadMs = wayMs(request.body?.length ?? 0);
    deps.onRequest(request, 2 * uploadMs);
    const [isHalf, isUnheard] = [
      rng.chance(deps.lossProbability()),
      rng.chance(deps.lossProbability()),
    ];
    await scheduler.wait(isHalf ? uploadMs / 2 : uploadMs);
    if (isHalf && request.method === "PUT") rare.reached("an upload breaks off half way");
    const desk = deps.desk();
    if (isHalf || pace.isStalled || desk === undefined) return unreachable;
    const answer: HttpAnswer = await desk(request);
    await scheduler.wait(wayMs(answer.body.length));
    if (isUnheard || pace.isStalled) {
      rare.reached("an answer over HTTP is lost");
      return unreachable;
    }
    if (answer.body.length > request.answerByteLengthMax)
      return err({ type: "AnswerTooLong", byteLengthMax: request.answerByteLengthMax });
    return ok(answer);
  };

  return {
    underWay,
    machineGone: () => {
      lifeCount += 1;
      underWay.clear();
    },
    request: (request) => {
      const life = lifeCount;
      const { method, signal } = request;
      underWay.set(method, (underWay.get(method) ?? 0) + 1);
      return new Promise<Answered>((resolve, reject) => {
        const end = (answered: Answered): void => {
          signal?.removeEventListener("abort", giveUp);
          takeBack();
          if (life !== lifeCount) return;
          if (!isOver) underWay.set(method, (underWay.get(method) ?? 1) - 1);
          isOver = true;
          resolve(answered);
        };
        const giveUp = (): void => end(unreachable);
        let isOver = false;
        // A node that crashes over it says nothing.
        const takeBack = scheduler.after(requestTimeoutMs, giveUp);
        if (signal?.aborted === true) return giveUp();
        signal?.addEventListener("abort", giveUp);
        const heard = (answered: Answered): void => {
          if (life === lifeCount && !isOver) {
            const said = answered.ok ? String(answered.value.status) : answered.error.type;
            note(`${machine}: ${wordsOf(request)}, ${said}`);
          }
          end(answered);
        };
        answerOf(request).then(heard, reject);
        return undefined;
      });
    },
  };
};
