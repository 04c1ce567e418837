/**
 * A relay of one or two nodes: the real core on stores in memory. A node can stop in order or crash in the
 * middle of anything; what its database holds can be put back to what it was.
 */
import type { RelayKeys } from "@duro/crypto/receipt";
import type { RelayGeneration } from "@duro/protocol";
import { createLoginCheck } from "../../packages/server/src/login/checkLogin.ts";
import { noMetrics } from "../../packages/server/src/relay/relayMetrics.ts";
import { type Relay, startRelay } from "../../packages/server/src/relay/startRelay.ts";
import type { LocalBus } from "../../packages/server/src/testing/localNotifier.ts";
import type { MemoryRelayStores } from "../../packages/server/src/testing/memoryRelayStores.ts";
import { type AnswerHttp, createBlobDesk } from "./blobDesk.ts";
import { InjectedFailure, type Life, mortalStores, type StorePace } from "./mortalStores.ts";
import type { Accept } from "./network.ts";
import type { RareStates } from "./rareStates.ts";
import type { Rng } from "./rng.ts";
import type { Scheduler } from "./scheduler.ts";

export interface RelayNode {
  readonly name: string;
  readonly isUp: boolean;
  start(): void;
  /** Whatever it was doing is not done, or done and never said. */
  crash(isSilent: boolean): void;
  /** As `SIGTERM` does it. */
  stop(): Promise<void>;
  /** Undefined: nobody listens. */
  readonly accept: Accept | undefined;
  /** The same for requests over HTTP. */
  readonly desk: AnswerHttp | undefined;
}

export interface RelayHostDeps {
  readonly scheduler: Scheduler;
  readonly rng: Rng;
  readonly rare: RareStates;
  readonly note: (line: string) => void;
  readonly stores: MemoryRelayStores;
  readonly bus: LocalBus;
  readonly keys: RelayKeys;
  /** Of the database as it is now. */
  readonly generation: () => RelayGeneration;
  /** As it is dialled. */
  readonly host: string;
  readonly nowMs: () => number;
  readonly pace: () => StorePace;
  /** An append begins that takes so long: for whoever wants to do harm at that very moment. */
  readonly onAppend: (node: RelayNode, durationMs: number) => void;
  readonly relayGone: (accept: Accept, isSilent: boolean) => void;
  /** A bug: nothing that was injected. */
  readonly onFault: (sentence: string) => void;
}

interface Running {
  readonly relay: Relay;
  readonly life: Life;
  readonly accept: Accept;
  readonly desk: AnswerHttp;
  readonly close: () => Promise<void>;
  isStopping: boolean;
}

export const createRelayNode = (deps: RelayHostDeps, name: string): RelayNode => {
  let running: Running | undefined;
  let lifeCount = 0;
  const node: RelayNode = {
    name,
    start: () => {
      if (running !== undefined) return;
      lifeCount += 1;
      deps.note(`${name} starts`);
      running = run(deps, node, deps.rng.fork(`${name}/${lifeCount}`));
    },
    crash: (isSilent) => {
      if (running === undefined) return;
      const { life, accept, close, relay } = running;
      running = undefined;
      life.isOver = true;
      deps.note(`${name} crashes${isSilent ? ", and nobody is told" : ""}`);
      if (life.unansweredAppendCount > 0)
        deps.rare.reached("the relay crashes after storing and before the receipt");
      if (relay.connectionCount > 0) deps.rare.reached("the relay crashes with clients connected");
      void close();
      deps.relayGone(accept, isSilent);
    },
    stop: async () => {
      if (running === undefined || running.isStopping) return;
      const stopping = running;
      stopping.isStopping = true;
      deps.note(`${name} stops in order`);
      await stopping.relay.stop();
      // It may have crashed over that.
      if (stopping.life.isOver) return;
      deps.rare.reached("the relay stops in order and tells everybody");
      stopping.life.isOver = true;
      await stopping.close();
      if (running === stopping) running = undefined;
    },
    get isUp() {
      return running !== undefined;
    },
    get accept() {
      return running?.accept;
    },
    get desk() {
      return running?.desk;
    },
  };
  return node;
};

const run = (deps: RelayHostDeps, node: RelayNode, rng: Rng): Running => {
  const { name } = node;
  const { scheduler, rare, keys, nowMs, host } = deps;
  const life: Life = { isOver: false, unansweredAppendCount: 0 };
  const onAppend = (durationMs: number): void => deps.onAppend(node, durationMs);
  const stores = mortalStores(
    { scheduler, rng, rare, pace: deps.pace, onAppend },
    deps.stores,
    life,
  );
  const notifier = deps.bus.node();
  const relay = startRelay({
    stores,
    notifier,
    keys,
    self: { relayKey: keys.signKey, generation: deps.generation() },
    quotas: { byteLength: undefined, deviceCountMax: 256, vaultCountMax: 256 },
    nowMs,
    timers: timersOf(scheduler, life),
    randomBytes: (byteLength) => rng.bytes(byteLength),
    metrics: noMetrics,
    onFailure: (where, cause) => {
      if (life.isOver || cause instanceof InjectedFailure) return;
      deps.onFault(`${name} failed at ${where}: ${String(cause)}`);
    },
  });
  const signer = { accountStore: stores.accountStore, relayKey: keys.signKey, nowMs };
  const checkLogin = createLoginCheck(signer, { allowed: [host], dialled: host });
  const answerBlob = createBlobDesk({ ...stores, nowMs });
  const running: Running = {
    relay,
    life,
    isStopping: false,
    close: () => notifier.close(),
    desk: async (request) => {
      try {
        return await answerBlob(request);
      } catch (cause) {
        if (!(cause instanceof InjectedFailure)) throw cause;
        return { status: 500, headers: new Map(), body: new Uint8Array() };
      }
    },
    accept: (socket) => {
      if (life.isOver) return undefined;
      if (running.isStopping) return { status: 503, refusal: "ShuttingDown" };
      const connection = relay.connect(socket, checkLogin);
      return {
        onMessage: (bytes) => {
          if (!life.isOver) connection.onMessage(bytes);
        },
        onClosed: () => {
          if (!life.isOver) relay.disconnected(connection);
        },
      };
    },
  };
  return running;
};

const timersOf = (scheduler: Scheduler, life: Life) => ({
  every: (intervalMs: number, work: () => void): (() => void) => {
    let isEnded = false;
    const again = (): void => {
      scheduler.after(intervalMs, () => {
        if (isEnded || life.isOver) return;
        work();
        again();
      });
    };
    again();
    return () => {
      isEnded = true;
    };
  },
  nextTurn: () => scheduler.wait(0, () => life.isOver),
});
