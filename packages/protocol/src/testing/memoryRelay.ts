/**
 * The relay's machine over a store that is lists in memory, for tests of both machines together. Nothing
 * is verified: what the machines say to each other is what is looked at. Work of different kinds is done
 * in any order, as a real store does it; of one kind in the order in which it was asked for.
 */
import {
  asSignature,
  asSignPublicKey,
  assert,
  type ChainId,
  type DeviceId,
  DeviceScope,
  LogKind,
  sizes,
  type VaultId,
} from "@duro/crypto/types";
import { recordIds, relayGenerations, loginNonces, userIds, vaultPositions } from "../ids.ts";
import { pageByteLength } from "../limits.ts";
import { type RefusalName, refusals } from "../refusals.ts";
import { refused } from "../relay/refused.ts";
import type { PreparedRun, RelayEffect } from "../relay/relayEffect.ts";
import type { RelayInput } from "../relay/relayInput.ts";
import type { PreparedFrames, RelayConnection } from "../relay/relayState.ts";
import { relayStep } from "../relay/relayStep.ts";
import type { Step } from "../relay/step.ts";
import { openRelayConnection } from "../relay/stepSession.ts";
import { decodeClientFrame } from "../wire/clientFrame.ts";
import { encodeEnvelopesFrame, encodeRun } from "../wire/envelopesFrame.ts";
import type { LogHead, LogName, Vector } from "../wire/heads.ts";
import { encodeRelayFrame } from "../wire/relayFrame.ts";
import type { Run } from "../wire/run.ts";
import { envelopeIdOf, idFilledWith } from "./chains.ts";

type Effect<Kind extends RelayEffect["kind"]> = Extract<RelayEffect, { kind: Kind }>;
type Work = Exclude<RelayEffect, { kind: "send" | "sendRuns" | "close" }>;

interface Stored {
  readonly position: number;
  readonly chain: ChainId;
  readonly seq: number;
  readonly run: Run;
}

interface Connection {
  state: RelayConnection;
  readonly work: Work[];
  isClosed: boolean;
}

export interface MemoryRelay {
  connect(socket: number): void;
  /** The socket is gone, or the relay thinks so. */
  disconnect(socket: number): void;
  receive(socket: number, bytes: Uint8Array): void;
  learn(socket: number, input: RelayInput): void;
  /** Does one thing of those that wait; false where nothing does. */
  workOn(socket: number, pick: number): boolean;
  /** Whatever the client asks now is too fast. */
  exhaustBudget(socket: number, debt: number): void;
  tick(): void;
  appendRecord(vault: VaultId): void;
  readonly storedByVault: ReadonlyMap<VaultId, readonly Stored[]>;
  recordCountOf(vault: VaultId): number;
  /** Names of the refusals that say that a client did something wrong. */
  readonly faults: readonly string[];
}

export interface MemoryRelayDeps {
  readonly vaults: readonly VaultId[];
  readonly nowMs: () => number;
  readonly send: (socket: number, bytes: Uint8Array) => void;
  readonly close: (socket: number, refusal: RefusalName | undefined) => void;
}

const recordsPerPage = 3;
const signature = asSignature(new Uint8Array(sizes.signatureByteLength));
const positionOf = (value: number) => vaultPositions.fromNumber(value);
const headOf = (count: number): LogHead => ({
  index: count - 1,
  id: idFilledWith(recordIds, count % 256),
});

export const createMemoryRelay = (deps: MemoryRelayDeps): MemoryRelay => {
  const connections = new Map<number, Connection>();
  const storedByVault = new Map<VaultId, Stored[]>(deps.vaults.map((vault) => [vault, []]));
  const recordCounts = new Map<VaultId, number>(deps.vaults.map((vault) => [vault, 1]));
  const faults: string[] = [];

  const storedIn = (vault: VaultId): Stored[] => storedByVault.get(vault) ?? [];
  const chainIn = (vault: VaultId, chain: ChainId): readonly Stored[] =>
    storedIn(vault).filter((stored) => stored.chain === chain);

  const take = (socket: number, step: Step): void => {
    const connection = connections.get(socket);
    if (connection === undefined) return;
    connection.state = step.state;
    for (const effect of step.effects) perform(socket, connection, effect);
  };

  const learn = (socket: number, input: RelayInput): void => {
    const connection = connections.get(socket);
    if (connection === undefined || connection.isClosed) return;
    take(socket, relayStep(connection.state, input, deps.nowMs()));
  };

  const learnAll = (input: RelayInput): void => {
    for (const socket of connections.keys()) learn(socket, input);
  };

  const perform = (socket: number, connection: Connection, effect: RelayEffect): void => {
    switch (effect.kind) {
      case "send": {
        const { frame } = effect;
        if (frame.type === "Refusal") noteFault(frame.number);
        return deps.send(socket, encodeRelayFrame(frame));
      }
      case "sendRuns":
        return deps.send(
          socket,
          encodeEnvelopesFrame(effect.channel, effect.position, effect.runs),
        );
      case "close":
        connection.isClosed = true;
        return deps.close(socket, effect.refusal);
      case "checkLogin":
      case "openVault":
      case "closeVault":
      case "readPage":
      case "readBodies":
      case "readLog":
      case "appendRecord":
      case "putRun":
      case "passPresence":
      case "grantToken":
      case "dropBlob":
      case "openMailbox":
      case "joinMailbox":
      case "sendToMailbox":
      case "closeMailbox":
        connection.work.push(effect);
        return undefined;
    }
  };

  const noteFault = (number: number): void => {
    for (const [name, refusal] of Object.entries(refusals))
      if (refusal.number === number && refusal.clientMust === "fixAndReport") faults.push(name);
  };

  const put = (
    socket: number,
    { key }: RelayConnection,
    efforts: readonly Effect<"putRun">[],
  ): void => {
    const [first] = efforts;
    if (first === undefined) return;
    const { vault, run, channel } = first;
    const stored = storedIn(vault);
    const expected = chainIn(vault, run.chain).length + 1;
    if (run.firstSeq > expected) {
      for (const { run: late, channel: of, byteLength } of efforts)
        learn(socket, {
          kind: "putsDone",
          channel: of,
          putCount: 1,
          byteLength,
          receipts: [],
          refused: refused("ChainGap", { chain: late.chain, seq: late.firstSeq, expected }),
        });
      return;
    }
    const envelopes = efforts.flatMap((effort) => effort.run.envelopes);
    const fromPosition = stored.length + 1;
    const fresh: Stored[] = envelopes
      .map((envelope, at) => ({ envelope, seq: run.firstSeq + at }))
      .filter(({ seq }) => seq >= expected)
      .map(({ envelope, seq }, at) => ({
        position: fromPosition + at,
        chain: run.chain,
        seq,
        run: {
          chain: run.chain,
          firstSeq: seq,
          previous: envelopeIdOf(run.chain, seq - 1),
          envelopes: [envelope],
        },
      }));
    stored.push(...fresh);
    const before = envelopes.length - fresh.length;
    const parts = [
      { firstSeq: run.firstSeq, count: before },
      { firstSeq: run.firstSeq + before, count: fresh.length },
    ].filter(({ count }) => count > 0);
    const receipts = parts.map(({ firstSeq, count }) => ({
      firstSeq,
      count,
      firstPosition: positionOf(fromPosition),
      nowMs: deps.nowMs(),
      chain: run.chain,
      signature,
    }));
    for (const [at, { channel: of, byteLength }] of efforts.entries())
      learn(socket, {
        kind: "putsDone",
        channel: of,
        putCount: 1,
        byteLength,
        receipts: at === 0 ? receipts : [],
        refused: undefined,
      });
    if (fresh.length > 0)
      learnAll({
        kind: "live",
        batch: {
          vault,
          fromPosition,
          toPosition: positionOf(stored.length),
          runs: () => fresh.map((one) => prepared(one, key)),
        },
      });
    assert(channel > 0, "channels begin with 1");
  };

  const readPage = (effect: Effect<"readPage">): RelayInput => {
    const { channel, reading, vault, vector, afterPosition, byteLengthMax } = effect;
    const stored = storedIn(vault);
    const frames: PreparedRun[][] = [];
    let byteLength = 0;
    let toPosition = afterPosition;
    for (const one of stored.slice(afterPosition)) {
      if (byteLength > 0 && byteLength >= byteLengthMax) break;
      toPosition = one.position;
      if (isKnown(vector, one)) continue;
      const run = prepared(one, undefined);
      byteLength += run.bytes.length;
      const last = frames.at(-1);
      if (last !== undefined && byteLengthOf(last) + run.bytes.length < pageByteLength)
        last.push(run);
      else frames.push([run]);
    }
    const isEnd = toPosition === stored.length;
    return { kind: "page", channel, reading, frames, toPosition: positionOf(toPosition), isEnd };
  };

  const readBodies = (effect: Effect<"readBodies">): RelayInput => {
    const { channel, vault, chain, seqs } = effect;
    const found = chainIn(vault, chain).filter(({ seq }) => seqs.includes(seq));
    const frames: PreparedFrames = found.map((one) => [prepared(one, undefined)]);
    const missing = seqs.filter((seq) => !found.some((one) => one.seq === seq));
    return { kind: "bodies", channel, chain, frames, missing, unread: [] };
  };

  const readLog = ({ request, name, fromIndex }: Effect<"readLog">): RelayInput => {
    const count = name.kind === LogKind.Vault ? (recordCounts.get(name.log) ?? 0) : 0;
    if (count === 0) return { kind: "logRefused", request, refused: refused("NotFound") };
    const recordCount = Math.min(recordsPerPage, Math.max(0, count - fromIndex));
    const records = Array.from({ length: recordCount }, (_, at) => Uint8Array.of(fromIndex + at));
    return { kind: "logPage", request, records, head: headOf(count) };
  };

  const answer = (effect: Exclude<Work, { kind: "putRun" }>): RelayInput | undefined => {
    switch (effect.kind) {
      case "checkLogin":
        return { kind: "loggedIn", who: loggedIn(effect.login.device, deps.vaults) };
      case "openVault": {
        const { channel, vault } = effect;
        const position = positionOf(storedIn(vault).length);
        const logHead = headOf(recordCounts.get(vault) ?? 1);
        return {
          kind: "vaultOpened",
          channel,
          logHead,
          position,
          chains: vectorOf(storedIn(vault)),
        };
      }
      case "readPage":
        return readPage(effect);
      case "readBodies":
        return readBodies(effect);
      case "readLog":
        return readLog(effect);
      case "appendRecord": {
        const { request, byteLength } = effect;
        return {
          kind: "recordAppended",
          request,
          index: 1,
          id: idFilledWith(recordIds, 1),
          byteLength,
        };
      }
      case "closeVault":
      case "passPresence":
      case "grantToken":
      case "dropBlob":
      case "openMailbox":
      case "joinMailbox":
      case "sendToMailbox":
      case "closeMailbox":
        return undefined;
    }
  };

  return {
    connect: (socket) => {
      const key = Symbol("connection");
      const nonce = loginNonces.fromBytes(
        new Uint8Array(loginNonces.byteLength).fill(socket % 256),
      );
      const opened = openRelayConnection({ self, key, nonce }, deps.nowMs());
      connections.set(socket, { state: opened.state, work: [], isClosed: false });
      take(socket, opened);
    },
    disconnect: (socket) => {
      connections.delete(socket);
    },
    receive: (socket, bytes) => {
      const frame = decodeClientFrame(bytes);
      if (!frame.ok) return learn(socket, { kind: "frameRefused", error: frame.error });
      return learn(socket, { kind: "frame", frame: frame.value, byteLength: bytes.length });
    },
    learn,
    workOn: (socket, pick) => {
      const connection = connections.get(socket);
      if (connection === undefined || connection.work.length === 0) return false;
      const kinds = [...new Set(connection.work.map(({ kind }) => kind))];
      const kind = kinds[pick % kinds.length];
      const at = connection.work.findIndex((effect) => effect.kind === kind);
      const [effect] = connection.work.splice(at, 1);
      if (effect === undefined) return false;
      if (effect.kind !== "putRun") {
        const input = answer(effect);
        if (input !== undefined) learn(socket, input);
        return true;
      }
      // Now and then what follows is stored with it, and one receipt answers both.
      const together = pick % 2 === 1 ? withFollowers(connection.work, effect) : [effect];
      put(socket, connection.state, together);
      return true;
    },
    exhaustBudget: (socket, debt) => {
      const connection = connections.get(socket);
      if (connection === undefined) return;
      const budget = { tokens: -debt, atMs: deps.nowMs() };
      connection.state = { ...connection.state, budget };
    },
    tick: () => learnAll({ kind: "tick" }),
    appendRecord: (vault) => {
      const count = (recordCounts.get(vault) ?? 0) + 1;
      recordCounts.set(vault, count);
      const name: LogName = { kind: LogKind.Vault, log: vault };
      learnAll({ kind: "logGrew", name, head: headOf(count) });
    },
    storedByVault,
    recordCountOf: (vault) => recordCounts.get(vault) ?? 0,
    faults,
  };
};

const self = {
  relayKey: asSignPublicKey(new Uint8Array(sizes.signPublicKeyByteLength)),
  generation: idFilledWith(relayGenerations, 0x64),
};

const loggedIn = (device: DeviceId, vaults: readonly VaultId[]) => ({
  user: idFilledWith(userIds, 0x62),
  device,
  scope: DeviceScope.Full,
  expiresAtMs: undefined,
  vaults: vaults.toSorted(),
  identityHead: headOf(1),
});

const prepared = ({ run }: Stored, origin: symbol | undefined): PreparedRun => ({
  bytes: encodeRun(run),
  envelopeCount: 1,
  origin,
});

const byteLengthOf = (runs: readonly PreparedRun[]): number =>
  runs.reduce((sum, { bytes }) => sum + bytes.length, 0);

const isKnown = (vector: Vector, { chain, seq }: Stored): boolean =>
  vector.some((mark) => mark.chain === chain && mark.seq >= seq);

const vectorOf = (stored: readonly Stored[]): Vector => {
  const seqs = new Map(stored.map(({ chain, seq }) => [chain, seq]));
  return [...seqs]
    .map(([chain, seq]) => ({ chain, seq, id: envelopeIdOf(chain, seq) }))
    .toSorted((left, right) => (left.chain < right.chain ? -1 : 1));
};

/** Takes the puts that go on where this one ends out of what waits. */
const withFollowers = (work: Work[], first: Effect<"putRun">): readonly Effect<"putRun">[] => {
  const together = [first];
  for (;;) {
    const next = work.findIndex(({ kind }) => kind === "putRun");
    const candidate = work[next];
    const last = together.at(-1);
    if (last === undefined || candidate?.kind !== "putRun" || !follows(last, candidate)) break;
    work.splice(next, 1);
    together.push(candidate);
  }
  return together;
};

const follows = (before: Effect<"putRun">, after: Work): boolean =>
  after.kind === "putRun" &&
  after.vault === before.vault &&
  after.run.chain === before.run.chain &&
  after.run.firstSeq === before.run.firstSeq + before.run.envelopes.length;
