/**
 * The alarms that stand, and those that were healed. A pure fold: raising one that stands changes its
 * numbers and is not said again; it stays until what raised it is gone. It is kept with the vault, so a
 * restart silences nothing. Bounded, whatever others do.
 */
import { bytesAreEqual, decode, encode, type Malformed, type Result } from "@duro/crypto/types";
import { type Alarm, alarmKey, type AlarmType, isProof } from "./alarms.ts";
import { alarmField } from "./alarmFields.ts";
import { stopsSealing } from "./catalogue.ts";
import { optional, timeField } from "./fields.ts";

export interface StandingAlarm {
  readonly alarm: Alarm;
  readonly sinceMs: number;
  /** Undefined: it stands. */
  readonly healedAtMs: number | undefined;
}

export interface AlarmBook {
  /** By `alarmKey`, oldest first. */
  readonly byKey: ReadonlyMap<string, StandingAlarm>;
  /** Others stand that found no room: there are more than anybody reads. */
  readonly isCrowded: boolean;
}

export const noAlarms: AlarmBook = { byKey: new Map(), isCrowded: false };

/** More than a person reads of one kind; one member who provokes alarms hides no other kind by it. */
export const alarmsPerTypeMax = 64;

export const raise = (book: AlarmBook, alarm: Alarm, nowMs: number): AlarmBook => {
  const key = alarmKey(alarm);
  const known = book.byKey.get(key);
  if (known !== undefined && known.healedAtMs === undefined) {
    const isKept = sameFacts(known.alarm, alarm) || (isProof(known.alarm) && !isProof(alarm));
    return isKept ? book : withEntry(book, key, { ...known, alarm });
  }
  const roomy = known === undefined ? makeRoom(book, alarm.type) : without(book, key);
  if (roomy === undefined) return book.isCrowded ? book : { ...book, isCrowded: true };
  return withEntry(roomy, key, { alarm, sinceMs: nowMs, healedAtMs: undefined });
};

/** What is healed stays in the book until room is needed, so that a person reads what there was. */
export const clear = (
  book: AlarmBook,
  isHealed: (alarm: Alarm) => boolean,
  nowMs: number,
): AlarmBook => {
  const byKey = new Map(book.byKey);
  let changedCount = 0;
  for (const [key, entry] of book.byKey)
    if (entry.healedAtMs === undefined && isHealed(entry.alarm)) {
      byKey.set(key, { ...entry, healedAtMs: nowMs });
      changedCount += 1;
    }
  return changedCount === 0 ? book : { byKey, isCrowded: false };
};

/** For what finds all of a kind at once: those found stand, and the others `within` its view are healed. */
export const reconcile = (
  book: AlarmBook,
  within: (alarm: Alarm) => boolean,
  found: readonly Alarm[],
  nowMs: number,
): AlarmBook => {
  const keys = new Set(found.map(alarmKey));
  let next = clear(book, (alarm) => within(alarm) && !keys.has(alarmKey(alarm)), nowMs);
  for (const alarm of found) next = raise(next, alarm, nowMs);
  return next;
};

export const standingAlarms = (book: AlarmBook): readonly StandingAlarm[] =>
  [...book.byKey.values()].filter(({ healedAtMs }) => healedAtMs === undefined);

export const sealingIsStopped = (book: AlarmBook): boolean =>
  standingAlarms(book).some(({ alarm }) => stopsSealing(alarm));

/** What a person is told of between two moments: alarms that began to stand, and that were healed. */
export const alarmChanges = (
  before: AlarmBook,
  after: AlarmBook,
): { readonly raised: readonly Alarm[]; readonly healed: readonly Alarm[] } => {
  const raised: Alarm[] = [];
  const healed: Alarm[] = [];
  for (const [key, { alarm, healedAtMs, sinceMs }] of after.byKey) {
    const was = before.byKey.get(key);
    const stood = was !== undefined && was.healedAtMs === undefined;
    if (healedAtMs === undefined && (!stood || was.sinceMs !== sinceMs)) raised.push(alarm);
    if (healedAtMs !== undefined && stood) healed.push(alarm);
  }
  return { raised, healed };
};

const withEntry = (book: AlarmBook, key: string, entry: StandingAlarm): AlarmBook => ({
  ...book,
  byKey: new Map(book.byKey).set(key, entry),
});

const without = (book: AlarmBook, key: string): AlarmBook => {
  const byKey = new Map(book.byKey);
  byKey.delete(key);
  return { ...book, byKey };
};

/** The oldest healed one of its kind goes; those that stand never do. */
const makeRoom = (book: AlarmBook, type: AlarmType): AlarmBook | undefined => {
  const ofType = [...book.byKey].filter(([, { alarm }]) => alarm.type === type);
  if (ofType.length < alarmsPerTypeMax) return book;
  const oldest = ofType.find(([, { healedAtMs }]) => healedAtMs !== undefined);
  return oldest === undefined ? undefined : without(book, oldest[0]);
};

const factBytes = (alarm: Alarm): Uint8Array => encode((to) => alarmField.write(to, alarm));

const sameFacts = (left: Alarm, right: Alarm): boolean =>
  bytesAreEqual(factBytes(left), factBytes(right));

/** Counted up with every change of this form. */
const bookFormat = 1;
const healedField = optional(timeField);
/** Some 300 bytes for the largest of them, and nothing unbounded stands in one. */
const bookByteLengthMax = 4 * 2 ** 20;
const entryByteLengthMin = 4;
const entryCountMax = 2 ** 14;

export const encodeAlarms = (book: AlarmBook): Uint8Array =>
  encode((to) => {
    to.u8(bookFormat);
    to.bool(book.isCrowded);
    to.list([...book.byKey.values()], (_, { alarm, sinceMs, healedAtMs }) => {
      alarmField.write(to, alarm);
      timeField.write(to, sinceMs);
      healedField.write(to, healedAtMs);
    });
  });

export const decodeAlarms = (bytes: Uint8Array): Result<AlarmBook, Malformed> =>
  decode({ what: "alarms", byteLengthMax: bookByteLengthMax }, bytes, (from) => {
    const format = from.u8();
    if (format !== bookFormat) from.refuse(`format ${bookFormat}`, `${format}`);
    const isCrowded = from.bool();
    const entries = from.list(entryCountMax, entryByteLengthMin, () => ({
      alarm: alarmField.read(from),
      sinceMs: timeField.read(from),
      healedAtMs: healedField.read(from),
    }));
    return { isCrowded, byKey: new Map(entries.map((entry) => [alarmKey(entry.alarm), entry])) };
  });
