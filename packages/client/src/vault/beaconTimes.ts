/** The time in the newest beacon that counts of each chain: no edit of it can be later than that. */
import { chainIds, decode, encode } from "@duro/crypto/types";
import { type Body, type ChainId, limits, type VaultId } from "@duro/protocol";
import type { LocalStore } from "../ports/localStore.ts";
import { factKey } from "../store/keys.ts";
import type { ChainRow } from "../store/rows.ts";
import type { Draft } from "./draft.ts";

interface BeaconTime {
  readonly seq: number;
  readonly atMs: number;
}

export type BeaconTimes = ReadonlyMap<ChainId, BeaconTime>;

interface Noting {
  readonly vault: VaultId;
  beaconTimes: BeaconTimes;
}

/** In that seq of a chain. */
interface SaidAt {
  readonly row: Pick<ChainRow, "chain" | "counted">;
  readonly seq: number;
  readonly body: Body;
}

/** Goes with the draft; what comes back is called once it is committed. */
export const noteBeacons = (
  memory: Noting,
  draft: Pick<Draft, "write">,
  said: readonly SaidAt[],
): (() => void) => {
  if (said.length === 0) return () => {};
  const times = new Map(memory.beaconTimes);
  let isChanged = false;
  for (const { row, seq, body } of said) {
    const atMs = timeIn(body);
    const known = times.get(row.chain);
    // One that counted before, and was cut off or is being counted anew, is none.
    const isNewest = known === undefined || known.seq < seq || known.seq > row.counted;
    if (atMs === undefined || !isNewest) continue;
    times.set(row.chain, { seq, atMs });
    isChanged = true;
  }
  if (!isChanged) return () => {};
  draft.write({ kind: "put", table: "facts", key: keyOf(memory.vault), value: encodeTimes(times) });
  return () => {
    memory.beaconTimes = times;
  };
};

const timeIn = (body: Body): number | undefined => {
  if (body.type === "Beacon") return body.plaintext.nowMs;
  return body.type === "Checkpoint" ? body.plaintext.beacon.nowMs : undefined;
};

/** Undefined: it has none that counts and is here. */
export const lastBeaconMs = (
  { beaconTimes }: { readonly beaconTimes: BeaconTimes },
  row: Pick<ChainRow, "chain" | "counted"> | undefined,
): number | undefined => {
  const known = row === undefined ? undefined : beaconTimes.get(row.chain);
  return known === undefined || known.seq > (row?.counted ?? 0) ? undefined : known.atMs;
};

const keyOf = (vault: VaultId): Uint8Array => factKey("beaconTimes", vault);
const timeByteLengthMin = chainIds.byteLength + 2;
const timesByteLengthMax = 1_048_576;

const encodeTimes = (times: BeaconTimes): Uint8Array =>
  encode((to) =>
    to.list([...times].slice(-limits.chainsPerVectorMax), (_, [chain, { seq, atMs }]) => {
      chainIds.write(to, chain);
      to.varUint(seq);
      to.varUint(atMs);
    }),
  );

export const readBeaconTimes = async (store: LocalStore, vault: VaultId): Promise<BeaconTimes> => {
  const bytes = await store.get("facts", keyOf(vault));
  if (bytes === undefined) return new Map();
  const limit = { what: "beacon times", byteLengthMax: timesByteLengthMax };
  const times = decode(limit, bytes, (from) =>
    from.list(limits.chainsPerVectorMax, timeByteLengthMin, () => {
      const chain = chainIds.read(from);
      return [chain, { seq: from.varUint(), atMs: from.varUint() }] as const;
    }),
  );
  // Of another version: known again with the next ones.
  return new Map(times.ok ? times.value : []);
};
