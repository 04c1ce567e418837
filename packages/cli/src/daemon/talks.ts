/** Conversations: lines of JSON that go out as they come up, and replies that come in beside. */
import { randomUUID } from "node:crypto";
import type { ServerResponse } from "node:http";
import { Type } from "typebox";
import { Value } from "typebox/value";
import type { Daemon } from "./daemon.ts";
import type { TalkRoute } from "./routes.ts";

export interface Talks {
  run(route: TalkRoute, body: unknown, response: ServerResponse): Promise<void>;
  /** False: nobody waits for it. */
  reply(body: unknown): boolean;
  end(): void;
}

interface Talk {
  readonly asked: Map<number, (reply: unknown) => void>;
  readonly gone: AbortController;
}

const replySchema = Type.Object({
  talk: Type.String(),
  ask: Type.Number(),
  reply: Type.Unknown(),
});

export const createTalks = (daemon: () => Daemon): Talks => {
  const talks = new Map<string, Talk>();
  return {
    run: async (route, body, response) => {
      const id = randomUUID();
      const talk: Talk = { asked: new Map(), gone: new AbortController() };
      talks.set(id, talk);
      response.on("close", () => {
        talk.gone.abort();
        for (const settle of talk.asked.values()) settle(undefined);
        talks.delete(id);
      });
      const say = (line: object): void => void response.write(`${JSON.stringify(line)}\n`);
      response.writeHead(200, { "content-type": "application/x-ndjson" });
      say({ talk: id });
      let askCount = 0;
      const answered = await route.run(daemon(), body as never, {
        say: (said: unknown) => say({ line: said }),
        ask: (said: unknown) => {
          const ask = (askCount += 1);
          return new Promise<never>((resolve) => {
            if (talk.gone.signal.aborted) return resolve(undefined as never);
            talk.asked.set(ask, (reply) => {
              talk.asked.delete(ask);
              resolve(reply as never);
            });
            return say({ ask, line: said });
          });
        },
        signal: talk.gone.signal,
      });
      say(answered.ok ? { answer: answered.value } : { error: answered.error });
      response.end();
    },
    reply: (body) => {
      if (!Value.Check(replySchema, body)) return false;
      const settle = talks.get(body.talk)?.asked.get(body.ask);
      settle?.(body.reply);
      return settle !== undefined;
    },
    end: () => {
      for (const { gone } of talks.values()) gone.abort();
    },
  };
};
