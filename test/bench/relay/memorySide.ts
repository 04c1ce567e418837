/** Makes what the relay's memory is measured under: who is there, who reads, what is stored. */
import { assert } from "@duro/crypto/types";
import type { Person, Vault } from "../../../packages/crypto/src/testing/people.ts";
import { serveJobs } from "./jobs.ts";
import { openVault } from "./openVault.ts";
import { openReceiver } from "./receiver.ts";
import { openSender, putAll } from "./sender.ts";
import { openSession, openSessions, type Session } from "./session.ts";
import { createOneVault, createWorld } from "./world.ts";

/** Large enough that a hundred megabytes pass in seconds; eight of them are below a client's window. */
const bodyByteLength = 32_768;
/** Of a client that promises to read everything. */
const muchByteLength = 2 ** 40;

let place: { readonly person: Person; readonly vault: Vault } | undefined;
let sessions: readonly Session[] = [];

const known = () => {
  assert(place !== undefined, "a person with a vault was made before");
  return place;
};

const connect = async ({ url, count }: { url: string; count: number }): Promise<void> => {
  const { device } = known().person;
  sessions = await openSessions(
    url,
    Array.from({ length: count }, () => device),
  );
};

const disconnect = (): void => {
  for (const { socket } of sessions) socket.close();
  sessions = [];
};

/** All that are connected read the vault live. */
const readAll = async (): Promise<void> => {
  const { vault } = known().vault.state;
  await Promise.all(sessions.map((session) => openReceiver(session, { vault })));
};

/**
 * All that are connected have the vault, grant as much as they can, and then read nothing more. Each
 * has a channel of another number, so that no frame is shared with another one.
 */
const stall = async ({ url }: { url: string }): Promise<void> => {
  const { person, vault } = known();
  const asking = await openSession(url, person.device);
  openVault(asking, vault.state.vault);
  const { chains: vector } = await asking.next("VaultHeads");
  asking.socket.close();
  await Promise.all(
    sessions.map((session, at) =>
      openReceiver(session, {
        vault: vault.state.vault,
        channel: at + 1,
        vector,
        creditByteLength: muchByteLength,
      }),
    ),
  );
  for (const { socket } of sessions) socket.pause();
};

/** Through the vault, from a connection of its own. */
const pass = async ({ url, byteLength }: { url: string; byteLength: number }): Promise<void> => {
  const session = await openSession(url, known().person.device);
  const sender = await openSender(session, { ...known(), bodyByteLength });
  sender.make(Math.ceil(byteLength / bodyByteLength), 1);
  await putAll(sender);
  session.socket.close();
};

const jobs = {
  createVault: async ({ url }: { url: string }): Promise<void> => {
    place = await createOneVault(url, "memory");
  },
  connect,
  disconnect,
  readAll,
  stall,
  pass,
  /** Registered by as many users as they need; nobody stays. */
  storeVaults: async (ask: { url: string; seed: string; count: number }): Promise<void> => {
    await createWorld(ask.url, ask.seed, ask.count);
  },
};

export type MemorySide = typeof jobs;
serveJobs(jobs);
