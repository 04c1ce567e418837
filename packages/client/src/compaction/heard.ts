/**
 * When anything new was last had of each chain. Noted at a look, so it is never earlier than it was: too
 * late holds a deletion up, too early would pass somebody over.
 */
import { chainIds, decode, encode } from "@duro/crypto/types";
import type { ChainId, VaultId } from "@duro/protocol";
import type { HeardOf } from "../checkpoints/checkpointFacts.ts";
import type { Write } from "../ports/localStore.ts";
import { factKey } from "../store/keys.ts";
import type { Looked } from "./placesHere.ts";

interface Heard {
  readonly chain: ChainId;
  readonly seq: number;
  readonly atMs: number;
}

const keyOf = (vault: VaultId): Uint8Array => factKey("heard", vault);
const heardByteLengthMax = 16 * 2 ** 20;
const heardCountMax = 2 ** 20;
const heardByteLengthMin = chainIds.byteLength + 2;

export interface HeardNow {
  readonly heard: readonly HeardOf[];
  /** What changed since the last look. */
  readonly writes: readonly Write[];
}

export const heardNow = async (memory: Looked, nowMs: number): Promise<HeardNow> => {
  const { store, vault, chains } = memory;
  const bytes = await store.get("facts", keyOf(vault));
  const before = new Map((bytes === undefined ? [] : read(bytes)).map((one) => [one.chain, one]));
  const now = [...chains.values()].map(({ chain, head: { at } }): Heard => {
    const known = before.get(chain);
    return known?.seq === at ? known : { chain, seq: at, atMs: Math.max(0, Math.round(nowMs)) };
  });
  const isSame = now.every((one) => before.get(one.chain) === one);
  return {
    heard: now.flatMap(({ chain, atMs }) => {
      const user = chains.get(chain)?.user;
      return user === undefined ? [] : [{ user, heardAtMs: atMs }];
    }),
    writes: isSame ? [] : [{ kind: "put", table: "facts", key: keyOf(vault), value: write(now) }],
  };
};

const write = (heard: readonly Heard[]): Uint8Array =>
  encode((to) =>
    to.list(heard, (_, { chain, seq, atMs }) => {
      chainIds.write(to, chain);
      to.varUint(seq);
      to.varUint(atMs);
    }),
  );

const read = (bytes: Uint8Array): readonly Heard[] => {
  const heard = decode({ what: "heard", byteLengthMax: heardByteLengthMax }, bytes, (from) =>
    from.list(heardCountMax, heardByteLengthMin, () => ({
      chain: chainIds.read(from),
      seq: from.varUint(),
      atMs: from.varUint(),
    })),
  );
  // Of another version: everybody was heard just now.
  return heard.ok ? heard.value : [];
};
