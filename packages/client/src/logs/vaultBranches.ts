/**
 * Vault logs that go on in two ways: the other branch as it is shown, what an owner said of either, and
 * the coming over to it. What is ours is followedLogs' own.
 */
import { err, LogKind, ok, type Result } from "@duro/crypto/types";
import {
  applyVaultRecord,
  decodeRecord,
  encodeRecord,
  type IdentityAt,
  type IdentityState,
  type LogRecord,
  type VaultLogError,
  type VaultState,
} from "@duro/crypto/verify";
import { assert } from "@duro/crypto/types";
import type { RecordId, UserId, VaultId } from "@duro/protocol";
import type { CommitError, LocalStore } from "../ports/localStore.ts";
import { recordKey, recordsOf } from "../store/keys.ts";
import { readRange } from "../store/readRange.ts";
import { fallenWrites, readFallen } from "./fallenBranch.ts";
import {
  growBranch,
  isFallenHere,
  isInBranch,
  mayComeOver,
  type OtherBranch,
  type Resolve,
  resolveOf,
} from "./otherBranch.ts";

/** A branch that this device once followed. */
interface Fallen {
  readonly records: ReadonlySet<RecordId>;
  /** Of the newest of them, as it stood here: its keys open what was sealed under it. */
  readonly state: VaultState;
}

type OtherTaken =
  | { readonly kind: "known" }
  /** Part of another branch, from a record of ours on. */
  | { readonly kind: "other" }
  /** It follows something that is not here. */
  | { readonly kind: "unplaced" }
  | { readonly kind: "refused"; readonly error: VaultLogError };

export interface VaultBranches {
  other(vault: VaultId): OtherBranch | undefined;
  resolves(vault: VaultId): readonly Resolve[];
  fallen(vault: VaultId): Fallen | undefined;
  /** A record of ours: judged, and known from now on. */
  noteOurs(vault: VaultId, record: LogRecord): void;
  /** What was not durable is not known. */
  forgetOurs(vault: VaultId, fromIndex: number): void;
  take(ours: VaultState, record: LogRecord): Promise<OtherTaken>;
  /** An owner said of that record that it has fallen, and nothing stands against it. */
  isSettled(ours: VaultState, id: RecordId): boolean;
  /** The state of the other branch, where it stands from now on; durable. */
  comeOver(ours: VaultState): Promise<Result<VaultState | undefined, CommitError>>;
  load(vault: VaultId): Promise<void>;
}

export const createVaultBranches = (
  store: LocalStore,
  identityAt: IdentityAt,
  identity: (user: UserId) => IdentityState | undefined,
): VaultBranches => {
  const others = new Map<VaultId, OtherBranch>();
  const resolvesBy = new Map<VaultId, readonly Resolve[]>();
  const fallenBy = new Map<VaultId, Fallen>();

  const stateAt = async (vault: VaultId, index: number): Promise<VaultState> => {
    const name = { kind: LogKind.Vault, log: vault } as const;
    const range = { from: recordKey(name, 0), end: recordKey(name, index + 1) };
    let state: VaultState | undefined;
    for (const { value } of await readRange(store, "records", range)) {
      const record = decodeRecord(value);
      assert(record.ok, "the store holds records that were judged");
      const next = applyVaultRecord(state, record.value, identityAt);
      assert(next.ok, "records that were judged hold");
      state = next.value;
    }
    assert(state?.head.index === index, "a log is here up to its head");
    return state;
  };

  const oursOf = (state: VaultState) => ({ state, resolves: resolvesBy.get(state.vault) ?? [] });

  const grown = (
    branch: Parameters<typeof growBranch>[0],
    record: LogRecord,
    vault: VaultId,
  ): OtherTaken => {
    const next = growBranch(branch, record, identityAt);
    if (!next.ok) return { kind: "refused", error: next.error };
    others.set(vault, next.value);
    return { kind: "other" };
  };

  const writesOf = async (ours: VaultState, { common, records }: OtherBranch) => {
    const { vault } = ours;
    const name = { kind: LogKind.Vault, log: vault } as const;
    const behind = { ...recordsOf(name), from: recordKey(name, common.head.index + 1) };
    const fell = (await readRange(store, "records", behind)).map(({ value }) => {
      const record = decodeRecord(value);
      assert(record.ok, "the store holds records that were judged");
      return record.value;
    });
    return [
      { kind: "deleteRange" as const, table: "records" as const, ...behind },
      ...records.map((record) => ({
        kind: "put" as const,
        table: "records" as const,
        key: recordKey(name, record.index),
        value: encodeRecord(record),
      })),
      ...fallenWrites(vault, [...(await readFallen(store, vault)), ...fell]),
    ];
  };

  const withoutBehind = (vault: VaultId, index: number): readonly Resolve[] =>
    (resolvesBy.get(vault) ?? []).filter((resolve) => resolve.index <= index);

  return {
    other: (vault) => others.get(vault),
    resolves: (vault) => resolvesBy.get(vault) ?? [],
    fallen: (vault) => fallenBy.get(vault),
    noteOurs: (vault, record) => {
      const found = resolveOf(record);
      if (found.length > 0) resolvesBy.set(vault, [...(resolvesBy.get(vault) ?? []), ...found]);
    },
    forgetOurs: (vault, fromIndex) =>
      void resolvesBy.set(vault, withoutBehind(vault, fromIndex - 1)),
    take: async (ours, record) => {
      const { vault } = ours;
      const other = others.get(vault);
      if (other !== undefined && isInBranch(other, record.id)) return { kind: "known" };
      if (other?.state.head.id === record.previous) return grown(other, record, vault);
      const parent = ours.indexByRecord.get(record.previous);
      if (parent === undefined || parent + 1 !== record.index) return { kind: "unplaced" };
      return grown({ common: await stateAt(vault, parent) }, record, vault);
    },
    isSettled: (ours, id) => {
      const other = others.get(ours.vault);
      if (other !== undefined && isInBranch(other, id))
        return isFallenHere(oursOf(ours), other, identity);
      return oursOf(ours).resolves.some(({ fallen }) => fallen.id === id);
    },
    comeOver: async (ours) => {
      const { vault } = ours;
      const other = others.get(vault);
      if (other === undefined || !mayComeOver(oursOf(ours), other, identity)) return ok(undefined);
      const committed = await store.commit(await writesOf(ours, other));
      if (!committed.ok) return err(committed.error);
      const fell = [...ours.indexByRecord].flatMap(([id, index]) =>
        index > other.common.head.index ? [id] : [],
      );
      const before = fallenBy.get(vault)?.records ?? [];
      fallenBy.set(vault, { records: new Set([...before, ...fell]), state: ours });
      const shared = withoutBehind(vault, other.common.head.index);
      resolvesBy.set(vault, [...shared, ...other.resolves]);
      others.delete(vault);
      return ok(other.state);
    },
    load: async (vault) => {
      const records = await readFallen(store, vault);
      const newest = newestBranch(records);
      const [first] = newest;
      if (first === undefined) return;
      let state = await stateAt(vault, first.index - 1);
      for (const record of newest) {
        const next = applyVaultRecord(state, record, identityAt);
        assert(next.ok, "records that were judged hold");
        state = next.value;
      }
      fallenBy.set(vault, { records: new Set(records.map(({ id }) => id)), state });
    },
  };
};

/** The last of them, and what it follows. */
const newestBranch = (records: readonly LogRecord[]): readonly LogRecord[] => {
  const branch: LogRecord[] = [];
  for (const record of records.toReversed()) {
    const [next] = branch;
    if (next !== undefined && next.previous !== record.id) break;
    branch.unshift(record);
  }
  return branch;
};
