/**
 * Watches over the relay as such: the key it was met with, which database it has, its clock against ours,
 * and what it does that no honest relay does. One book for all of it.
 */
import { assert, decode, encode, type RelayGeneration } from "@duro/crypto/types";
import type { Challenge } from "@duro/protocol";
import { generationField, optional, timeField } from "../alarms/fields.ts";
import { checkGreeting, isOfGreeting, type KnownRelay } from "../alarms/greeting.ts";
import {
  type AlarmBook,
  clear,
  decodeAlarms,
  encodeAlarms,
  noAlarms,
  raise,
  reconcile,
} from "../alarms/standing.ts";
import { relayKeyOf, relayKeyWrite } from "../engine/self.ts";
import type { Clock } from "../ports/clock.ts";
import type { LocalStore, Write } from "../ports/localStore.ts";
import { factKey } from "../store/keys.ts";
import type { RelayFaced } from "./receipts.ts";

export interface RelayWatch {
  readonly book: AlarmBook;
  /** Who answers at the other end, once it has greeted. */
  readonly faced: RelayFaced | undefined;
  /** Whether it is the one that we know, or is fixed now as the one; undefined: that could not be kept. */
  greeted(url: string, challenge: Challenge): Promise<boolean | undefined>;
  /** What no honest relay does. */
  fault(fault: string): void;
  /** It has done its part on this connection; what it did on others is over, if it was not done again. */
  behaved(): void;
  disconnected(): void;
}

interface RelayNotes {
  readonly generation: RelayGeneration | undefined;
  readonly latestMs: number | undefined;
}

export const openRelayWatch = async ({
  store,
  clock,
  onAlarms,
  onFailure,
}: {
  readonly store: LocalStore;
  readonly clock: Clock;
  readonly onAlarms: (before: AlarmBook, after: AlarmBook) => void;
  readonly onFailure: (cause: unknown) => void;
}): Promise<RelayWatch> => {
  let book = await readBook(store);
  let faced: RelayFaced | undefined;
  const faults = new Set<string>();

  const take = (next: AlarmBook): void => {
    const before = book;
    book = next;
    if (next !== before) onAlarms(before, next);
  };
  const keep = (next: AlarmBook): void => {
    if (next === book) return;
    take(next);
    // Where there is no room it is found again, or told until the end of this run.
    store.commit([bookWrite(next)]).catch(onFailure);
  };

  return {
    get book() {
      return book;
    },
    get faced() {
      return faced;
    },
    greeted: async (url, challenge) => {
      const nowMs = clock.nowMs();
      const notes = await readNotes(store, url);
      const known: KnownRelay = { key: await relayKeyOf(store, url), ...notes };
      const alarms = checkGreeting(known, challenge, nowMs);
      const next = reconcile(book, isOfGreeting, alarms, nowMs);
      if (alarms.some(({ type }) => type === "RelayKeyChanged")) {
        keep(next);
        return false;
      }
      const { relayKey: key, generation } = challenge;
      const isTold = alarms.some((alarm) => alarm.type === "ClockSuspect");
      const latestMs = isTold ? nowMs : Math.max(nowMs, notes.latestMs ?? nowMs);
      const writes = [
        ...(known.key === undefined ? [relayKeyWrite(url, key)] : []),
        notesWrite(url, { generation, latestMs }),
        ...(next === book ? [] : [bookWrite(next)]),
      ];
      const committed = await store.commit(writes);
      // Met and not remembered, it could be replaced by another the next time.
      if (!committed.ok && known.key === undefined) return undefined;
      take(next);
      faced = { key, generation };
      return true;
    },
    fault: (fault) => {
      faults.add(fault);
      keep(raise(book, { type: "RelayMisbehaved", fault }, clock.nowMs()));
    },
    behaved: () =>
      keep(
        clear(
          book,
          (alarm) => alarm.type === "RelayMisbehaved" && !faults.has(alarm.fault),
          clock.nowMs(),
        ),
      ),
    disconnected: () => {
      faced = undefined;
      faults.clear();
    },
  };
};

const bookKey = factKey("alarms");

const bookWrite = (book: AlarmBook): Write => ({
  kind: "put",
  table: "facts",
  key: bookKey,
  value: encodeAlarms(book),
});

const readBook = async (store: LocalStore): Promise<AlarmBook> => {
  const bytes = await store.get("facts", bookKey);
  if (bytes === undefined) return noAlarms;
  const book = decodeAlarms(bytes);
  assert(book.ok, "the store holds the alarms that were written");
  return book.value;
};

const generationOrNone = optional(generationField);
const timeOrNone = optional(timeField);
const notesByteLengthMax = 64;

const notesKey = (url: string): Uint8Array => factKey("relay", url);

const notesWrite = (url: string, { generation, latestMs }: RelayNotes): Write => ({
  kind: "put",
  table: "facts",
  key: notesKey(url),
  value: encode((to) => {
    generationOrNone.write(to, generation);
    timeOrNone.write(to, latestMs);
  }),
});

const readNotes = async (store: LocalStore, url: string): Promise<RelayNotes> => {
  const bytes = await store.get("facts", notesKey(url));
  if (bytes === undefined) return { generation: undefined, latestMs: undefined };
  const notes = decode({ what: "relay", byteLengthMax: notesByteLengthMax }, bytes, (from) => ({
    generation: generationOrNone.read(from),
    latestMs: timeOrNone.read(from),
  }));
  assert(notes.ok, "the store holds what was noted of the relay");
  return notes.value;
};
