/** Everything at once: every device of a world puts, appends and uploads until it is told to end. */
import { assert } from "../../../packages/crypto/src/types.ts";
import type { Vector } from "../../../packages/protocol/src/index.ts";
import { type BlobSource, runBlobLoad } from "./blobLoad.ts";
import { fault, type Ledger } from "./ledger.ts";
import { type Load, runPutLoad } from "./putLoad.ts";
import { type RecordSource, runRecordLoad } from "./recordLoad.ts";
import { openSession } from "./session.ts";
import type { World, Writer } from "./world.ts";

/** What each writer does beside putting: first devices append, second ones upload. */
export interface Worker {
  readonly writer: Writer;
  readonly records: RecordSource | undefined;
  readonly blobs: BlobSource | undefined;
}

export const workersOf = ({ writers, vaults }: World): readonly Worker[] =>
  writers.map((writer, at) => {
    const isFirst = at % 2 === 0;
    const key = vaults.find(({ state }) => state.vault === writer.sources[0]?.vault)?.key;
    assert(key !== undefined, "a writer writes to a vault of its world");
    return {
      writer,
      records: isFirst ? { user: writer.user, pending: undefined, turn: 0 } : undefined,
      blobs: isFirst ? undefined : { key, unfinished: undefined },
    };
  });

export interface LoadOptions {
  readonly url: string;
  readonly world: World;
  readonly ledger: Ledger;
  readonly load: Load;
  /** What everybody has already: nothing of it need be sent. */
  readonly vectorOf: (vault: string) => Vector;
}

const runWorker = async (worker: Worker, options: LoadOptions): Promise<void> => {
  const { url, world, ledger, load, vectorOf } = options;
  const session = await openSession(url, worker.writer.device, ledger);
  if (session === undefined) return;
  const { sources } = worker.writer;
  const work = async (): Promise<void> => {
    for (const [at, { vault }] of sources.entries())
      await session.client.open(at + 1, vault, { vector: vectorOf(vault), wantsBodies: false });
    await Promise.all([
      ...sources.map((source, at) =>
        runPutLoad(session, source, { channel: at + 1, ledger, load }),
      ),
      worker.records && runRecordLoad(session, worker.records, { world, ledger, load }),
      worker.blobs && runBlobLoad(session, worker.blobs, { url, channel: 1, ledger, load }),
    ]);
  };
  try {
    await work();
  } catch (cause) {
    if (session.isOpen()) fault(ledger, `a client failed: ${String(cause)}`);
  }
  if (session.isOpen()) await session.client.close();
};

/** Resolves when every device is done, or has lost its connection. */
export const runLoad = async (workers: readonly Worker[], options: LoadOptions): Promise<void> => {
  await Promise.all(workers.map((worker) => runWorker(worker, options)));
};
