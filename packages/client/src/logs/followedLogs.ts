/**
 * The logs this device follows: every record verified by the rules before it is kept, and kept before
 * it is acted upon. What an older record pinned stays known, since states are never changed.
 */
import { assert, err, LogKind, noRecord, ok, type Result } from "@duro/crypto/types";
import {
  applyIdentityRecord,
  applyVaultRecord,
  decodeRecord,
  encodeRecord,
  type IdentityAt,
  type IdentityHeadMissing,
  type IdentityState,
  type LogError,
  type LogRecord,
  type RecordError,
  type VaultLogError,
  type VaultState,
  verifyRecordSignature,
} from "@duro/crypto/verify";
import type { LogHead, LogName, RecordId, UserId, VaultId } from "@duro/protocol";
import type { CommitError, LocalStore, Write } from "../ports/localStore.ts";
import { recordKey, recordsOf } from "../store/keys.ts";
import { createVaultBranches, type VaultBranches } from "./vaultBranches.ts";

/**
 * A log parts from the one we hold: the other record is here, verified by the rules from where it parts,
 * or somebody has signed that they rely on it. No invention of a relay's, and no spoiled byte.
 */
interface LogForked {
  readonly type: "LogForked";
  readonly name: LogName;
  /** Where both still agree, at the most. */
  readonly index: number;
  readonly ours: RecordId;
  readonly theirs: RecordId;
  /** Theirs has fallen: a relay that shows it hides what stands, and that is its doing alone. */
  readonly isSettled: boolean;
}

/** A record follows one that is not here: perhaps the log parts from ours before what came. */
export interface LogUnplaced {
  readonly type: "LogUnplaced";
  readonly name: LogName;
  readonly index: number;
  readonly have: RecordId;
  readonly got: RecordId;
}

/** Records came from behind what is here. */
interface LogGap {
  readonly type: "LogGap";
  readonly name: LogName;
  readonly fromIndex: number;
}

/** A record that no honest relay lets pass, or that this version cannot read. */
export interface LogRefused {
  readonly type: "LogRefused";
  readonly name: LogName;
  readonly index: number;
  readonly error: RecordError | LogError | VaultLogError;
}

/** A record pins an identity log further than it is here. */
interface IdentityNeeded {
  readonly type: "IdentityNeeded";
  readonly user: UserId;
  readonly index: number;
}

export type LogTrouble = LogForked | LogUnplaced | LogGap | LogRefused | IdentityNeeded;

interface Taken {
  /** How many were new. */
  readonly newCount: number;
  /** What stopped it: what came before that was kept. */
  readonly trouble: LogTrouble | undefined;
}

export interface FollowedLogs {
  readonly identity: (user: UserId) => IdentityState | undefined;
  readonly vault: (vault: VaultId) => VaultState | undefined;
  readonly vaults: readonly VaultId[];
  readonly identityAt: IdentityAt;
  head(name: LogName): LogHead | undefined;
  idAt(name: LogName, index: number): RecordId | undefined;
  hasIdentityRecord(user: UserId, id: RecordId): boolean;
  /** What the relay is asked for next: of a log that goes on in two ways, all that may differ. */
  nextIndex(name: LogName): number;
  /** Another branch of a vault's log, and what was said of either. */
  readonly branches: Pick<VaultBranches, "other" | "resolves" | "fallen">;
  /** It is known what became of that record, which does not stand here: nobody waits for it. */
  hasFallen(vault: VaultId, id: RecordId): boolean;
  /** A RESOLVE has settled a fork there, so that who wrote before it may name either record. */
  isBehindFork(vault: VaultId, index: number): boolean;
  /** The branch that begins with that record has fallen, and nothing stands against that. */
  isForkSettled(vault: VaultId, theirs: RecordId): boolean;
  /** Durable once it resolves. */
  take(
    name: LogName,
    fromIndex: number,
    records: readonly Uint8Array[],
  ): Promise<Result<Taken, CommitError>>;
}

/** A page of a log that is read back at the start. */
const pageRecordCount = 256;

export const openFollowedLogs = async (store: LocalStore): Promise<FollowedLogs> => {
  const identities = new Map<UserId, readonly IdentityState[]>();
  const vaults = new Map<VaultId, VaultState>();

  const identityAt: IdentityAt = ({ user, index, head }) => {
    const state = identities.get(user)?.[index];
    return state?.head.id === head ? state : undefined;
  };
  const identity = (user: UserId): IdentityState | undefined => identities.get(user)?.at(-1);
  const branches = createVaultBranches(store, identityAt, identity);

  const head = (name: LogName): LogHead | undefined =>
    name.kind === LogKind.Identity
      ? identities.get(name.log)?.at(-1)?.head
      : vaults.get(name.log)?.head;

  /** Judged, and from now on known; durable only when the caller has committed it. */
  const advance = (record: LogRecord): LogRefused["error"] | undefined => {
    if (record.kind === LogKind.Identity) {
      const user = record.author.user;
      const states = identities.get(user) ?? [];
      const next = applyIdentityRecord(states.at(-1), record);
      if (!next.ok) return next.error;
      identities.set(user, [...states, next.value]);
      return undefined;
    }
    const known = vaults.get(record.log as VaultId);
    const next = applyVaultRecord(known, record, identityAt);
    if (!next.ok) return next.error;
    vaults.set(next.value.vault, next.value);
    branches.noteOurs(next.value.vault, record);
    return undefined;
  };

  const knownId = (name: LogName, index: number): RecordId | undefined => {
    if (name.kind === LogKind.Identity) return identities.get(name.log)?.[index]?.head.id;
    const indexes = vaults.get(name.log)?.indexByRecord ?? new Map<RecordId, number>();
    for (const [id, at] of indexes) if (at === index) return id;
    return undefined;
  };

  const take: FollowedLogs["take"] = async (name, fromIndex, records) => {
    const before = {
      states: identities.get(name.log as UserId),
      vault: vaults.get(name.log as VaultId),
    };
    const writes: Write[] = [];
    const stop = async (trouble: LogTrouble | undefined): Promise<Result<Taken, CommitError>> => {
      const committed = writes.length === 0 ? ok(undefined) : await store.commit(writes);
      if (committed.ok) return ok({ newCount: writes.length, trouble });
      // What is not durable is not known.
      if (before.states === undefined) identities.delete(name.log as UserId);
      else identities.set(name.log as UserId, before.states);
      if (before.vault === undefined) vaults.delete(name.log as VaultId);
      else vaults.set(name.log as VaultId, before.vault);
      branches.forgetOurs(name.log as VaultId, (before.vault?.head.index ?? -1) + 1);
      return err(committed.error);
    };
    const otherIndex = branches.other(name.log as VaultId)?.state.head.index ?? -1;
    const next = Math.max(head(name)?.index ?? -1, otherIndex) + 1;
    if (fromIndex > next) return stop({ type: "LogGap", name, fromIndex });
    let isParted = false;
    for (const [at, bytes] of records.entries()) {
      const index = fromIndex + at;
      const record = decodeRecord(bytes);
      if (!record.ok) return stop({ type: "LogRefused", name, index, error: record.error });
      const known = knownId(name, index);
      if (known === record.value.id) continue;
      if (record.value.log !== name.log || record.value.kind !== name.kind)
        return stop({
          type: "LogRefused",
          name,
          index,
          error: { type: "WrongLog", expected: name.log, got: record.value.log },
        });
      const forked = await takeForked(name, index, record.value);
      if (forked.kind === "forked") return stop(forked.trouble);
      isParted ||= forked.kind === "other";
      if (forked.kind === "other") continue;
      const error = advance(record.value);
      if (error?.type === "IdentityHeadMissing") return stop(missingOf(name, record.value, error));
      if (error !== undefined) return stop({ type: "LogRefused", name, index, error });
      writes.push({
        kind: "put",
        table: "records",
        key: recordKey(name, index),
        value: encodeRecord(record.value),
      });
    }
    return isParted ? stopParted(name, stop) : stop(undefined);
  };

  /** A branch that is whole as far as it was shown: is it settled? */
  const stopParted = async (
    { log }: LogName,
    stop: (trouble: LogForked | undefined) => Promise<Result<Taken, CommitError>>,
  ): Promise<Result<Taken, CommitError>> => {
    const ours = vaults.get(log as VaultId);
    const forked = ours === undefined ? undefined : partedFrom(ours);
    const stopped = await stop(forked);
    if (ours === undefined || !stopped.ok) return stopped;
    const standing = await branches.comeOver(ours);
    if (!standing.ok) return standing;
    if (standing.value !== undefined) vaults.set(ours.vault, standing.value);
    return stopped;
  };

  const partedFrom = (ours: VaultState): LogForked | undefined => {
    const other = branches.other(ours.vault);
    const [first] = other?.records ?? [];
    const name = { kind: LogKind.Vault, log: ours.vault } as const;
    const known = first === undefined ? undefined : knownId(name, first.index);
    if (first === undefined || known === undefined) return undefined;
    const isSettled = branches.isSettled(ours, first.id);
    return {
      type: "LogForked",
      name,
      index: first.index - 1,
      ours: known,
      theirs: first.id,
      // A relay that shows what has fallen hides what stands: that is its doing alone.
      isSettled,
    };
  };

  /** By a key that we know of them: it need not stand in a log of ours. */
  const isSignedByAuthor = (record: LogRecord): boolean => {
    const { user, device } = record.author;
    const signKey = identity(user)?.devices.get(device)?.signKey;
    return signKey !== undefined && verifyRecordSignature(record, 0, signKey).ok;
  };

  /** Either the log is not here that far, or it is here and is another: then it is a fork of it. */
  const missingOf = (
    name: LogName,
    record: LogRecord,
    error: IdentityHeadMissing,
  ): IdentityNeeded | LogForked | LogRefused => {
    const { user, index, head: theirs } = error;
    const ours = identities.get(user)?.[index];
    if (ours === undefined) return { type: "IdentityNeeded", user, index };
    if (!isSignedByAuthor(record)) return { type: "LogRefused", name, index: record.index, error };
    return {
      type: "LogForked",
      name: { kind: LogKind.Identity, log: user },
      index: index - 1,
      ours: ours.head.id,
      theirs,
      isSettled: false,
    };
  };

  const forkOfIdentity = (
    name: LogName & { readonly kind: typeof LogKind.Identity },
    index: number,
    record: LogRecord,
  ): LogTrouble => {
    const states = identities.get(name.log) ?? [];
    const before = states[index - 1];
    const ours = states[index];
    const have = before?.head.id ?? noRecord;
    if (ours === undefined || record.previous !== have)
      return unplaced(name, index, states.at(-1)?.head.id ?? have, record);
    const next = applyIdentityRecord(before, record);
    if (!next.ok) return { type: "LogRefused", name, index, error: next.error };
    const { id: theirs } = record;
    return {
      type: "LogForked",
      name,
      index: index - 1,
      ours: ours.head.id,
      theirs,
      isSettled: false,
    };
  };

  /** A record that is not the next of ours. */
  const takeForked = async (
    name: LogName,
    index: number,
    record: LogRecord,
  ): Promise<
    | { readonly kind: "next" }
    | { readonly kind: "other" }
    | { readonly kind: "forked"; readonly trouble: LogTrouble }
  > => {
    const ours = head(name);
    const isNext = index === (ours?.index ?? -1) + 1 && record.previous === (ours?.id ?? noRecord);
    if (ours === undefined || isNext) return { kind: "next" };
    if (name.kind === LogKind.Identity)
      return { kind: "forked", trouble: forkOfIdentity(name, index, record) };
    const vault = vaults.get(name.log);
    assert(vault !== undefined, "a log with a head is here");
    const taken = await branches.take(vault, record);
    switch (taken.kind) {
      case "known":
      case "other":
        return { kind: "other" };
      case "unplaced":
        return { kind: "forked", trouble: unplaced(name, index, ours.id, record) };
      case "refused": {
        const { error } = taken;
        const trouble: LogTrouble =
          error.type === "IdentityHeadMissing"
            ? missingOf(name, record, error)
            : { type: "LogRefused", name, index, error };
        return { kind: "forked", trouble };
      }
    }
  };

  const replay = async (name: LogName): Promise<void> => {
    for (let index = 0; ;) {
      const range = { ...recordsOf(name), from: recordKey(name, index) };
      const page = await store.range("records", range, pageRecordCount);
      for (const { value } of page) {
        const record = decodeRecord(value);
        assert(record.ok, "the store holds records that were judged");
        assert(advance(record.value) === undefined, "records that were judged hold");
      }
      index += page.length;
      if (page.length < pageRecordCount) return;
    }
  };

  const names = await storedLogs(store);
  // Vaults rely on identities.
  for (const name of names.toSorted((left, right) => left.kind - right.kind)) await replay(name);
  for (const vault of vaults.keys()) await branches.load(vault);

  return {
    identity,
    branches,
    nextIndex: (name) => {
      const other = name.kind === LogKind.Vault ? branches.other(name.log) : undefined;
      return (other?.common.head.index ?? head(name)?.index ?? -1) + 1;
    },
    hasFallen: (vault, id) => {
      const isOfOurs = branches.fallen(vault)?.records.has(id) === true;
      return isOfOurs || branches.resolves(vault).some(({ fallen }) => fallen.id === id);
    },
    isBehindFork: (vault, index) =>
      branches.resolves(vault).some((one) => one.common.index < index && index < one.index),
    isForkSettled: (vault, theirs) => {
      const ours = vaults.get(vault);
      return ours !== undefined && branches.isSettled(ours, theirs);
    },
    vault: (vault) => vaults.get(vault),
    get vaults() {
      return [...vaults.keys()];
    },
    identityAt,
    head,
    idAt: knownId,
    hasIdentityRecord: (user, id) =>
      identities.get(user)?.some((state) => state.head.id === id) === true,
    take,
  };
};

const unplaced = (
  name: LogName,
  index: number,
  have: RecordId,
  { previous }: LogRecord,
): LogUnplaced => ({ type: "LogUnplaced", name, index, have, got: previous });

/** The logs of which a first record is in the store. */
const storedLogs = async (store: LocalStore): Promise<readonly LogName[]> => {
  const names: LogName[] = [];
  let from = Uint8Array.of(0);
  for (;;) {
    const [first] = await store.range("records", { from, end: undefined }, 1);
    if (first === undefined) return names;
    const record = decodeRecord(first.value);
    assert(record.ok, "the store holds records that were judged");
    const name = { kind: record.value.kind, log: record.value.log } as LogName;
    names.push(name);
    const { end } = recordsOf(name);
    if (end === undefined) return names;
    from = Uint8Array.from(end);
  }
};
