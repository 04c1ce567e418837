/**
 * What is sealed in a presence: of some documents, where its author is. No clientID and no clock stand in
 * it: the one follows from the chain that signed it and the document, the other is its count. So nobody
 * shows up under another's name, and nothing that y-protocols would believe is left to the sender.
 */
import {
  decode,
  encode,
  err,
  type Malformed,
  type Reader,
  readRising,
  type Result,
  sizes,
  type Writer,
  writeRising,
} from "@duro/crypto/types";
import { type DocId, docIds, type FormatUnsupported, limits } from "@duro/protocol";

export type PresenceState = Readonly<Record<string, unknown>>;

export interface PresenceEntry {
  readonly doc: DocId;
  /** As JSON; null: not there any more. */
  readonly state: PresenceState | null;
}

const presenceFormat = 1;
/** A name, a colour, a selection: a few hundred bytes. */
export const stateByteLengthMax = 4_096;
/** Open at once and changed within one gathering; with the largest states half of what a presence holds. */
export const docsPerPresenceMax = 8;

const entryByteLengthMin = docIds.byteLength + 1;
const entries = {
  countMax: docsPerPresenceMax,
  itemByteLengthMin: entryByteLengthMin,
  keyOf: ({ doc }: PresenceEntry) => doc,
};

export const encodePresence = (rising: readonly PresenceEntry[]): Uint8Array =>
  encode((to) => {
    to.u8(presenceFormat);
    writeRising(to, entries, rising, writeEntry);
  });

export const decodePresenceEntries = (
  bytes: Uint8Array,
): Result<readonly PresenceEntry[], Malformed | FormatUnsupported> => {
  const [format] = bytes;
  if (format !== undefined && format !== presenceFormat)
    return err({ type: "FormatUnsupported", what: "presence", format });
  const limit = { what: "presence", byteLengthMax: sizes.presenceByteLengthMax };
  return decode(limit, bytes, (from) => {
    from.u8();
    return readRising(from, entries, readEntry);
  });
};

const writeEntry = (to: Writer, { doc, state }: PresenceEntry): void => {
  docIds.write(to, doc);
  to.text(JSON.stringify(state));
};

const readEntry = (from: Reader): PresenceEntry => ({
  doc: docIds.read(from),
  state: readState(from),
});

const readState = (from: Reader): PresenceState | null => {
  const text = from.text(stateByteLengthMax);
  const json = parsed(text);
  if (json === null) return null;
  if (!isObject(json)) return from.refuse("an object in JSON, or null", "something else");
  if (!isPlain(json, 1)) return from.refuse("a plain value", "one too deep, or __proto__");
  return json;
};

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

const isObject = (json: unknown): json is PresenceState =>
  typeof json === "object" && json !== null && !Array.isArray(json);

/** Whoever compares or copies it goes down recursively, and may assign by name. */
const isPlain = (json: unknown, depth: number): boolean => {
  if (typeof json !== "object" || json === null) return true;
  if (depth > limits.valueDepthMax || Object.hasOwn(json, "__proto__")) return false;
  return Object.values(json).every((value) => isPlain(value, depth + 1));
};
