/** Who is where in a vault just now, for whoever has a document of it open. */
import type { DeviceKeys, RandomBytes } from "@duro/crypto";
import type { ChainId, DocId } from "@duro/protocol";
import type { Awareness } from "y-protocols/awareness";
import type { Live } from "../docs/liveDocs.ts";
import type { Clock } from "../ports/clock.ts";
import { createVaultPresence, type VaultPresence } from "../presence/vaultPresence.ts";
import { currentKey } from "../vault/seal.ts";
import type { VaultMemory } from "../vault/vaultMemory.ts";
import { deviceOf, limitOf } from "../vault/view.ts";

export interface VaultAwareness {
  /** One for each document that is open; another one when the document was replaced. */
  of(live: Live): Awareness;
  /** What came from the relay: what cannot be read says nothing, and the next one comes soon. */
  receive(sealed: Uint8Array): void;
  /** To those who are there by now: after a connection was made. */
  announce(): void;
  /** Says goodbye. */
  close(): void;
}

export interface VaultAwarenessDeps {
  readonly clock: Clock;
  readonly randomBytes: RandomBytes;
  readonly device: DeviceKeys;
  readonly memory: VaultMemory;
  /** Goes nowhere while there is no connection. */
  readonly send: (sealed: Uint8Array) => void;
}

export const createVaultAwareness = (deps: VaultAwarenessDeps): VaultAwareness => {
  const { clock, randomBytes, device, memory, send } = deps;
  const joined = new Map<DocId, Awareness>();
  let presence: { readonly chain: ChainId; readonly of: VaultPresence } | undefined;

  /** Under the chain that we write now: it says who we are. */
  const current = (): VaultPresence => {
    const { chain } = memory.own;
    if (presence?.chain === chain) return presence.of;
    presence?.of.close();
    joined.clear();
    const of = createVaultPresence({
      clock,
      randomBytes,
      chain,
      signSecret: device.signSecret,
      vaultKey: () => currentKey(memory.view),
      signKeyOf: (from) => {
        const row = memory.chains.get(from);
        return row === undefined || limitOf(memory.view, row).kind !== "open"
          ? undefined
          : deviceOf(memory.view, row)?.signKey;
      },
      send,
      // Others go on seeing the state before.
      onTooLong: () => {},
    });
    presence = { chain, of };
    return of;
  };

  return {
    of: ({ doc, ydoc }) => {
      const now = current();
      const known = joined.get(doc);
      if (known?.doc === ydoc) return known;
      known?.destroy();
      const awareness = now.join(doc, ydoc);
      joined.set(doc, awareness);
      return awareness;
    },
    receive: (sealed) => void current().receive(sealed),
    announce: () => presence?.of.announce(),
    close: () => presence?.of.close(),
  };
};
