/** Makes the load of catching up: fills a vault, and reads all of it as a new device does. */
import { assert } from "@duro/crypto/types";
import type { Person, Vault } from "../../../packages/crypto/src/testing/people.ts";
import { serveJobs } from "./jobs.ts";
import { openReceiver } from "./receiver.ts";
import { openSender } from "./sender.ts";
import { openSession } from "./session.ts";
import { createWorld } from "./world.ts";

const putSize = 64;

let place: { readonly person: Person; readonly vault: Vault } | undefined;

/** Gives the vault's id. */
const fill = async (ask: { url: string; envelopeCount: number }): Promise<string> => {
  const [household] = await createWorld(ask.url, "catch up", 1);
  const [vault] = household?.vaults ?? [];
  assert(household !== undefined && vault !== undefined, "a person with a vault");
  place = { person: household.person, vault };
  const session = await openSession(ask.url, household.person.device);
  const sender = await openSender(session, place);
  const putCount = Math.ceil(ask.envelopeCount / putSize);
  await new Promise<void>((resolve) => {
    const pump = (): void => {
      if (sender.storedCount >= ask.envelopeCount) resolve();
      while (sender.leftCount > 0 && sender.put());
    };
    sender.make(putCount, putSize);
    sender.onReceipt = pump;
    pump();
  });
  session.socket.close();
  return vault.state.vault;
};

export interface CaughtUp {
  readonly position: number;
  readonly byteLength: number;
  /** From OpenVault to CatchUpDone; logging in is done before. */
  readonly ms: number;
}

const read = async ({ url }: { url: string }): Promise<CaughtUp> => {
  assert(place !== undefined, "the vault was filled");
  const session = await openSession(url, place.person.device);
  const startedAtMs = performance.now();
  const { position, byteLength } = await openReceiver(session, { vault: place.vault.state.vault });
  const ms = performance.now() - startedAtMs;
  session.socket.close();
  assert(byteLength > position * envelopeByteLengthMin, "all of it came");
  return { position, byteLength, ms };
};

/** A head and a body are more than that on the wire. */
const envelopeByteLengthMin = 400;

const jobs = { fill, read };

export type CatchUpSide = typeof jobs;
serveJobs(jobs);
