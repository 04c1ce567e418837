/**
 * What is kept of a branch of a vault's log that fell: its records, so that what was sealed under its keys
 * opens until it is sealed again, and that the vault has not come over yet.
 */
import { assert, decode, encode } from "@duro/crypto/types";
import { decodeRecord, encodeRecord, type LogRecord } from "@duro/crypto/verify";
import type { VaultId } from "@duro/protocol";
import type { StoreReader, Write } from "../ports/localStore.ts";
import { factKey } from "../store/keys.ts";

const fallenKey = (vault: VaultId): Uint8Array => factKey("fallen", vault);
const partedKey = (vault: VaultId): Uint8Array => factKey("parted", vault);

/** A log has no more of them at the relay, and a record is 1 MiB at most. */
const recordCountMax = 2 ** 14;
const byteLengthMax = 2 ** 30;
const recordByteLengthMin = 100;

/** Of all branches that fell here. With the second fact: documents still show what counted under the newest. */
export const fallenWrites = (vault: VaultId, records: readonly LogRecord[]): readonly Write[] => [
  {
    kind: "put",
    table: "facts",
    key: fallenKey(vault),
    value: encode((to) => to.list(records, (_, record) => to.varBytes(encodeRecord(record)))),
  },
  { kind: "put", table: "facts", key: partedKey(vault), value: new Uint8Array() },
];

/** Goes with the commit by which the vault has come over. */
export const cameOverWrite = (vault: VaultId): Write => ({
  kind: "delete",
  table: "facts",
  key: partedKey(vault),
});

export const isToComeOver = async (store: StoreReader, vault: VaultId): Promise<boolean> =>
  (await store.get("facts", partedKey(vault))) !== undefined;

export const readFallen = async (
  store: StoreReader,
  vault: VaultId,
): Promise<readonly LogRecord[]> => {
  const bytes = await store.get("facts", fallenKey(vault));
  if (bytes === undefined) return [];
  const records = decode({ what: "fallen records", byteLengthMax }, bytes, (from) =>
    from.list(recordCountMax, recordByteLengthMin, () =>
      decodeRecord(from.varBytes(byteLengthMax)),
    ),
  );
  assert(records.ok, "the store holds records as they were written");
  return records.value.map((record) => {
    assert(record.ok, "the store holds records that were judged");
    return record.value;
  });
};
