/** Readers that ask for everything, say that they take it all, and then read nothing. */
import { envelopesToRun, incarnations } from "@duro/protocol";
import { connectClient } from "../../../packages/server/src/testing/relayClient.ts";
import { createChainWriter } from "../../../packages/server/src/testing/testVault.ts";
import type { RawClient } from "./rawClient.ts";
import { boundlessCredit, deps, openVaultFrame, type Resident, type Target } from "./target.ts";

const editByteLength = 1_000_000;

export interface Filler {
  /** Stores as many large envelopes more in the vault. */
  fill(count: number): Promise<void>;
  close(): Promise<void>;
}

export const createFiller = async (url: string, { person, vault }: Resident): Promise<Filler> => {
  const client = await connectClient(url);
  await client.login(person.device);
  await client.open(1, vault.state.vault, { wantsBodies: false });
  const incarnation = incarnations.fromBytes(deps.randomBytes(incarnations.byteLength));
  const writer = createChainWriter(deps, { person, vault }, incarnation);
  return {
    fill: async (count) => {
      for (let left = count; left > 0; left--) {
        client.put(1, envelopesToRun([writer.next(deps.randomBytes(editByteLength))]));
        await client.next("Receipt");
      }
    },
    close: () => client.close(),
  };
};

/** Paused before anything can come. */
export const stall = async (target: Target): Promise<RawClient> => {
  const client = await target.enter();
  client.socket.pause();
  client.send(boundlessCredit);
  client.send(openVaultFrame(1, target.attacker.vault.state.vault));
  return client;
};
