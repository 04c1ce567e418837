/** Makes the load that the relay's memory is measured under: who is there, who reads, what is stored. */
import { assert } from "@duro/crypto/types";
import type { Vector } from "@duro/protocol";
import { serveJobs } from "./jobs.ts";
import { openReceiver } from "./receiver.ts";
import { openSender } from "./sender.ts";
import { openSession, openSessions, type Session } from "./session.ts";
import { createWorld, type Household } from "./world.ts";

let household: Household | undefined;
let sessions: readonly Session[] = [];

const known = () => {
  const [vault] = household?.vaults ?? [];
  assert(household !== undefined && vault !== undefined, "the world was made before");
  return { person: household.person, vault };
};

/** Large enough that a hundred megabytes pass in seconds, and eight of them fit a window. */
const bodyByteLength = 32_768;
/** A client that promises to read everything. */
const muchByteLength = 2 ** 40;

const passBy = async ({ url, byteLength }: { url: string; byteLength: number }): Promise<void> => {
  const session = await openSession(url, known().person.device);
  const sender = await openSender(session, { ...known(), bodyByteLength });
  const putCount = Math.ceil(byteLength / bodyByteLength);
  await new Promise<void>((resolve) => {
    const pump = (): void => {
      if (sender.storedCount >= putCount) resolve();
      while (sender.leftCount > 0 && sender.put());
    };
    sender.make(putCount, 1);
    sender.onReceipt = pump;
    pump();
  });
  session.socket.close();
};

/** What the vault holds by now, so that nothing of it is sent again. */
const newestVector = async (session: Session): Promise<Vector> => {
  const { vault } = known();
  session.send({
    type: "OpenVault",
    channel: channelOne,
    vault: vault.state.vault,
    logHead: undefined,
    vector: [],
    wantsBodies: false,
    wantsPresence: false,
  });
  return (await session.next("VaultHeads")).chains;
};
