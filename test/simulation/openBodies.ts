/** Reads bodies as somebody does who has every key of the vault. */
import { openBody, openUserKeys, openVaultKeys } from "@duro/crypto";
import { type Envelope, verifyEnvelope } from "@duro/crypto/verify";
import { type Body, decodeBody } from "@duro/protocol";
import type { Belonging } from "./standing.ts";
import type { World } from "./world.ts";

export type OpenBody = (envelope: Envelope) => Body | undefined;

/** With every key that somebody has who is in: a device that was given up has none of what came later. */
export const createOpener = (
  { books, stores }: World,
  { state, identities, isIn }: Belonging,
): OpenBody => {
  const resident = books.residents.find(isIn);
  const user = resident && books.people[resident.owner]?.state.user;
  const identity = user === undefined ? undefined : identities.get(user);
  if (resident === undefined || user === undefined || identity === undefined)
    return () => undefined;
  const { keys: userKeys } = openUserKeys(identity, resident.keys);
  const { keys } = openVaultKeys(state, { kind: "member", user, userKeys });
  const chains = stores.data.chains.get(state.vault);
  return (envelope) => {
    const chain = chains?.get(envelope.head.chain);
    const author = chain === undefined ? undefined : identities.get(chain.user);
    const device = chain === undefined ? undefined : author?.devices.get(chain.device);
    const key = keys.get(envelope.head.epoch);
    if (device === undefined || key === undefined || envelope.body === undefined) return undefined;
    const verified = verifyEnvelope(envelope, device.signKey);
    const content = verified.ok ? openBody(key, verified.value) : undefined;
    const body = content?.ok === true ? decodeBody(envelope.head, content.value) : undefined;
    return body?.ok === true ? body.value : undefined;
  };
};
