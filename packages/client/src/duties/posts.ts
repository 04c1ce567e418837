/**
 * Appends records to logs by compare-and-append: whoever loses looks again at what stands now, and makes
 * the record anew, or finds that there is nothing left to do.
 */
import { encodeRecord, type LogRecord } from "@duro/crypto/verify";
import { err, ok, type Result } from "@duro/crypto/types";
import type { LogName, RefusalName } from "@duro/protocol";
import type { EngineEffect } from "../engine/connection.ts";

interface RecordRefused {
  readonly type: "RecordRefused";
  readonly refusal: RefusalName | undefined;
}

/** There is no connection, or it ended before the answer: it may be there or not. */
interface RecordLost {
  readonly type: "RecordLost";
}

export type PostError = RecordRefused | RecordLost;

export interface Posts {
  /** `make` looks at what stands each time; undefined: nothing is left to do. */
  post(name: LogName, make: () => LogRecord | undefined): Promise<Result<void, PostError>>;
  /** As it is: what was appended before and the relay has lost, or never had. */
  append(record: Uint8Array): Promise<Result<void, PostError>>;
  /** Whether the effect was an answer to one of ours. */
  take(effect: EngineEffect): boolean;
}

export interface PostsDeps {
  readonly append: (request: number, record: Uint8Array) => void;
  /** Resolves when the log is here as far as the relay has it now. */
  readonly catchUp: (name: LogName) => Promise<void>;
  /** It was appended: known here from now on. */
  readonly appended: (name: LogName, record: LogRecord) => Promise<void>;
}

/** Others win at most so often before somebody looks at why. */
const attemptsMax = 8;

type Answer =
  | { readonly kind: "appended" }
  | { readonly kind: "refused"; readonly refusal: RefusalName | undefined }
  | { readonly kind: "lost" };

export const createPosts = ({ append, catchUp, appended }: PostsDeps): Posts => {
  const asked = new Map<number, (answer: Answer) => void>();
  let requestCount = 0;

  const ask = (record: Uint8Array): Promise<Answer> => {
    requestCount += 1;
    const request = requestCount;
    return new Promise((resolve) => {
      asked.set(request, resolve);
      append(request, record);
    });
  };

  const answer = (request: number, said: Answer): boolean => {
    const resolve = asked.get(request);
    asked.delete(request);
    resolve?.(said);
    return resolve !== undefined;
  };

  return {
    post: async (name, make) => {
      for (let attempt = 0; attempt < attemptsMax; attempt += 1) {
        const record = make();
        if (record === undefined) return ok(undefined);
        const said = await ask(encodeRecord(record));
        if (said.kind === "lost") return err({ type: "RecordLost" });
        if (said.kind === "appended") {
          await appended(name, record);
          return ok(undefined);
        }
        if (said.refusal !== "LogHeadStale")
          return err({ type: "RecordRefused", refusal: said.refusal });
        await catchUp(name);
      }
      return err({ type: "RecordRefused", refusal: "LogHeadStale" });
    },
    append: async (record) => {
      const said = await ask(record);
      if (said.kind === "appended") return ok(undefined);
      return err(
        said.kind === "lost"
          ? { type: "RecordLost" }
          : { type: "RecordRefused", refusal: said.refusal },
      );
    },
    take: (effect) => {
      if (effect.kind === "recordAppended") return answer(effect.request, { kind: "appended" });
      if (effect.kind === "requestLost") return answer(effect.request, { kind: "lost" });
      return (
        effect.kind === "requestRefused" &&
        answer(effect.request, { kind: "refused", refusal: effect.refusal.name })
      );
    },
  };
};
