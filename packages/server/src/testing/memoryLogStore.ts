/** Logs in memory, for tests and the simulation. */
import { assert, err, LogKind, ok } from "@duro/crypto/types";
import type { LogHead, LogName, UserId } from "@duro/protocol";
import type { DeviceRow, LogStore, NewRecord } from "../ports/logStore.ts";
import type { MemoryRecord, MemoryRelayData } from "./memoryRelayData.ts";

export const createMemoryLogStore = (data: MemoryRelayData): LogStore => {
  const recordsOf = ({ kind, log }: LogName): readonly MemoryRecord[] =>
    (kind === LogKind.Identity ? data.identityRecords.get(log) : data.vaultRecords.get(log)) ?? [];
  const headOf = (name: LogName): LogHead | undefined => headOfRecords(recordsOf(name));
  return {
    head: async (name) => headOf(name),
    heads: async (names) => {
      const heads = new Map<LogName["log"], LogHead>();
      for (const name of names) {
        const head = headOf(name);
        if (head !== undefined) heads.set(name.log, head);
      }
      return heads;
    },
    read: async (name, fromIndex, { recordCountMax, byteLengthMax }) => {
      const page: Uint8Array[] = [];
      let byteLength = 0;
      for (const { bytes } of recordsOf(name).slice(fromIndex, fromIndex + recordCountMax)) {
        byteLength += bytes.length;
        if (page.length > 0 && byteLength > byteLengthMax) break;
        page.push(bytes);
      }
      return page;
    },
    appendIdentity: async (user, record, devices) => {
      const head = data.accounts.has(user)
        ? headOf({ kind: LogKind.Identity, log: user })
        : undefined;
      if (head === undefined || !isBehind(record, head)) return err({ type: "HeadMoved", head });
      appendIdentityRecords(data, user, [record]);
      upsertMemoryDevices(data, devices);
      return ok(undefined);
    },
    appendVault: async (vault, record, access, founding) => {
      assert((record.index === 0) === (founding !== undefined), "a genesis founds its vault");
      const known = data.vaults.get(vault);
      if (record.pinned.some((user) => !data.identityRecords.has(user)))
        return err({ type: "PinnedLogGone" });
      const logHead = { index: record.index, id: record.id };
      if (founding !== undefined) {
        assert(record.pinned.includes(founding.payer), "a genesis pins its author, who pays");
        if (known !== undefined || !data.accounts.has(founding.payer))
          return err({ type: "HeadMoved", head: known?.logHead });
        const { payer, nowMs: createdAtMs } = founding;
        data.vaults.set(vault, { payer, logHead, position: 0, usedByteLength: 0, createdAtMs });
      } else {
        if (known === undefined || !isBehind(record, known.logHead))
          return err({ type: "HeadMoved", head: known?.logHead });
        data.vaults.set(vault, { ...known, logHead });
      }
      const { id, bytes } = record;
      data.vaultRecords.set(vault, [...(data.vaultRecords.get(vault) ?? []), { id, bytes }]);
      data.vaultAccess.set(vault, access);
      const pinned = data.vaultIdentities.get(vault) ?? [];
      data.vaultIdentities.set(vault, new Set([...pinned, ...record.pinned]));
      return ok(undefined);
    },
  };
};

const isBehind = (record: NewRecord, head: LogHead): boolean =>
  record.index === head.index + 1 && record.previous === head.id;

export const headOfRecords = (records: readonly MemoryRecord[]): LogHead | undefined => {
  const newest = records.at(-1);
  return newest === undefined ? undefined : { index: records.length - 1, id: newest.id };
};

export const appendIdentityRecords = (
  data: MemoryRelayData,
  user: UserId,
  records: readonly NewRecord[],
): void => {
  const before = data.identityRecords.get(user) ?? [];
  data.identityRecords.set(user, [...before, ...records.map(({ id, bytes }) => ({ id, bytes }))]);
};

/** A row stays with the user who came first. */
export const upsertMemoryDevices = (data: MemoryRelayData, devices: readonly DeviceRow[]): void => {
  for (const row of devices) {
    const known = data.devices.get(row.device);
    if (known === undefined || known.user === row.user)
      data.devices.set(row.device, { ...row, seenAtMs: known?.seenAtMs });
  }
};
