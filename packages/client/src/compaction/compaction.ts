/**
 * Looks after the checkpoints of all vaults of this device, some time after something has come: later on
 * one device than on another, so that not all of them do the same at once.
 */
import { type DeviceKeys, type RandomBytes, signBlobDrop } from "@duro/crypto";
import type { ChainId, RelayGeneration, VaultId } from "@duro/protocol";
import type { EngineEffect } from "../engine/connection.ts";
import { createSerial } from "../engine/serial.ts";
import type { SinceCheckpoint } from "../checkpoints/checkpointDue.ts";
import type { Clock } from "../ports/clock.ts";
import type { Http } from "../ports/http.ts";
import type { LocalStore } from "../ports/localStore.ts";
import type { VaultCore } from "../vault/vault.ts";
import { type BlobAsk, createBlobAsks } from "./blobAsks.ts";
import { createCheckpointShelf } from "./checkpointShelf.ts";
import { type Compactor, createCompactor, type LookDone } from "./compactor.ts";

export interface Compaction {
  /** Whether it was an answer to something asked here. */
  take(effect: EngineEffect): boolean;
  caughtUp(vault: VaultId): void;
  /** Something came, or was receipted. */
  grown(vault: VaultId): void;
  lost(): void;
  /** At once, without waiting for its turn. Undefined: no such vault is open here. */
  lookNow(vault: VaultId): Promise<LookDone | undefined>;
  stop(): Promise<void>;
}

export interface CompactionDeps {
  readonly store: LocalStore;
  readonly clock: Clock;
  readonly randomBytes: RandomBytes;
  readonly device: DeviceKeys;
  readonly http: Http;
  readonly relayUrl: string | undefined;
  readonly perCheckpoint: SinceCheckpoint | undefined;
  readonly coreOf: (vault: VaultId) => VaultCore | undefined;
  /** Everything that the relay had is here, its log too. */
  readonly isReady: (vault: VaultId) => boolean;
  readonly generation: () => RelayGeneration | undefined;
  /** False: there is nobody to ask. */
  readonly ask: (ask: BlobAsk) => boolean;
  readonly wantBodies: (vault: VaultId, chain: ChainId, seqs: readonly number[]) => void;
  readonly endOwnChain: (vault: VaultId) => void;
  readonly onFailure: (cause: unknown) => void;
}

/** A verdict is wanted by nobody in a hurry, and each costs a device some work. */
const lookAfterMs = 2_000;
const lookJitterMs = 28_000;
/** The first to write spares the others. */
const writeJitterMs = 300_000;
/**
 * Who still has a body gives it back as soon as they see what made it needed again. The relay tidies every
 * few minutes, and what comes back from its trash comes then.
 */
const askAgainMsMin = 30_000;
const askAgainMsMax = 600_000;

interface Looking {
  readonly compactor: Compactor;
  readonly end: Partial<Record<"look" | "write" | "ask", () => void>>;
  /** How long it waits before it asks for bodies again: doubles, and begins anew when they are here. */
  askAgainMs: number;
}

export const createCompaction = (deps: CompactionDeps): Compaction => {
  const { clock, randomBytes, store } = deps;
  const asks = createBlobAsks(deps.ask);
  const serial = createSerial();
  const lookings = new Map<VaultId, Looking>();
  const stopping = new AbortController();

  const breathe = (): Promise<void> =>
    new Promise((resolve) => {
      const { signal } = stopping;
      if (signal.aborted) return resolve();
      const end = (): void => {
        takeBack();
        signal.removeEventListener("abort", end);
        resolve();
      };
      const takeBack = clock.after(0, end);
      signal.addEventListener("abort", end);
    });

  const lookingOf = (vault: VaultId): Looking | undefined => {
    const known = lookings.get(vault);
    const core = deps.coreOf(vault);
    if (known !== undefined || core === undefined || deps.relayUrl === undefined) return known;
    const compactor = createCompactor({
      memory: core.memory,
      shelf: createCheckpointShelf(store, vault),
      transfer: {
        http: deps.http,
        clock,
        relayUrl: deps.relayUrl,
        tokenFor: (action, blob) => asks.token(vault, action, blob),
        signal: stopping.signal,
      },
      randomBytes,
      perCheckpoint: deps.perCheckpoint,
      job: (work) => core.job(work),
      isReady: () => !stopping.signal.aborted && deps.isReady(vault),
      generation: deps.generation,
      breathe,
      wantBodies: (chain, seqs) => deps.wantBodies(vault, chain, seqs),
      endOwnChain: () => deps.endOwnChain(vault),
      dropBlob: (blob) => {
        const { id, signSecret } = deps.device;
        const drop = { vault, blob, device: id, nowMs: Math.round(clock.nowMs()) };
        return asks.drop({ ...drop, signature: signBlobDrop(signSecret, drop) });
      },
    });
    const looking: Looking = { compactor, end: {}, askAgainMs: askAgainMsMin };
    lookings.set(vault, looking);
    return looking;
  };

  const look = async (
    vault: VaultId,
    looking: Looking,
    may: { readonly write: boolean },
  ): Promise<LookDone> => {
    const done = await serial.run(() => looking.compactor.look(may));
    if (done.hasLoaded || done.hasAttested || done.hasWritten) later(vault, looking, "look");
    if (done.isWriteDue) later(vault, looking, "write");
    if (done.isStuck) later(vault, looking, "ask");
    if (!isWaiting(vault)) looking.askAgainMs = askAgainMsMin;
    return done;
  };

  const later = (
    vault: VaultId,
    looking: Looking,
    what: keyof Looking["end"],
    delayMs?: number,
  ): void => {
    const { end, compactor } = looking;
    if (stopping.signal.aborted) return;
    end[what] ??= clock.after(delayMs ?? delayOf(looking, what), () => {
      delete end[what];
      if (what === "ask") {
        looking.askAgainMs = Math.min(2 * looking.askAgainMs, askAgainMsMax);
        compactor.askAgain();
      }
      look(vault, looking, { write: what === "write" }).catch(deps.onFailure);
    });
  };

  const delayOf = ({ askAgainMs }: Looking, what: keyof Looking["end"]): number => {
    const jitter = fraction(randomBytes);
    switch (what) {
      case "look":
        return lookAfterMs + jitter * lookJitterMs;
      case "write":
        return jitter * writeJitterMs;
      case "ask":
        return askAgainMs * (1 + jitter);
    }
  };

  const isWaiting = (vault: VaultId): boolean =>
    [...(deps.coreOf(vault)?.memory.holds.values() ?? [])].some(({ why }) => why === "a body");

  /** What waits for a body waits for nothing else. */
  const soon = (vault: VaultId, isFirst: boolean): void => {
    const looking = lookingOf(vault);
    if (looking === undefined || !deps.isReady(vault)) return;
    if (isFirst) looking.compactor.connected();
    if (!isWaiting(vault)) return later(vault, looking, "look");
    looking.end.look?.();
    delete looking.end.look;
    return later(vault, looking, "look", 0);
  };

  return {
    take: (effect) => {
      if (effect.kind !== "bodiesMissing") return asks.take(effect);
      lookings.get(effect.vault)?.compactor.bodiesMissing(effect.chain, effect.seqs);
      soon(effect.vault, false);
      return true;
    },
    caughtUp: (vault) => soon(vault, true),
    grown: (vault) => soon(vault, false),
    lost: () => {
      for (const { end } of lookings.values())
        for (const what of ["look", "write", "ask"] as const) {
          end[what]?.();
          delete end[what];
        }
    },
    lookNow: async (vault) => {
      const looking = lookingOf(vault);
      return looking === undefined ? undefined : look(vault, looking, { write: true });
    },
    stop: async () => {
      stopping.abort();
      for (const { end } of lookings.values())
        for (const what of ["look", "write", "ask"] as const) end[what]?.();
      await serial.idle();
    },
  };
};

const fractionSteps = 2 ** 32;

const fraction = (randomBytes: RandomBytes): number => {
  const bytes = randomBytes(4);
  return new DataView(bytes.buffer, bytes.byteOffset).getUint32(0) / fractionSteps;
};
