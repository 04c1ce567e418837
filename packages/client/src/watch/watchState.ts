/** All that a watch knows of one vault, and how it lies in the store: one fact for each part of it. */
import { assert, decode, encode, type Malformed, type Result } from "@duro/crypto/types";
import type { ChainId, LogHead, Vector, VaultId } from "@duro/protocol";
import {
  type BeaconsSaid,
  decodeBeaconsSaid,
  encodeBeaconsSaid,
  noBeacons,
} from "../alarms/beacons.ts";
import { type Claims, noClaims, type Reach } from "../alarms/claims.ts";
import { decodeClaims, encodeClaims } from "../alarms/claimsCodec.ts";
import { chainField } from "../alarms/fields.ts";
import { type AlarmBook, decodeAlarms, encodeAlarms, noAlarms } from "../alarms/standing.ts";
import type { StoreReader, Write } from "../ports/localStore.ts";
import { factKey } from "../store/keys.ts";
import { decodeReceipts, encodeReceipts, type KeptReceipt } from "./receipts.ts";
import { decodeNotes, encodeNotes, noNotes, type WatchNotes } from "./watchNotes.ts";

export interface WatchState {
  readonly claims: Claims;
  readonly book: AlarmBook;
  readonly beacons: BeaconsOf;
  readonly notes: WatchNotes;
  readonly receipts: readonly KeptReceipt[];
  /** Not kept, from here on. Up to where the claims of each chain were added; what counts anew is not again. */
  readonly readUntil: ReadonlyMap<ChainId, number>;
  readonly reach: Reach;
  /** What the relay says to have, since this connection opened the vault. */
  readonly relay: RelayHeads | undefined;
}

export interface RelayHeads {
  readonly chains: Vector;
  readonly logHead: LogHead;
  /** Ours, as far as the relay has shown it by then. */
  readonly ourLogHead: LogHead | undefined;
}

/** Another chain begins with a full one. */
interface BeaconsOf {
  readonly chain: ChainId | undefined;
  readonly said: BeaconsSaid;
}

const kept = ["claims", "book", "beacons", "notes", "receipts"] as const;
type Kept = (typeof kept)[number];

const names: Readonly<Record<Kept, string>> = {
  claims: "claims",
  book: "alarms",
  beacons: "beacons",
  notes: "watch",
  receipts: "receipts",
};

const bytesOf = (state: WatchState, part: Kept): Uint8Array => {
  switch (part) {
    case "claims":
      return encodeClaims(state.claims);
    case "book":
      return encodeAlarms(state.book);
    case "beacons":
      return encodeBeaconsOf(state.beacons);
    case "notes":
      return encodeNotes(state.notes);
    case "receipts":
      return encodeReceipts(state.receipts);
  }
};

/** The time that runs over claims is written when they change, and at the end. */
const isSame = (saved: WatchState, state: WatchState, part: Kept): boolean =>
  part === "claims"
    ? saved.claims.byClaimant === state.claims.byClaimant
    : saved[part] === state[part];

export const isSaved = (saved: WatchState, state: WatchState): boolean =>
  kept.every((part) => isSame(saved, state, part));

/** What may go with the next commit: receipts and claims, which come again or are one piece of evidence less. */
export const canRide = (saved: WatchState, state: WatchState): boolean =>
  kept.every((part) => part === "claims" || part === "receipts" || isSame(saved, state, part));

/** What differs. */
export const watchWrites = (
  vault: VaultId,
  saved: WatchState,
  state: WatchState,
): readonly Write[] =>
  kept
    .filter((part) => !isSame(saved, state, part))
    .map((part): Write => ({
      kind: "put",
      table: "facts",
      key: factKey(names[part], vault),
      value: bytesOf(state, part),
    }));

export const claimsWrite = (vault: VaultId, { claims }: WatchState): Write => ({
  kind: "put",
  table: "facts",
  key: factKey(names.claims, vault),
  value: encodeClaims(claims),
});

export const readWatchState = async (store: StoreReader, vault: VaultId): Promise<WatchState> => {
  const read = async <T>(
    part: Kept,
    parse: (bytes: Uint8Array) => Result<T, Malformed>,
    otherwise: T,
  ): Promise<T> => {
    const bytes = await store.get("facts", factKey(names[part], vault));
    if (bytes === undefined) return otherwise;
    const value = parse(bytes);
    assert(value.ok, "the store holds what the watch wrote");
    return value.value;
  };
  return {
    claims: await read("claims", decodeClaims, noClaims),
    book: await read("book", decodeAlarms, noAlarms),
    beacons: await read("beacons", decodeBeaconsOf, { chain: undefined, said: noBeacons }),
    notes: await read("notes", decodeNotes, noNotes),
    receipts: await read("receipts", decodeReceipts, []),
    readUntil: new Map(),
    reach: { kind: "away" },
    relay: undefined,
  };
};

const encodeBeaconsOf = ({ chain, said }: BeaconsOf): Uint8Array =>
  encode((to) => {
    assert(chain !== undefined, "what was said was said in a chain");
    chainField.write(to, chain);
    to.bytes(encodeBeaconsSaid(said));
  });

const beaconsByteLengthMax = 2 * 2 ** 20;

const decodeBeaconsOf = (bytes: Uint8Array): Result<BeaconsOf, Malformed> => {
  const parts = decode(
    { what: "beacons of a chain", byteLengthMax: beaconsByteLengthMax },
    bytes,
    (from) => ({ chain: chainField.read(from), said: from.rest(beaconsByteLengthMax) }),
  );
  if (!parts.ok) return parts;
  const said = decodeBeaconsSaid(parts.value.said);
  return said.ok ? { ok: true, value: { chain: parts.value.chain, said: said.value } } : said;
};
