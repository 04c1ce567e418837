/** What every adapter of ChainStore promises. */
import { chainAppendContract } from "./chainAppend.contract.ts";
import { chainPageContract } from "./chainPage.contract.ts";
import { chainReadContract } from "./chainRead.contract.ts";
import type { ChainStoreUnderTest } from "./chainSamples.ts";

export const chainStoreContract = (
  adapter: string,
  open: () => Promise<ChainStoreUnderTest>,
): void => {
  chainAppendContract(adapter, open);
  chainReadContract(adapter, open);
  chainPageContract(adapter, open);
};
