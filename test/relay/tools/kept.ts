/** Some work at a relay and the memory of what it promised for it: asked again later, wherever it runs by then. */
import { createChance } from "./chance.ts";
import { createLedger, type Ledger } from "./ledger.ts";
import { runLoad, workersOf } from "./load.ts";
import { createVerifier, noteRelayAt } from "./verify.ts";
import { createWorld } from "./world.ts";

export interface Kept {
  readonly ledger: Ledger;
  /** Envelopes, records and chunks, until there are so many receipts more. */
  readonly work: (url: string, receiptCount?: number) => Promise<void>;
  /** Until the relay takes no more; what it answered by then is noted. */
  readonly workUntil: (url: string, isEnding: () => boolean) => Promise<void>;
  /** Everything from the first position on: what is not as it was promised stands among the faults. */
  readonly verify: (url: string) => Promise<void>;
}

const receiptsOfSomeWork = 20;

export const createKept = async (url: string, seed: number): Promise<Kept> => {
  const ledger = createLedger();
  await noteRelayAt(ledger, url);
  const world = await createWorld(url, ledger, { userCount: 2, vaultsPerWriter: 1 });
  const verifier = createVerifier(world, ledger);
  const workers = workersOf(world);
  const chance = createChance(seed);
  const workUntil: Kept["workUntil"] = async (at, isEnding) => {
    const { vectorOf } = verifier;
    await runLoad(workers, { url: at, world, ledger, load: { isEnding, chance }, vectorOf });
  };
  return {
    ledger,
    workUntil,
    work: async (at, receiptCount = receiptsOfSomeWork) => {
      const { receipts, records, chunks } = { ...ledger.counts };
      await workUntil(at, () => {
        const now = ledger.counts;
        const isMore = now.records > records && now.chunks > chunks;
        return isMore && now.receipts >= receipts + receiptCount;
      });
    },
    verify: verifier.verifyAll,
  };
};
