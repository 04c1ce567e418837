/**
 * Mailboxes at the relay, as whoever pairs needs them: opened or joined, then message after message.
 * What the machine of the connection says of them becomes answers to those who wait.
 */
import { err, ok, type Result } from "@duro/crypto/types";
import {
  type ClientInput,
  MailboxEnd,
  type MailboxNumber,
  type RefusalName,
  times,
} from "@duro/protocol";
import type { EngineEffect } from "../engine/connection.ts";
import type { Clock } from "../ports/clock.ts";

/** No such mailbox, or it has both its sides, or none is free. */
export interface MailboxRefused {
  readonly type: "MailboxRefused";
  readonly refusal: RefusalName | undefined;
}

export interface MailboxOver {
  readonly type: "MailboxOver";
  readonly how: "closed" | "burnt" | "expired" | "silent" | "connection lost";
}

export interface Mailbox {
  readonly number: MailboxNumber;
  send(message: Uint8Array): void;
  /** The next message of the other side. One that does not come in that time burns the mailbox. */
  hear(withinMs?: number): Promise<Result<Uint8Array, MailboxOver>>;
  /** Burnt: nobody tries this code again. */
  close(how: "done" | "burnt"): void;
}

export interface Mailboxes {
  open(): Promise<Result<Mailbox, MailboxRefused | MailboxOver>>;
  join(number: MailboxNumber): Promise<Result<Mailbox, MailboxRefused | MailboxOver>>;
  /** Whether the effect was about one of ours. */
  take(effect: EngineEffect): boolean;
  /** Burns all of them: whoever sat in front of this machine is gone. */
  burn(): void;
  /** With the connection all of them are gone. */
  disconnected(): void;
}

type MailboxInput = Extract<
  ClientInput,
  { kind: "openMailbox" | "joinMailbox" | "sendToMailbox" | "closeMailbox" }
>;

/** Above every number under which records are appended: both are answered by the same effects. */
const firstRequest = 2 ** 40;

interface Entry {
  readonly heard: Uint8Array[];
  over: MailboxOver | undefined;
  wake: () => void;
  readonly endTimer: () => void;
}

export const createMailboxes = (clock: Clock, input: (said: MailboxInput) => void): Mailboxes => {
  const asked = new Map<number, (answer: Result<Mailbox, MailboxRefused | MailboxOver>) => void>();
  const entries = new Map<MailboxNumber, Entry>();
  let requestCount = 0;

  const finish = (number: MailboxNumber, how: MailboxOver["how"]): void => {
    const entry = entries.get(number);
    if (entry === undefined) return;
    entries.delete(number);
    entry.endTimer();
    entry.over = { type: "MailboxOver", how };
    entry.wake();
  };

  const mailboxOf = (number: MailboxNumber): Mailbox => {
    const entry: Entry = {
      heard: [],
      over: undefined,
      wake: () => {},
      // The relay says so too; one that does not may not keep anybody waiting.
      endTimer: clock.after(times.mailboxLifetimeMs, () => finish(number, "expired")),
    };
    entries.set(number, entry);
    return {
      number,
      send: (message) => input({ kind: "sendToMailbox", mailbox: number, message }),
      hear: async (withinMs) => {
        const takeBack =
          withinMs === undefined
            ? undefined
            : clock.after(withinMs, () => {
                input({ kind: "closeMailbox", mailbox: number, isBurnt: true });
                finish(number, "silent");
              });
        while (entry.heard.length === 0 && entry.over === undefined)
          await new Promise<void>((resolve) => {
            entry.wake = resolve;
          });
        takeBack?.();
        const message = entry.heard.shift();
        if (message !== undefined) return ok(message);
        return err(entry.over ?? { type: "MailboxOver", how: "closed" });
      },
      close: (how) => {
        input({ kind: "closeMailbox", mailbox: number, isBurnt: how === "burnt" });
        finish(number, how === "burnt" ? "burnt" : "closed");
      },
    };
  };

  const ask = (make: (request: number) => MailboxInput): ReturnType<Mailboxes["open"]> =>
    new Promise((resolve) => {
      const request = firstRequest + requestCount;
      requestCount += 1;
      asked.set(request, resolve);
      input(make(request));
    });

  const answer = (
    request: number,
    make: () => Result<Mailbox, MailboxRefused | MailboxOver>,
  ): boolean => {
    const resolve = asked.get(request);
    asked.delete(request);
    // Made at once: what the other side has said already comes right behind the number.
    resolve?.(make());
    return resolve !== undefined;
  };

  return {
    open: () => ask((request) => ({ kind: "openMailbox", request })),
    join: (mailbox) => ask((request) => ({ kind: "joinMailbox", request, mailbox })),
    take: (effect) => {
      if (effect.kind === "mailboxOpened")
        return answer(effect.request, () => ok(mailboxOf(effect.mailbox)));
      if (effect.kind === "requestRefused")
        return answer(effect.request, () =>
          err({ type: "MailboxRefused", refusal: effect.refusal.name }),
        );
      if (effect.kind === "requestLost")
        return answer(effect.request, () => err({ type: "MailboxOver", how: "connection lost" }));
      if (effect.kind === "mailboxMessage") {
        const entry = entries.get(effect.mailbox);
        entry?.heard.push(effect.message);
        entry?.wake();
        return true;
      }
      if (effect.kind === "mailboxClosed") finish(effect.mailbox, endName(effect.end));
      else if (effect.kind === "mailboxRefused")
        finish(effect.mailbox, effect.refusal.name === "MailboxBurnt" ? "burnt" : "closed");
      return effect.kind === "mailboxClosed" || effect.kind === "mailboxRefused";
    },
    burn: () => {
      for (const number of entries.keys()) {
        input({ kind: "closeMailbox", mailbox: number, isBurnt: true });
        finish(number, "burnt");
      }
    },
    disconnected: () => {
      for (const number of entries.keys()) finish(number, "connection lost");
    },
  };
};

const endName = (end: MailboxEnd): MailboxOver["how"] => {
  switch (end) {
    case MailboxEnd.Done:
      return "closed";
    case MailboxEnd.Burnt:
      return "burnt";
    case MailboxEnd.Expired:
      return "expired";
  }
};
