/** Which life of this device writes in a vault: chosen once, and again where the one before cannot go on. */
import type { DeviceKeys, RandomBytes } from "@duro/crypto";
import { assert, decode, encode, incarnations } from "@duro/crypto/types";
import { chainIdOf } from "@duro/crypto/verify";
import {
  type ChainMark,
  chainIds,
  envelopeIds,
  OpenReason,
  type UserId,
  type VaultId,
} from "@duro/protocol";
import type { LocalStore, Write } from "../ports/localStore.ts";
import { factKey } from "../store/keys.ts";
import type { OwnChain } from "./seal.ts";

interface Owner {
  readonly user: UserId;
  readonly device: DeviceKeys;
}

const factName = "ownChain";
const reasons: readonly number[] = Object.values(OpenReason);

export const newOwnChain = (
  { user, device }: Owner,
  randomBytes: RandomBytes,
  reason: OpenReason,
  predecessor: ChainMark | undefined,
): OwnChain => {
  const incarnation = incarnations.fromBytes(randomBytes(incarnations.byteLength));
  const chain = chainIdOf(device.signKey, incarnation);
  return { chain, user, device, incarnation, reason, predecessor };
};

export const ownChainWrite = (
  vault: VaultId,
  { incarnation, reason, predecessor }: OwnChain,
): Write => ({
  kind: "put",
  table: "facts",
  key: factKey(factName, vault),
  value: encode((to) => {
    incarnations.write(to, incarnation);
    to.u8(reason);
    to.bool(predecessor !== undefined);
    if (predecessor === undefined) return;
    chainIds.write(to, predecessor.chain);
    to.varUint(predecessor.seq);
    envelopeIds.write(to, predecessor.id);
  }),
});

export const readOwnChain = async (
  store: LocalStore,
  vault: VaultId,
  { user, device }: Owner,
): Promise<OwnChain | undefined> => {
  const bytes = await store.get("facts", factKey(factName, vault));
  if (bytes === undefined) return undefined;
  const row = decode({ what: "own chain", byteLengthMax: 256 }, bytes, (from) => ({
    incarnation: incarnations.read(from),
    reason: from.u8(),
    predecessor: from.bool()
      ? { chain: chainIds.read(from), seq: from.varUint(), id: envelopeIds.read(from) }
      : undefined,
  }));
  assert(
    row.ok && reasons.includes(row.value.reason),
    "the store holds our chain as it was written",
  );
  const { incarnation, predecessor } = row.value;
  const reason = row.value.reason as OpenReason;
  const chain = chainIdOf(device.signKey, incarnation);
  return { chain, user, device, incarnation, reason, predecessor };
};
