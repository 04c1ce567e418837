/** What every adapter of MailboxStore promises. */
import { limits, type MailboxNumber, mailboxNumbers, times } from "@duro/protocol";
import { must } from "@duro/crypto/testing/people";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import {
  type Mailbox,
  mailboxNumberTryCountMax,
  mailboxOpenCountMax,
  type MailboxStore,
} from "../ports/mailboxStore.ts";

export interface OpenedMailboxStore {
  readonly store: MailboxStore;
  close(): Promise<void>;
}

const openedAtMs = 1_000;
const expiresAtMs = openedAtMs + times.mailboxLifetimeMs;
const unknown = { ok: false, error: { type: "MailboxUnknown" } };
const full = { ok: false, error: { type: "MailboxFull" } };
const burnt = { ok: false, error: { type: "MailboxBurnt" } };
const noneFree = { ok: false, error: { type: "NoMailboxFree" } };
const done = { ok: true, value: undefined };
const textOf = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);
const seven = mailboxNumbers.fromNumber(7);
const eight = mailboxNumbers.fromNumber(8);

export const mailboxStoreContract = (
  adapter: string,
  open: () => Promise<OpenedMailboxStore>,
): void => {
  describe(`MailboxStore contract, ${adapter}`, () => {
    let opened: OpenedMailboxStore;
    let store: MailboxStore;

    beforeEach(async () => {
      opened = await open();
      store = opened.store;
    });
    afterEach(() => opened.close());

    const openAt = async (number: MailboxNumber, nowMs = openedAtMs): Promise<Mailbox> =>
      must(await store.open(() => number, nowMs));

    const openJoined = async (): Promise<Mailbox> => {
      const mailbox = await openAt(seven);
      await store.join(seven, openedAtMs);
      return mailbox;
    };

    const say = (mailbox: Mailbox, side: "opener" | "joiner", text: string, nowMs = openedAtMs) =>
      store.send(mailbox, side, bytesOf(text), nowMs);

    /** What a side reads, and how it finds the mailbox. */
    const heard = async (mailbox: Mailbox, side: "opener" | "joiner", afterIndex = 0) => {
      const { state, messages } = await store.read(mailbox, side, afterIndex, openedAtMs);
      return [state, ...messages.map(({ index, message }) => `${index} ${textOf(message)}`)];
    };

    describe("opening", () => {
      test("takes the number that comes, for ten minutes", async () => {
        expect(await store.open(() => seven, openedAtMs)).toEqual({
          ok: true,
          value: { mailbox: seven, expiresAtMs },
        });
      });

      test("goes past numbers that are taken, and gives up after some", async () => {
        await openAt(seven);
        const numbers = [seven, seven];
        expect(await store.open(() => numbers.shift() ?? eight, openedAtMs)).toMatchObject({
          ok: true,
          value: { mailbox: eight },
        });
        let askedCount = 0;
        const again = await store.open(() => {
          askedCount += 1;
          return seven;
        }, openedAtMs);
        expect(again).toEqual(noneFree);
        expect(askedCount).toBe(mailboxNumberTryCountMax);
      });

      test("of one number by eight at once lets one have it", async () => {
        const all = await Promise.all(
          Array.from({ length: 8 }, () => store.open(() => seven, openedAtMs)),
        );
        expect(all.filter(({ ok }) => ok)).toHaveLength(1);
      });

      test("is refused while as many are open as may be, and goes on when they expire", async () => {
        let number = 0;
        const next = (): MailboxNumber => mailboxNumbers.fromNumber(number++);
        for (let count = 0; count < mailboxOpenCountMax; count += 100)
          await Promise.all(Array.from({ length: 100 }, () => store.open(next, openedAtMs)));
        expect(await store.open(next, openedAtMs)).toEqual(noneFree);
        expect(await store.open(next, expiresAtMs)).toMatchObject({ ok: true });
      });
    });

    describe("joining", () => {
      test("gives the mailbox as it was opened, to one", async () => {
        const mailbox = await openAt(seven);
        expect(await store.join(seven, openedAtMs)).toEqual({ ok: true, value: mailbox });
        expect(await store.join(seven, openedAtMs)).toEqual(full);
      });

      test("by eight at once lets one in", async () => {
        await openAt(seven);
        const all = await Promise.all(
          Array.from({ length: 8 }, () => store.join(seven, openedAtMs)),
        );
        expect(all.filter(({ ok }) => ok)).toHaveLength(1);
      });

      test("is refused where nothing is open or it has expired", async () => {
        await openAt(seven);
        expect(await store.join(eight, openedAtMs)).toEqual(unknown);
        expect(await store.join(seven, expiresAtMs - 1)).toMatchObject({ ok: true });
        await openAt(eight);
        expect(await store.join(eight, expiresAtMs)).toEqual(unknown);
      });

      test("is refused when the opener has left or burnt it", async () => {
        await store.close(await openAt(seven), "opener", "done");
        expect(await store.join(seven, openedAtMs)).toEqual(unknown);
        await store.close(await openAt(eight), "opener", "burnt");
        expect(await store.join(eight, openedAtMs)).toEqual(burnt);
      });
    });

    describe("messages", () => {
      test("reach the other side in order, and nobody hears themselves", async () => {
        const mailbox = await openJoined();
        await say(mailbox, "opener", "commit");
        await say(mailbox, "joiner", "commit too");
        await say(mailbox, "opener", "reveal");
        expect(await heard(mailbox, "joiner")).toEqual(["open", "1 commit", "3 reveal"]);
        expect(await heard(mailbox, "opener")).toEqual(["open", "2 commit too"]);
      });

      test("are read from where somebody stopped", async () => {
        const mailbox = await openJoined();
        await say(mailbox, "opener", "one");
        await say(mailbox, "opener", "two");
        expect(await heard(mailbox, "joiner", 1)).toEqual(["open", "2 two"]);
        expect(await heard(mailbox, "joiner", 2)).toEqual(["open"]);
      });

      test("sent before somebody joins wait for them", async () => {
        const mailbox = await openAt(seven);
        expect(await say(mailbox, "opener", "early")).toEqual(done);
        await store.join(seven, openedAtMs);
        expect(await heard(mailbox, "joiner")).toEqual(["open", "1 early"]);
      });

      test("are as many as a pairing needs and no more, from both sides together", async () => {
        const mailbox = await openJoined();
        const all = await Promise.all(
          Array.from({ length: limits.pairingMessageCountMax + 8 }, (_, count) =>
            say(mailbox, count % 2 === 0 ? "opener" : "joiner", "x"),
          ),
        );
        expect(all.filter(({ ok }) => ok)).toHaveLength(limits.pairingMessageCountMax);
        expect(await say(mailbox, "opener", "one more")).toEqual(full);
      });

      test("of the largest size pass unchanged, and so do empty ones", async () => {
        const mailbox = await openJoined();
        const largest = new Uint8Array(limits.pairingMessageByteLengthMax).fill(255);
        await store.send(mailbox, "opener", largest, openedAtMs);
        await store.send(mailbox, "opener", new Uint8Array(), openedAtMs);
        const { messages } = await store.read(mailbox, "joiner", 0, openedAtMs);
        expect(messages.map(({ message }) => new Uint8Array(message))).toEqual([
          largest,
          new Uint8Array(),
        ]);
      });

      test("are gone when their time is over", async () => {
        const mailbox = await openJoined();
        await say(mailbox, "opener", "late");
        expect(await store.read(mailbox, "joiner", 0, expiresAtMs)).toEqual({
          state: "unknown",
          messages: [],
        });
        expect(await say(mailbox, "opener", "later", expiresAtMs)).toEqual(unknown);
      });
    });

    describe("an end", () => {
      test("that is good lets the other side read all that was said, and nobody say more", async () => {
        const mailbox = await openJoined();
        await say(mailbox, "opener", "last");
        await store.close(mailbox, "opener", "done");
        expect(await heard(mailbox, "joiner")).toEqual(["done", "1 last"]);
        expect(await say(mailbox, "joiner", "too late")).toEqual(unknown);
        expect(await store.join(seven, openedAtMs)).toEqual(unknown);
      });

      test("of both sides frees the number", async () => {
        const mailbox = await openJoined();
        await store.close(mailbox, "joiner", "done");
        expect(await store.open(() => seven, openedAtMs)).toEqual(noneFree);
        await store.close(mailbox, "opener", "done");
        expect(await heard(mailbox, "joiner")).toEqual(["unknown"]);
        expect(await store.open(() => seven, openedAtMs)).toMatchObject({ ok: true });
      });

      test("before anybody joined frees the number", async () => {
        await store.close(await openAt(seven), "opener", "done");
        expect(await store.open(() => seven, openedAtMs)).toMatchObject({ ok: true });
      });

      test.each(["opener", "joiner"] as const)(
        "that is bad, by the %s, takes the messages away and keeps the number until it expires",
        async (side) => {
          const mailbox = await openJoined();
          await say(mailbox, "opener", "secret");
          await say(mailbox, "joiner", "secret");
          await store.close(mailbox, side, "burnt");
          expect(await heard(mailbox, "joiner")).toEqual(["burnt"]);
          expect(await heard(mailbox, "opener")).toEqual(["burnt"]);
          expect(await say(mailbox, "opener", "more")).toEqual(burnt);
          expect(await store.join(seven, openedAtMs)).toEqual(burnt);
          expect(await store.open(() => seven, expiresAtMs - 1)).toEqual(noneFree);
          expect(await store.open(() => seven, expiresAtMs)).toMatchObject({ ok: true });
        },
      );

      test("that is bad stays bad, whatever is said afterwards, and comes over a good one", async () => {
        const mailbox = await openJoined();
        await store.close(mailbox, "opener", "done");
        await store.close(mailbox, "joiner", "burnt");
        await store.close(mailbox, "opener", "done");
        await store.close(mailbox, "joiner", "done");
        expect(await heard(mailbox, "opener")).toEqual(["burnt"]);
      });
    });

    describe("the next pair at a number", () => {
      test("is out of reach for those before, and does not hear them", async () => {
        const old = await openJoined();
        await say(old, "opener", "old");
        const fresh = await openAt(seven, expiresAtMs);
        expect(await say(old, "opener", "stray", expiresAtMs)).toEqual(unknown);
        await store.close(old, "joiner", "burnt");
        await store.close(old, "opener", "done");
        expect(await store.read(old, "joiner", 0, expiresAtMs)).toMatchObject({ state: "unknown" });
        expect(await store.join(seven, expiresAtMs)).toEqual({ ok: true, value: fresh });
        expect(await store.read(fresh, "joiner", 0, expiresAtMs)).toEqual({
          state: "open",
          messages: [],
        });
      });
    });

    test("removing takes the expired and no others", async () => {
      const old = await openAt(seven);
      const fresh = await openAt(eight, openedAtMs + 1);
      await say(old, "opener", "old");
      expect(await store.removeExpired(expiresAtMs)).toBe(1);
      expect(await heard(fresh, "joiner")).toEqual(["open"]);
      expect(await store.removeExpired(expiresAtMs)).toBe(0);
    });
  });
};
