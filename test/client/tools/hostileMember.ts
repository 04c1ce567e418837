/**
 * A member who writes what no honest engine does: sealed with the vault's own key, in chains that are
 * signed as they must be, so that the relay and every rule but those of the content let it pass.
 */
import { clientIdOf, type VaultKey } from "@duro/crypto";
import { assert } from "@duro/crypto/types";
import {
  type Body,
  type ChainId,
  docIds,
  encodeDataContent,
  envelopesToRun,
  OpenReason,
  type VaultId,
} from "@duro/protocol";
import { Doc, encodeStateAsUpdate, encodeStateVector } from "yjs";
import { newOwnChain } from "../../../packages/client/src/vault/ownChain.ts";
import { sealBodies, type SealPlace } from "../../../packages/client/src/vault/seal.ts";
import { connectClient } from "../../../packages/server/src/testing/relayClient.ts";
import { keysOf } from "./relayBytes.ts";
import { type Machine, notes, randomBytes } from "./machines.ts";

export interface Attack {
  readonly name: string;
  /** What becomes of the chain that holds it, behind one good envelope. */
  readonly verdict: "void" | "held";
  /** The content of a DATA; an update of the attacked document where it is not deflated. */
  readonly content: (clientId: number, goodUpdate: Uint8Array) => Content;
}

export type Content = { readonly update: Uint8Array } | { readonly deflated: Uint8Array };

export interface Sealed {
  readonly chain: ChainId;
  /** Resolves when the relay has it. */
  readonly send: () => Promise<void>;
}

export interface HostileMember {
  /** A chain of its own: an opening, a good word, the attack, another good word. */
  attack(attack: Attack): Promise<Sealed>;
  close(): Promise<void>;
}

const channel = 1;
const dataOfUpdate = (update: Uint8Array): Body => ({
  type: "Data",
  plaintext: {
    isDeflated: false,
    content: encodeDataContent({ updates: [{ doc: notes, update }], seen: [] }),
  },
});

const bodyOf = (content: Content): Body =>
  "update" in content
    ? dataOfUpdate(content.update)
    : { type: "Data", plaintext: { isDeflated: true, content: content.deflated } };

const viewOf = (machine: Machine, vault: VaultId): SealPlace["view"] => {
  const { engine } = machine;
  const state = engine.vaultLog(vault);
  assert(state !== undefined, "the vault is here");
  const keys = new Map<number, VaultKey>(
    keysOf(machine, machine, vault).map((key) => [key.epoch, key]),
  );
  // Nothing else of it is looked at by whoever seals.
  return { state, keys } as unknown as SealPlace["view"];
};

/** `rogue` is a device of the vault; its own engine is not asked. */
export const becomeHostile = async (
  url: string,
  rogue: Machine,
  vault: VaultId,
): Promise<HostileMember> => {
  const { device } = rogue;
  const { user } = rogue.engine;
  const view = viewOf(rogue, vault);
  await rogue.close();
  const client = await connectClient(url);
  await client.login(device);
  await client.open(channel, vault);
  return {
    attack: async ({ content, name }) => {
      const own = newOwnChain({ user, device }, randomBytes, OpenReason.First, undefined);
      const clientId = clientIdOf(own.chain, docIds.toBytes(notes));
      const ydoc = new Doc();
      ydoc.clientID = clientId;
      const text = ydoc.getText("t");
      text.insert(0, `<good ${name}>`);
      const good = encodeStateAsUpdate(ydoc);
      const seen = encodeStateVector(ydoc);
      text.insert(0, `<late ${name}>`);
      const late = encodeStateAsUpdate(ydoc, seen);
      const bodies = [dataOfUpdate(good), bodyOf(content(clientId, good)), dataOfUpdate(late)];
      const place = { vault, view, own, row: undefined };
      const { envelopes } = sealBodies({ randomBytes }, place, bodies);
      const [opening, ...others] = envelopes;
      assert(opening !== undefined, "a chain begins with its opening");
      return {
        chain: own.chain,
        send: async () => {
          // Frame by frame, since some are as large as a frame may be.
          for (const envelope of [opening, ...others]) {
            client.put(channel, envelopesToRun([envelope]));
            await client.next("Receipt");
          }
        },
      };
    },
    close: () => client.close(),
  };
};
