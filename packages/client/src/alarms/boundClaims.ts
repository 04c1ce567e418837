/** How many claims are kept, whatever is claimed: a flood drowns its own author alone. */
import { assert } from "@duro/crypto/types";
import { type ChainId, type DeviceId, limits } from "@duro/protocol";
import type { Claims, ClaimsOf } from "./claims.ts";

/**
 * Some 3 MiB: four vectors of the greatest length. Honest devices have a handful of claims that wait;
 * where there are more, the device that says most loses what it said last, down to the next one.
 */
export const claimCountMax = 4 * limits.chainsPerVectorMax;

export const boundClaims = (claims: Claims): Claims => {
  const sizes = new Map<DeviceId, number>();
  let excess = -claimCountMax;
  for (const { device, chains, logs } of claims.byClaimant.values()) {
    const size = chains.size + logs.size;
    excess += size;
    sizes.set(device, (sizes.get(device) ?? 0) + size);
  }
  if (excess <= 0) return claims;
  const byClaimant = new Map(claims.byClaimant);
  while (excess > 0) {
    const [largest, second] = [...sizes].toSorted(([, left], [, right]) => right - left);
    assert(largest !== undefined, "what is too much is somebody's");
    const [device, size] = largest;
    const dropCount = Math.min(excess, Math.max(1, size - (second?.[1] ?? 0)));
    dropNewest(byClaimant, device, dropCount);
    sizes.set(device, size - dropCount);
    excess -= dropCount;
  }
  return { ...claims, byClaimant };
};

const dropNewest = (
  byClaimant: Map<ChainId, ClaimsOf>,
  device: DeviceId,
  dropCount: number,
): void => {
  let left = dropCount;
  for (const [chain, of] of [...byClaimant].toReversed()) {
    if (of.device !== device || left === 0) continue;
    const chainCount = Math.max(0, of.chains.size - left);
    left -= of.chains.size - chainCount;
    const logCount = Math.max(0, of.logs.size - left);
    left -= of.logs.size - logCount;
    if (chainCount + logCount === 0) byClaimant.delete(chain);
    else {
      const chains = new Map([...of.chains].slice(0, chainCount));
      const logs = new Map([...of.logs].slice(0, logCount));
      byClaimant.set(chain, { device, chains, logs });
    }
  }
};
