/**
 * A device around the client's machine, for tests of both machines together: it keeps what it sealed until
 * there is a receipt, and puts it again after every new connection. What an engine does with care, in as
 * few lines as it takes.
 */
import {
  asSignature,
  assert,
  type ChainId,
  type DeviceId,
  LogKind,
  sizes,
  type VaultId,
} from "@duro/crypto/types";
import { chainIds, deviceIds } from "../ids.ts";
import type { ClientEffect } from "../client/clientEffect.ts";
import type { ClientInput } from "../client/clientInput.ts";
import type { ClientConnection } from "../client/clientState.ts";
import { clientStep } from "../client/clientStep.ts";
import { openClientConnection } from "../client/dial.ts";
import type { Vector } from "../wire/heads.ts";
import { decodeRelayFrame } from "../wire/relayFrame.ts";
import type { Run } from "../wire/run.ts";
import { envelopeIdOf, idFilledWith, runOf } from "./chains.ts";

interface VaultModel {
  readonly chain: ChainId;
  /** Edits that are not sealed: the length of each. */
  unsealed: number[];
  /** Sealed, and without a receipt. */
  outbox: Run[];
  sealedCount: number;
  receiptedCount: number;
  /** Of other chains, how many are here. */
  readonly seqs: Map<ChainId, number>;
  recordCount: number;
  /** What waited then was forgotten, and what was under way behind it meets a gap. */
  wasReopened: boolean;
}

export interface ModelDeviceDeps {
  readonly number: number;
  readonly vaults: readonly VaultId[];
  readonly nowMs: () => number;
  readonly dial: () => void;
  readonly hangUp: () => void;
  readonly send: (bytes: Uint8Array) => void;
}

export interface ModelDevice {
  take(input: ClientInput): void;
  receive(bytes: Uint8Array): void;
  edit(vault: VaultId, byteLength: number): void;
  /** Closes the vault and opens it again. */
  reopen(vault: VaultId): void;
  wantBodies(vault: VaultId, chain: ChainId, seqs: readonly number[]): void;
  /** Jobs that the engine has put off: one of them. False where there is none. */
  work(): boolean;
  /** How many envelopes the next `seal` makes, and whether it is declined first. */
  readonly habits: { sealsInParts: boolean; declines: boolean; takesLate: boolean };
  readonly state: ClientConnection;
  readonly vaults: ReadonlyMap<VaultId, VaultModel>;
  readonly wakeAtMs: number | undefined;
  /** What must never happen to an honest pair. */
  readonly accidents: readonly string[];
  readonly sealCount: number;
}

/** As many of the longest as fit a frame. */
const editsPerRunMax = 4;
const signature = asSignature(new Uint8Array(sizes.signatureByteLength));

export const createModelDevice = (deps: ModelDeviceDeps): ModelDevice => {
  const device: DeviceId = idFilledWith(deviceIds, deps.number);
  const models = new Map<VaultId, VaultModel>(
    deps.vaults.map((vault, at) => [
      vault,
      {
        chain: idFilledWith(chainIds, 16 * deps.number + at),
        unsealed: [],
        outbox: [],
        sealedCount: 0,
        receiptedCount: 0,
        seqs: new Map(),
        recordCount: 0,
        wasReopened: false,
      },
    ]),
  );
  let state = openClientConnection("model 1", deps.nowMs());
  let wakeAtMs: number | undefined;
  let sealCount = 0;
  const habits = { sealsInParts: false, declines: false, takesLate: false };
  const jobs: (() => void)[] = [];
  const accidents: string[] = [];

  const modelOf = (vault: VaultId): VaultModel => {
    const model = models.get(vault);
    assert(model !== undefined, "a vault of this device");
    return model;
  };

  const vectorOf = (vault: VaultId): Vector => {
    const { seqs, chain, receiptedCount } = modelOf(vault);
    return [...seqs, [chain, receiptedCount] as const]
      .filter(([, seq]) => seq > 0)
      .map(([of, seq]) => ({ chain: of, seq, id: envelopeIdOf(of, seq) }))
      .toSorted((left, right) => (left.chain < right.chain ? -1 : 1));
  };

  const take = (input: ClientInput): void => {
    const step = clientStep(state, input, deps.nowMs());
    ({ state } = step);
    for (const effect of step.effects) perform(effect);
  };

  const perform = (effect: ClientEffect): void => {
    switch (effect.kind) {
      case "dial":
        return deps.dial();
      case "hangUp":
        return deps.hangUp();
      case "send":
        return deps.send(effect.bytes);
      case "wakeAt":
        wakeAtMs = effect.atMs;
        return undefined;
      case "signLogin": {
        const { nonce } = effect.challenge;
        jobs.push(() =>
          take({ kind: "loginSigned", nonce, device, nowMs: deps.nowMs(), signature }),
        );
        return undefined;
      }
      case "welcome":
        jobs.push(openAll);
        return undefined;
      case "logRecords":
        return onLogRecords(effect);
      case "envelopes":
        return onEnvelopes(effect);
      case "caughtUp":
        return putAll(effect.vault);
      case "nudged":
        jobs.push(() =>
          take({ kind: "pullVault", vault: effect.vault, vector: vectorOf(effect.vault) }),
        );
        return undefined;
      case "seal":
        sealCount += 1;
        jobs.push(() => seal(effect.vault));
        return undefined;
      case "receipt":
        return onReceipt(effect);
      case "stopped":
        if (effect.why.kind !== "paused") accidents.push(JSON.stringify(effect));
        return undefined;
      case "putRefused":
        if (!modelOf(effect.vault).wasReopened) accidents.push(JSON.stringify(effect));
        return putAll(effect.vault);
      case "relayMisbehaved":
      case "vaultRefused":
      case "logRefused":
        accidents.push(JSON.stringify(effect));
        return undefined;
      case "lost":
      case "logGrew":
      case "vaultHeads":
      case "bodiesMissing":
      case "presence":
      case "recordAppended":
      case "blobToken":
      case "blobDropped":
      case "mailboxOpened":
      case "requestRefused":
      case "requestLost":
      case "mailboxMessage":
      case "mailboxClosed":
      case "mailboxRefused":
        return undefined;
    }
  };

  const putAll = (vault: VaultId): void => {
    for (const run of modelOf(vault).outbox) jobs.push(() => take({ kind: "put", vault, run }));
  };

  const open = (vault: VaultId): void =>
    take({
      kind: "openVault",
      vault,
      logHead: undefined,
      vector: vectorOf(vault),
      wantsBodies: true,
      wantsPresence: false,
    });

  const openAll = (): void => {
    for (const vault of models.keys()) {
      const { recordCount } = modelOf(vault);
      const name = { kind: LogKind.Vault, log: vault } as const;
      take({ kind: "followLog", name, fromIndex: recordCount });
      open(vault);
    }
  };

  const sayDirty = (vault: VaultId): void => {
    for (const byteLength of modelOf(vault).unsealed) take({ kind: "dirty", vault, byteLength });
  };

  const onLogRecords = ({
    name,
    fromIndex,
    records,
  }: Extract<ClientEffect, { kind: "logRecords" }>): void => {
    if (name.kind !== LogKind.Vault) return;
    const model = modelOf(name.log);
    if (fromIndex > model.recordCount) accidents.push(`a gap in the log at ${fromIndex}`);
    model.recordCount = Math.max(model.recordCount, fromIndex + records.length);
  };

  const onEnvelopes = ({
    vault,
    runs,
    byteLength,
  }: Extract<ClientEffect, { kind: "envelopes" }>): void => {
    const { seqs, chain: own } = modelOf(vault);
    for (const { chain, firstSeq, envelopes } of runs) {
      const known = seqs.get(chain) ?? 0;
      if (chain === own) continue;
      if (firstSeq > known + 1) accidents.push(`a gap in a chain: ${known}, then ${firstSeq}`);
      seqs.set(chain, Math.max(known, firstSeq + envelopes.length - 1));
    }
    const taken = (): void => take({ kind: "taken", byteLength });
    if (habits.takesLate) jobs.push(taken);
    else taken();
  };

  const seal = (vault: VaultId): void => {
    const model = modelOf(vault);
    if (habits.declines) {
      habits.declines = false;
      take({ kind: "sealLater", vault });
      return sayDirty(vault);
    }
    const edits = model.unsealed;
    if (edits.length === 0) return take({ kind: "nothingToSeal", vault });
    const now = edits.slice(0, habits.sealsInParts ? 1 : editsPerRunMax);
    model.unsealed = edits.slice(now.length);
    const run = runOf(
      model.chain,
      model.sealedCount + 1,
      now.map((byteLength) => byteLength),
    );
    model.sealedCount += now.length;
    model.outbox.push(run);
    take({ kind: "put", vault, run });
    const remainingByteLength = model.unsealed.reduce((sum, byteLength) => sum + byteLength, 0);
    return take({ kind: "sealed", vault, remainingByteLength });
  };

  const onReceipt = ({ vault, receipt }: Extract<ClientEffect, { kind: "receipt" }>): void => {
    const model = modelOf(vault);
    if (receipt.chain !== model.chain) accidents.push("a receipt of another chain");
    const endSeq = receipt.firstSeq + receipt.count;
    if (receipt.firstSeq > model.receiptedCount + 1) accidents.push("a receipt beyond the next");
    model.receiptedCount = Math.max(model.receiptedCount, endSeq - 1);
    model.outbox = model.outbox.filter(
      ({ firstSeq, envelopes }) => firstSeq + envelopes.length - 1 > model.receiptedCount,
    );
  };

  return {
    take,
    receive: (bytes) => {
      const frame = decodeRelayFrame(bytes);
      take(
        frame.ok
          ? { kind: "frame", frame: frame.value, byteLength: bytes.length }
          : { kind: "frameRefused", error: frame.error },
      );
    },
    edit: (vault, byteLength) => {
      modelOf(vault).unsealed.push(byteLength);
      take({ kind: "dirty", vault, byteLength });
    },
    reopen: (vault) => {
      if (state.link.kind !== "ready") return;
      modelOf(vault).wasReopened = true;
      take({ kind: "closeVault", vault });
      open(vault);
      sayDirty(vault);
    },
    wantBodies: (vault, chain, seqs) => take({ kind: "wantBodies", vault, chain, seqs }),
    work: () => {
      const job = jobs.shift();
      job?.();
      return job !== undefined;
    },
    habits,
    get state() {
      return state;
    },
    vaults: models,
    get wakeAtMs() {
      return wakeAtMs;
    },
    accidents,
    get sealCount() {
      return sealCount;
    },
  };
};
