/**
 * The logs this device follows: every record verified by the rules before it is kept, and kept before
 * it is acted upon. What an older record pinned stays known, since states are never changed.
 */
import { assert, err, LogKind, ok, type Result } from "@duro/crypto/types";
import {
  applyIdentityRecord,
  applyVaultRecord,
  decodeRecord,
  encodeRecord,
  type IdentityAt,
  type IdentityState,
  type LogError,
  type LogRecord,
  type RecordError,
  type VaultLogError,
  type VaultState,
} from "@duro/crypto/verify";
import type { LogHead, LogName, RecordId, UserId, VaultId } from "@duro/protocol";
import type { CommitError, LocalStore, Write } from "../ports/localStore.ts";
import { recordKey, recordsOf } from "../store/keys.ts";

/** The relay shows a log that parts from the one we hold. */
interface LogForked {
  readonly type: "LogForked";
  readonly name: LogName;
  /** Where both still agree, at the most. */
  readonly index: number;
  readonly ours: RecordId;
  readonly theirs: RecordId;
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

export type LogTrouble = LogForked | LogGap | LogRefused | IdentityNeeded;

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
      return err(committed.error);
    };
    const next = (head(name)?.index ?? -1) + 1;
    if (fromIndex > next) return stop({ type: "LogGap", name, fromIndex });
    for (const [at, bytes] of records.entries()) {
      const index = fromIndex + at;
      const record = decodeRecord(bytes);
      if (!record.ok) return stop({ type: "LogRefused", name, index, error: record.error });
      const known = knownId(name, index);
      if (known === record.value.id) continue;
      const forked = forkOf(name, index, known, record.value);
      if (forked !== undefined) return stop(forked);
      if (record.value.log !== name.log || record.value.kind !== name.kind)
        return stop({
          type: "LogRefused",
          name,
          index,
          error: { type: "WrongLog", expected: name.log, got: record.value.log },
        });
      const error = advance(record.value);
      if (error?.type === "LinkForked") {
        const ours = head(name);
        assert(ours !== undefined, "a fork parts from something");
        return stop({
          type: "LogForked",
          name,
          index,
          ours: ours.id,
          theirs: record.value.previous,
        });
      }
      if (error?.type === "IdentityHeadMissing")
        return stop(missingOf(identities.get(error.user), error));
      if (error !== undefined) return stop({ type: "LogRefused", name, index, error });
      writes.push({
        kind: "put",
        table: "records",
        key: recordKey(name, index),
        value: encodeRecord(record.value),
      });
    }
    return stop(undefined);
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

  return {
    identity: (user) => identities.get(user)?.at(-1),
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

const forkOf = (
  name: LogName,
  index: number,
  known: RecordId | undefined,
  record: LogRecord,
): LogForked | undefined =>
  known === undefined
    ? undefined
    : { type: "LogForked", name, index: index - 1, ours: known, theirs: record.id };

/** Either the log is not here that far, or it is here and is another: then it is a fork of it. */
const missingOf = (
  states: readonly IdentityState[] | undefined,
  { user, index, head }: { readonly user: UserId; readonly index: number; readonly head: RecordId },
): IdentityNeeded | LogForked => {
  const ours = states?.[index];
  return ours === undefined
    ? { type: "IdentityNeeded", user, index }
    : {
        type: "LogForked",
        name: { kind: LogKind.Identity, log: user },
        index: index - 1,
        ours: ours.head.id,
        theirs: head,
      };
};

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
