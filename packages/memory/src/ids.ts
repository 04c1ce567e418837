/**
 * Names of entries: a prefix for the type and a UUIDv7 in 26 signs of base 32, which sort as their times
 * do. Always random, never made from content: two devices that create one id lose a side (docs/memory.md
 * MEM1). The cast to a brand happens in this file only.
 */
import { assert, err, ok, type Result } from "./result.ts";

declare const brand: unique symbol;
type Brand<Name extends string> = { readonly [brand]: Name };

export type EntryId = string & Brand<"EntryId">;

/** Prefixes are on disk and in people's notes: never reused. */
export const prefixByType = {
  fact: "f",
  decision: "d",
  event: "e",
  episode: "ep",
  skill: "s",
  session: "ss",
  checkpoint: "cp",
  task: "t",
  project: "p",
} as const;
export type EntryType = keyof typeof prefixByType;

const typeByPrefix: ReadonlyMap<string, EntryType> = new Map(
  Object.entries(prefixByType).map(([type, prefix]) => [prefix, type as EntryType]),
);

export type RandomBytes = (byteLength: number) => Uint8Array;

/** Crockford's: no sign that is taken for another. In order, so that texts sort as numbers do. */
const signs = "0123456789abcdefghjkmnpqrstvwxyz";
const signCount = 26;
const uuidByteLength = 16;
const timeByteLength = 6;
/** The first sign holds three bits. */
const idPattern = /^(?<prefix>[a-z]{1,2})_(?<uuid>[0-7][0-9a-hjkmnp-tv-z]{25})$/u;

export const createEntryId = (
  type: EntryType,
  { atMs, randomBytes }: { readonly atMs: number; readonly randomBytes: RandomBytes },
): EntryId => {
  const bytes = Uint8Array.from(randomBytes(uuidByteLength));
  assert(bytes.length === uuidByteLength, "as many random bytes as were asked for");
  const view = new DataView(bytes.buffer);
  const ms = Math.max(0, Math.floor(atMs));
  view.setUint16(0, Math.floor(ms / 2 ** 32));
  view.setUint32(2, ms % 2 ** 32);
  view.setUint8(6, 0x70 | (view.getUint8(6) & 0x0f));
  view.setUint8(8, 0x80 | (view.getUint8(8) & 0x3f));
  let value = bytes.reduce((all, byte) => (all << 8n) | BigInt(byte), 0n);
  let uuid = "";
  for (let index = 0; index < signCount; index += 1) {
    uuid = (signs[Number(value & 31n)] ?? "") + uuid;
    value >>= 5n;
  }
  return `${prefixByType[type]}_${uuid}` as EntryId;
};

export interface NotAnEntryId {
  readonly type: "NotAnEntryId";
}

export const parseEntryId = (text: string): Result<EntryId, NotAnEntryId> => {
  const prefix = idPattern.exec(text)?.groups?.["prefix"];
  return prefix !== undefined && typeByPrefix.has(prefix)
    ? ok(text as EntryId)
    : err({ type: "NotAnEntryId" });
};

export const isEntryId = (value: unknown): value is EntryId =>
  typeof value === "string" && parseEntryId(value).ok;

export const typeOfId = (id: EntryId): EntryType => {
  const type = typeByPrefix.get(id.slice(0, id.indexOf("_")));
  assert(type !== undefined, "an id begins with a known prefix");
  return type;
};

/** When it was made, as its maker's clock said: what its document's month comes from. */
export const timeOfId = (id: EntryId): number => {
  let value = 0n;
  for (const sign of id.slice(id.indexOf("_") + 1))
    value = (value << 5n) | BigInt(signs.indexOf(sign));
  return Number(value >> BigInt(8 * (uuidByteLength - timeByteLength)));
};

/** Older first: by the time in the id, then by its random part. The same on every device. */
export const byAge = (a: EntryId, b: EntryId): number => {
  const [left, right] = [a.slice(a.indexOf("_")), b.slice(b.indexOf("_"))];
  return left < right ? -1 : left > right ? 1 : 0;
};
