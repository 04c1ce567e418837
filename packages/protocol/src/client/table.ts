/**
 * A map that is copied cheaply: a device may follow a thousand logs, and each step that changes one of
 * them makes a new state. Only one of many small maps is copied. Keeps no order.
 */

/** With a thousand entries a change copies four of them, and this many references. */
const bucketCount = 256;

type Bucket<K, V> = ReadonlyMap<K, V> | undefined;

export interface Table<K extends string | number, V> {
  readonly size: number;
  readonly buckets: readonly Bucket<K, V>[];
}

export const emptyTable = <K extends string | number, V>(): Table<K, V> => ({
  size: 0,
  buckets: [],
});

/** Ids are hex and as good as random: their last byte says where they belong. */
const bucketOf = (key: string | number): number =>
  (typeof key === "number" ? key : Number.parseInt(key.slice(-2), 16)) % bucketCount;

export const lookUp = <K extends string | number, V>(table: Table<K, V>, key: K): V | undefined =>
  table.buckets[bucketOf(key)]?.get(key);

export const withItem = <K extends string | number, V>(
  { size, buckets }: Table<K, V>,
  key: K,
  value: V,
): Table<K, V> => {
  const at = bucketOf(key);
  const before = buckets[at];
  const bucket = new Map(before).set(key, value);
  return {
    size: size + bucket.size - (before?.size ?? 0),
    buckets: withBucket(buckets, at, bucket),
  };
};

export const withoutItem = <K extends string | number, V>(
  table: Table<K, V>,
  key: K,
): Table<K, V> => {
  const at = bucketOf(key);
  const before = table.buckets[at];
  if (before?.has(key) !== true) return table;
  const bucket = new Map(before);
  bucket.delete(key);
  return { size: table.size - 1, buckets: withBucket(table.buckets, at, bucket) };
};

const withBucket = <K, V>(
  buckets: readonly Bucket<K, V>[],
  at: number,
  bucket: ReadonlyMap<K, V>,
): readonly Bucket<K, V>[] =>
  (buckets.length === 0 ? Array.from<Bucket<K, V>>({ length: bucketCount }) : buckets).with(
    at,
    bucket,
  );
