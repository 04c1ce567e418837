/**
 * One machine's disk. A commit is on it all at once some time before whoever asked is told so; a crash in
 * between leaves either. Commits are done in their order, so what a crash leaves is a prefix of them: all
 * that were confirmed, but for those that may be lost, which nothing durable came behind.
 */
import { err, ok, type Result } from "@duro/crypto/types";
import type {
  CommitError,
  Durability,
  LocalStore,
  StoreReader,
  Write,
} from "../../packages/client/src/ports/localStore.ts";
import { type DiskImage, emptyImage, getFrom, rangeFrom, writtenTo } from "./diskTables.ts";
import type { RareStates } from "./rareStates.ts";
import type { Rng } from "./rng.ts";
import type { Scheduler } from "./scheduler.ts";

/** Told of every commit as it begins, and how long it takes until it is on the disk, and until that is known. */
export type OnCommit = (
  writes: readonly Write[],
  untilDurableMs: number,
  untilKnownMs: number,
) => void;

export interface DiskPace {
  /** Until a commit is on the disk, on the average; and then until that is known. */
  readonly commitMs: number;
  /** How often a read takes as long as a commit; otherwise it is there at once. */
  readonly slowReadProbability: number;
}

export interface Disk {
  /** One at a time, as a daemon holds a lock. */
  open(): LocalStore;
  /** Whoever has it open hears nothing any more; what was not on the disk may be there or not. */
  crash(): void;
  readonly image: DiskImage;
  /** A backup put back, or another machine's folder copied here. Nobody has it open. */
  replace(image: DiskImage): void;
  isFull: boolean;
  /** For whoever wants to do harm at that very moment. */
  onCommit: OnCommit;
}

interface Commit {
  readonly writes: readonly Write[];
  readonly durability: Durability;
}

interface Session {
  isOver: boolean;
  isClosed: boolean;
  readonly waiting: Commit[];
  /** What was there before each commit that a crash may still take. */
  before: DiskImage[];
  done: Promise<unknown>;
  /** On the disk, and nobody was told. */
  unconfirmedCount: number;
}

export const createDisk = (
  { scheduler, rng, rare }: { scheduler: Scheduler; rng: Rng; rare: RareStates },
  pace: DiskPace,
): Disk => {
  let image = emptyImage();
  let session: Session | undefined;
  let isFull = false;
  let onCommit: OnCommit = () => {};

  const wait = (of: Session): Promise<void> =>
    scheduler.wait(rng.waitMs(pace.commitMs), () => of.isOver);

  const read = async <T>(of: Session, look: (at: DiskImage) => T): Promise<T> => {
    if (of.isClosed) throw new Error("the store is closed");
    if (of.isOver) return new Promise<never>(() => {});
    if (rng.chance(pace.slowReadProbability)) await wait(of);
    return look(image);
  };

  const commit = async (
    of: Session,
    { writes, durability }: Commit,
  ): Promise<Result<void, CommitError>> => {
    // The system's memory takes it at once, and others' turns come between.
    const meanMs = durability === "now" ? pace.commitMs : 0;
    const [untilDurableMs, untilKnownMs] = [rng.waitMs(meanMs), rng.waitMs(meanMs)];
    onCommit(writes, untilDurableMs, untilKnownMs);
    await scheduler.wait(untilDurableMs, () => of.isOver);
    of.waiting.shift();
    if (isFull) {
      rare.reached("a commit finds the disk full");
      return err({ type: "StoreFull" });
    }
    keep(of, { writes, durability });
    of.unconfirmedCount += 1;
    await scheduler.wait(untilKnownMs, () => of.isOver);
    of.unconfirmedCount -= 1;
    return ok(undefined);
  };

  const keep = (of: Session, { writes, durability }: Commit): void => {
    of.before = durability === "now" ? [] : [...of.before, image];
    image = writtenTo(image, writes);
  };

  const readerOf = (of: Session, at: () => DiskImage): StoreReader => ({
    get: (table, key) => read(of, () => getFrom(at(), table, key)),
    range: (table, range, countMax) => read(of, () => rangeFrom(at(), table, range, countMax)),
  });

  const storeOf = (of: Session): LocalStore => ({
    ...readerOf(of, () => image),
    view: async (work) => {
      const moment = await read(of, (at) => at);
      return work(readerOf(of, () => moment));
    },
    commit: (writes, { durability = "now" } = {}) => {
      if (of.isOver) return new Promise<never>(() => {});
      if (of.isClosed) return Promise.resolve(err({ type: "StoreClosed" }));
      const kept = { writes: copyOf(writes), durability };
      of.waiting.push(kept);
      const committed = of.done.then(() => commit(of, kept));
      of.done = committed;
      return committed;
    },
    scrub: async () => {
      await of.done;
      of.before = [];
    },
    close: async () => {
      of.isClosed = true;
      await of.done;
      if (session === of) session = undefined;
    },
  });

  return {
    open: () => {
      if (session !== undefined) throw new Error("somebody has this disk open");
      session = {
        isOver: false,
        isClosed: false,
        waiting: [],
        before: [],
        done: Promise.resolve(),
        unconfirmedCount: 0,
      };
      return storeOf(session);
    },
    crash: () => {
      if (session === undefined) return;
      session.isOver = true;
      const ended = session;
      const { waiting, unconfirmedCount } = session;
      session = undefined;
      if (unconfirmedCount > 0) rare.reached("a crash leaves a commit nobody knew of");
      if (waiting.length > 0 && !isFull) {
        const keptCount = rng.between(0, waiting.length);
        rare.reached(
          keptCount > 0
            ? "a crash leaves a commit nobody knew of"
            : "a crash takes a commit with it",
        );
        for (const one of waiting.slice(0, keptCount)) keep(ended, one);
      }
      const lost = ended.before[rng.between(0, ended.before.length)];
      if (lost === undefined) return;
      rare.reached("a crash takes confirmed commits that may be lost");
      image = lost;
    },
    replace: (other) => {
      if (session !== undefined) throw new Error("somebody has this disk open");
      image = other;
    },
    get image() {
      return image;
    },
    get isFull() {
      return isFull;
    },
    set isFull(is) {
      isFull = is;
    },
    get onCommit() {
      return onCommit;
    },
    set onCommit(listener) {
      onCommit = listener;
    },
  };
};

/** As the port promises: whoever asked may write into their bytes again. */
const copyOf = (writes: readonly Write[]): readonly Write[] =>
  writes.map((write) => {
    switch (write.kind) {
      case "put":
        return { ...write, key: write.key.slice(), value: write.value.slice() };
      case "delete":
        return { ...write, key: write.key.slice() };
      case "deleteRange":
        return { ...write, from: write.from.slice(), end: write.end?.slice() };
    }
  });
