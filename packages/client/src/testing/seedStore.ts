/** Puts logs that were made elsewhere into a store, as if this device had followed them. */
import { assert, LogKind } from "@duro/crypto/types";
import { encodeRecord, type LogRecord } from "@duro/crypto/verify";
import type { LogName, UserId, VaultId } from "@duro/protocol";
import { selfWrite } from "../engine/self.ts";
import type { LocalStore } from "../ports/localStore.ts";
import { recordKey } from "../store/keys.ts";

const nameOf = ({ kind, log }: LogRecord): LogName =>
  kind === LogKind.Identity
    ? { kind, log: log as UserId }
    : { kind: LogKind.Vault, log: log as VaultId };

export const seedStore = async (
  store: LocalStore,
  user: UserId,
  records: readonly LogRecord[],
): Promise<void> => {
  const kept = await store.commit([
    selfWrite(user),
    ...records.map((record) => ({
      kind: "put" as const,
      table: "records" as const,
      key: recordKey(nameOf(record), record.index),
      value: encodeRecord(record),
    })),
  ]);
  assert(kept.ok, "an empty store takes its first rows");
};
