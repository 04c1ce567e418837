/** Whose a chain is: what its first envelope says, and the key that this person's log has for it. */
import { EnvelopeKind, type SignPublicKey } from "@duro/crypto/types";
import { chainIdOf, type ChainOpening, readClear } from "@duro/crypto/verify";
import { decodeBodyClear, type VaultId } from "@duro/protocol";
import type { StoredChain } from "../../ports/chainStore.ts";
import type { CheckContext } from "./checkContext.ts";
import type { WithBody } from "./readBodies.ts";

export interface Opened {
  readonly opening: ChainOpening;
  /** Undefined: no log that is here has such a device. */
  readonly signKey: SignPublicKey | undefined;
}

/** Undefined: neither the envelope nor the list of chains says it. */
export const checkOpening = async (
  context: CheckContext,
  vault: VaultId,
  first: WithBody | undefined,
  stored: StoredChain | undefined,
): Promise<Opened | undefined> => {
  const { report, identities } = context;
  const opening = openingOf(context, vault, first) ?? storedOpening(stored);
  if (opening === undefined) return undefined;
  const { chain, user, device, incarnation } = opening;
  const { last } = await identities.fold(user);
  const signKey = last?.devices.get(device)?.signKey;
  if (signKey === undefined || chainIdOf(signKey, incarnation) !== chain)
    report.find({ type: "ChainForeign", vault, chain });
  return { opening, signKey };
};

const openingOf = (
  { report }: CheckContext,
  vault: VaultId,
  first: WithBody | undefined,
): ChainOpening | undefined => {
  if (first?.head.kind !== EnvelopeKind.Open) return undefined;
  const { chain, seq, head, body } = first;
  if (body === undefined) {
    report.find({ type: "OpenBodyMissing", vault, chain, seq });
    return undefined;
  }
  const clear = readClear(body);
  const said = clear.ok ? decodeBodyClear(EnvelopeKind.Open, clear.value) : undefined;
  if (said?.ok !== true || said.value.type !== "Open") return undefined;
  const { user, device, incarnation } = said.value;
  return { chain, user, device, incarnation, logHead: head.logHead };
};

const storedOpening = (stored: StoredChain | undefined): ChainOpening | undefined =>
  stored && { ...stored, logHead: stored.openedUnder };
