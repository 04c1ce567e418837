/**
 * One vault on this device: takes what the relay brings, lets it count, keeps edits, seals them, and
 * says what it has. One job after the other; each leaves the store whole.
 */
import { err, ok, type Result } from "@duro/crypto/types";
import {
  type ChainId,
  type DocId,
  type LogHead,
  type RefusalSaid,
  type Run,
  type VaultId,
  type Vector,
} from "@duro/protocol";
import { createLiveDocs, type Live } from "../docs/liveDocs.ts";
import { createLogWait } from "../engine/logWait.ts";
import { createSerial } from "../engine/serial.ts";
import type { CommitError } from "../ports/localStore.ts";
import { createOwnBeacons } from "../watch/ownBeacons.ts";
import { openVaultWatch, type VaultWatch } from "../watch/vaultWatch.ts";
import { clientIdIn } from "./clientIdIn.ts";
import { comeOver, fallenToLeave } from "./comeOver.ts";
import type { ReceiptSaid, VaultContext, VaultDeps } from "./context.ts";
import { beginUse, endUse } from "./cleanEnd.ts";
import { createBoundDepth } from "./boundDepth.ts";
import { createGuardedApply } from "./guardedApply.ts";
import { loadCounted, loadUpdates } from "./loadUpdates.ts";
import { letAllCount, sealable } from "./letCount.ts";
import { isAhead } from "./ownBranch.ts";
import { isOvercounted, isOwnEnded } from "./rebuild.ts";
import { canSeal, sealNext } from "./sealNext.ts";
import { countAnew, goOnAfterLoss } from "./startOver.ts";
import type { TakenBack } from "./takeBack.ts";
import { takeArrived } from "./takeArrived.ts";
import { createTidying } from "./tidying.ts";
import { createTurns } from "./turns.ts";
import { createUploads } from "./uploads.ts";
import { openVaultMemory, type VaultMemory } from "./vaultMemory.ts";
import { vectorOf, vectorWithoutOwn } from "./vector.ts";
import type { LogView } from "./view.ts";
import { afterSealing, byteLengthOf, writePending } from "./writePending.ts";
import { createWriteTurns } from "./writeTurns.ts";

export interface VaultCore {
  readonly vault: VaultId;
  readonly memory: VaultMemory;
  vector(): Vector;
  hold(doc: DocId): Promise<Live>;
  release(doc: DocId): void;
  /** Every edit made so far is durable. */
  saved(): Promise<Result<void, CommitError>>;
  /** Of edits that are not, and never will be. */
  takenBack(doc: DocId): TakenBack | undefined;
  viewChanged(view: LogView): Promise<void>;
  /** The relay's heads: now we are connected, and know what it lacks. */
  connected(relay: Vector, log?: LogHeads): Promise<void>;
  /** On this connection everything is here that the relay had. */
  caughtUp(): Promise<void>;
  disconnected(): void;
  envelopes(runs: readonly Run[], byteLength: number): Promise<void>;
  seal(): Promise<void>;
  /** Not now: its log is not here as far as it goes. */
  sealLater(): void;
  /** What could not be sealed may be now. */
  sealable(): void;
  receipt(receipt: ReceiptSaid): void;
  /** The relay did not take what was put. */
  putRefused(chain: ChainId, refusal: RefusalSaid): void;
  /** The relay has more of a log that chains of this vault rest on. */
  logGrewThere(): void;
  /** What the relay has is to be asked for anew. */
  pull(): void;
  readonly watch: VaultWatch;
  /** Says how far we have seen everything, where that is due. */
  sayBeacon(why: "time" | "leaving"): Promise<void>;
  /** For what is done beside: in its turn among the jobs. */
  job<T>(work: (context: VaultContext) => Promise<T>): Promise<T>;
  idle(): Promise<void>;
  /** What it still knew and had not kept is durable then. */
  close(): Promise<void>;
}

interface LogHeads {
  /** The relay's. */
  readonly logHead: LogHead;
  /** Ours, when the relay was asked. */
  readonly ourLogHead: LogHead | undefined;
}

/** A disk that was full often has room again soon; whoever asks `saved` tries at once. */
const tryAgainMs = 5_000;

export const openVaultCore = async (
  deps: VaultDeps,
  vault: VaultId,
  view: LogView,
): Promise<VaultCore> => {
  const { store, clock, link } = deps;
  const nextTurn = createTurns(clock);
  const mayApply = createGuardedApply({
    vault,
    guard: deps.guard,
    clock,
    load: (doc) => loadCounted(memory, doc),
  });
  const boundDepth = createBoundDepth({ load: (doc) => loadCounted(memory, doc), nextTurn });
  const own = { mayApply, boundDepth, nextTurn };
  const memory = await openVaultMemory(store, vault, { ...view, ...own }, deps.owner);
  const serial = createSerial();
  let endTrying: (() => void) | undefined;

  const run = async <T>(job: () => Promise<T>): Promise<T> => {
    try {
      return await serial.run(job);
    } catch (cause) {
      deps.onFailure(cause);
      throw cause;
    }
  };
  /** Where nobody waits for it: what fails was reported. */
  const begin = (job: () => Promise<void>): void => {
    run(job).catch(() => {});
  };
  const writes = createWriteTurns({ clock, begin, write: () => writePending(context) });

  let opened: VaultContext | undefined;
  const watch = await openVaultWatch(deps.watch, memory, {
    begin,
    onSealable: () => {
      if (opened !== undefined) sealable(opened);
    },
    isBlocked: () => opened?.isTryingLater === true,
  });
  const uploads = createUploads(memory, link);
  const logWait = createLogWait<ChainId>({
    clock,
    again: (chains) => begin(() => takeUpAgain(context, (chain) => chains.has(chain))),
  });
  const arrived: VaultContext["arrived"] = [];
  const context: VaultContext = {
    deps,
    memory,
    watch,
    beacons: createOwnBeacons({ memory, deps, watch, uploads, isBusy: () => arrived.length > 0 }),
    docs: createLiveDocs({
      load: async (doc) => [
        ...(await loadUpdates(memory, doc)),
        ...memory.pending.filter((edit) => edit.doc === doc).map(({ update }) => update),
      ],
      loadCounted: (doc) => loadCounted(memory, doc),
      clientIdOf: (doc) => clientIdIn(memory.own.chain, doc),
      onEdit: (doc, update, depth) => {
        memory.pending.push({ doc, update, depth });
        writes.edited();
      },
    }),
    tidying: createTidying({ rows: memory, begin }),
    uploads,
    logWait,
    arrived,
    parted: new Set(),
    relayHas: undefined,
    isSealLater: false,
    saveError: undefined,
    takenBack: new Map(),
    isTryingLater: false,
    tryLater: () => {
      context.isTryingLater = true;
      endTrying ??= clock.after(tryAgainMs, () => {
        endTrying = undefined;
        context.isTryingLater = false;
        begin(() => tryAgain(context));
      });
    },
  };
  opened = context;
  const { docs, beacons } = context;

  watch.viewChanged(undefined);
  await run(async () => {
    const { wasClean } = await beginUse(store, vault);
    const isParted = (await fallenToLeave(context)) !== undefined;
    await (wasClean || isParted ? lookAgain(context) : goOnAfterLoss(context));
    await writePending(context);
  });
  return {
    vault,
    memory,
    vector: () => vectorOf(memory),
    hold: (doc) => run(() => docs.hold(doc)),
    release: (doc) => docs.release(doc),
    saved: async () => {
      if (memory.pending.length > 0 || memory.beside.length > 0) await run(writes.job);
      else await serial.idle();
      return context.saveError === undefined ? ok(undefined) : err(context.saveError);
    },
    takenBack: (doc) => context.takenBack.get(doc),
    viewChanged: (next) =>
      run(async () => {
        const before = memory.view;
        memory.view = { ...next, ...own };
        watch.viewChanged(before);
        await lookAgain(context);
        sealable(context);
        // Where the log is as it was, the answer would be.
        if (before.state !== next.state) await takeUpAgain(context);
      }),
    connected: (relay, log) =>
      run(() => {
        context.tidying.catchUp(true);
        if (log !== undefined) watch.relay.headsCame(relay, log.logHead, log.ourLogHead);
        return compare(context, relay);
      }),
    caughtUp: () =>
      run(async () => {
        watch.relay.caughtUp();
        context.tidying.catchUp(false);
        await beacons.say("time");
      }),
    watch,
    sayBeacon: (why) => run(() => beacons.say(why)),
    disconnected: () => {
      watch.relay.disconnected();
      context.tidying.catchUp(false);
      context.relayHas = undefined;
      context.parted.clear();
      uploads.stop();
      logWait.stop();
    },
    envelopes: (runs, byteLength) => {
      watch.relay.envelopesCame();
      for (const [at, one] of runs.entries())
        context.arrived.push({ run: one, byteLength: at === 0 ? byteLength : 0 });
      return run(() => takeArrived(context));
    },
    seal: () => run(() => seal(context)),
    sealLater: () => {
      context.isSealLater = true;
      link.sealLater(vault);
    },
    sealable: () => sealable(context),
    receipt: (receipt) => begin(() => onReceipt(context, receipt)),
    putRefused: (chain, refusal) => begin(() => onPutRefused(context, chain, refusal)),
    logGrewThere: () => logWait.logGrew(),
    pull: () => link.pull(vault, vectorOf(memory)),
    job: (work) => run(() => work(context)),
    idle: () => (memory.pending.length > 0 ? run(writes.job) : serial.idle()),
    close: () => {
      endTrying?.();
      logWait.stop();
      context.tidying.stop();
      return run(async () => {
        await writes.job();
        await watch.saveAll();
        if (memory.pending.length === 0) await endUse(store, vault);
      });
    },
  };
};

/** Whether what counted still does, and whether more does. */
const lookAgain = async (context: VaultContext): Promise<void> => {
  const fallen = await fallenToLeave(context);
  if (fallen !== undefined) return comeOver(context, fallen);
  return isOvercounted(context.memory) || isOwnEnded(context.memory)
    ? countAnew(context)
    : letAllCount(context);
};

/** Whatever the store did not take. */
const tryAgain = async (context: VaultContext): Promise<void> => {
  const { memory, deps } = context;
  await writePending(context);
  await lookAgain(context);
  sealable(context);
  if (context.relayHas !== undefined) deps.link.pull(memory.vault, vectorOf(memory));
};

/** Only what the relay has signed is taken for there. */
const onReceipt = async (context: VaultContext, receipt: ReceiptSaid): Promise<void> => {
  const { memory, deps, uploads, watch } = context;
  if (!(await watch.relay.receiptCame(receipt))) return;
  const { chain, firstSeq, count } = receipt;
  const row = memory.chains.get(chain);
  const until = firstSeq + count - 1;
  if (row !== undefined && until > row.receipted && until <= row.head.at)
    memory.chains.set(chain, { ...row, receipted: until });
  uploads.receipted(chain, until);
  await uploads.pump();
  deps.onChange();
};

/** Our own chain first: where the relay has more of it than we made, nothing is sent. */
const compare = async (context: VaultContext, relay: Vector): Promise<void> => {
  const { memory, deps, uploads } = context;
  const { vault, own, waiting } = memory;
  context.relayHas = relay;
  const mark = relay.find(({ chain }) => chain === own.chain);
  memory.isDoubtful = mark !== undefined && (await isAhead(memory, mark));
  if (memory.isDoubtful) return deps.link.pull(vault, vectorWithoutOwn(memory));
  uploads.start(relay);
  await uploads.pump();
  if (waiting.length > 0) deps.link.dirty(vault, byteLengthOf(waiting));
  return undefined;
};

const seal = async (context: VaultContext): Promise<void> => {
  const { memory, deps } = context;
  const { vault } = memory;
  if (memory.waiting.length === 0) return deps.link.sealed(vault, 0);
  const kept = context.watch.carry();
  const maySealNow = canSeal(memory);
  const sealed = maySealNow ? await sealNext(memory, deps.owner, kept.writes) : undefined;
  context.isSealLater = sealed === undefined;
  if (sealed === undefined) {
    // Nothing else need fail, or come, that would have it tried again.
    if (maySealNow) context.tryLater();
    return deps.link.sealLater(vault);
  }
  kept.done();
  afterSealing(context, sealed);
  deps.link.sealed(vault, byteLengthOf(memory.waiting));
  return deps.onChange();
};

/** What the relay refused under another log it may take now. */
const takeUpAgain = async (
  { memory, uploads, relayHas }: VaultContext,
  isMeant: (chain: ChainId) => boolean = () => true,
): Promise<void> => {
  if (relayHas === undefined || memory.isDoubtful) return;
  for (const { chain, receipted } of memory.chains.values())
    if (uploads.isRefused(chain) && isMeant(chain)) {
      const there = relayHas.find((mark) => mark.chain === chain)?.seq ?? 0;
      // A relay that was put back has signed for what it has no more.
      uploads.again(chain, chain === memory.own.chain ? Math.min(there, receipted) : there);
    }
  await uploads.pump();
};

const onPutRefused = async (
  { memory, deps, uploads, logWait }: VaultContext,
  chain: ChainId,
  { name, facts }: RefusalSaid,
): Promise<void> => {
  uploads.refused(chain);
  if (name === "ChainGap") {
    // It has lost what it had: from there on again.
    uploads.again(chain, Number(facts["have"] ?? 0));
    await uploads.pump();
  } else if (name === "ChainForked") {
    const isOwn = chain === memory.own.chain;
    memory.isDoubtful ||= isOwn;
    deps.link.pull(memory.vault, isOwn ? vectorWithoutOwn(memory) : vectorOf(memory));
  }
  if (name === "LogHeadStale" || name === "LogHeadUnknown" || name === "ChainCut")
    deps.onLogAhead();
  // Of a relay that was put back it may be the log that is behind, and has the cut and not what undid it.
  if (name === "LogHeadUnknown" || name === "ChainCut") logWait.refused(chain);
  // What else it refuses stays here, until the next connection.
  deps.onChange();
};
