/** Makes the load of catching up: fills a vault, and reads all of it as a new device does. */
import { assert } from "@duro/crypto/types";
import type { Person, Vault } from "../../../packages/crypto/src/testing/people.ts";
import { serveJobs } from "./jobs.ts";
import { openReceiver } from "./receiver.ts";
import { openSender, putAll } from "./sender.ts";
import { openSession } from "./session.ts";
import { createOneVault } from "./world.ts";

const putSize = 64;
/** A head and a body are more than that on the wire. */
const envelopeByteLengthMin = 400;

let place: { readonly person: Person; readonly vault: Vault } | undefined;

/** Gives the vault's id. */
const fill = async (ask: { url: string; envelopeCount: number }): Promise<string> => {
  place = await createOneVault(ask.url, "catch up");
  const session = await openSession(ask.url, place.person.device);
  const sender = await openSender(session, place);
  sender.make(Math.ceil(ask.envelopeCount / putSize), putSize);
  await putAll(sender);
  session.socket.close();
  return place.vault.state.vault;
};

interface CaughtUp {
  readonly envelopeCount: number;
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
  assert(byteLength > position * envelopeByteLengthMin, "bodies came along");
  return { envelopeCount: position, ms };
};

const jobs = { fill, read };

export type CatchUpSide = typeof jobs;
serveJobs(jobs);
