/** A relay to attack: people on it, and an attacker who registered like anybody else. */
import { type DeviceKeys, signLogin, systemRandomBytes } from "@duro/crypto";
import { createPerson, createVault, type Person, type Vault } from "@duro/crypto/testing/people";
import { assert, type VaultId } from "@duro/crypto/types";
import { channelNumbers, type ClientFrame, limits, loginNonces } from "@duro/protocol";
import { connectClient } from "../../../packages/server/src/testing/relayClient.ts";
import {
  appendRecords,
  registerRecords,
} from "../../../packages/server/src/testing/registerPerson.ts";
import { openRaw, type RawClient, type RawOptions } from "./rawClient.ts";
import { type RelayRun, runRelay, type RelayRunOptions } from "./runRelay.ts";

export const deps = { randomBytes: systemRandomBytes };

export interface Resident {
  readonly person: Person;
  readonly vault: Vault;
}

export interface Target {
  readonly relay: RelayRun;
  readonly attacker: Resident;
  readonly victim: Resident;
  /** One that nobody came from so far, out of the network that is kept for such tests. */
  address(): string;
  /** A socket on which the relay has spoken. */
  dial(options?: RawOptions): Promise<RawClient>;
  /** A socket on which the attacker is logged in. */
  enter(options?: RawOptions): Promise<RawClient>;
}

/** Stands in whatever an attacker may choose freely, and nowhere else. */
export const mark = "zq-attack-mark";

/** RFC 2544: routed nowhere. */
export const addressPrefix = "198.18.";

export const openTarget = async (options?: RelayRunOptions): Promise<Target> => {
  const relay = await runRelay(options);
  const attacker = await settle(relay.url);
  const victim = await settle(relay.url);
  let addressCount = 0;
  const address = (): string => {
    addressCount += 1;
    return `${addressPrefix}${addressCount >> 8}.${addressCount & 0xff}`;
  };
  const dial: Target["dial"] = (rawOptions = {}) =>
    openRaw(relay.port, { address: address(), ...rawOptions });
  return {
    relay,
    attacker,
    victim,
    address,
    dial,
    enter: async (rawOptions) => {
      const client = await dial(rawOptions);
      await loginRaw(client, attacker.person.device, `127.0.0.1:${relay.port}`);
      return client;
    },
  };
};

const settle = async (url: string): Promise<Resident> => {
  const person = createPerson(deps);
  const vault = createVault(deps, person);
  const answer = await registerRecords(url, person.records);
  assert(answer.status === 201, `a person is registered, not ${answer.status}`);
  const client = await connectClient(url);
  await client.login(person.device);
  await appendRecords(client, vault.records);
  await client.close();
  return { person, vault };
};

export const loginFrame = async (
  client: RawClient,
  device: DeviceKeys,
  relayHost: string,
): Promise<Extract<ClientFrame, { type: "Login" }>> => {
  const challenge = await client.next("Challenge");
  const nowMs = Date.now();
  const relayNonce = loginNonces.toBytes(challenge.nonce);
  const claim = { relayHost, relayKey: challenge.relayKey, relayNonce, device: device.id, nowMs };
  const signature = signLogin(device.signSecret, claim);
  return { type: "Login", device: device.id, nowMs, signature, clientVersion: mark };
};

export const loginRaw = async (
  client: RawClient,
  device: DeviceKeys,
  relayHost: string,
): Promise<void> => {
  client.send(await loginFrame(client, device, relayHost));
  await client.next("Welcome");
};

export const channelOf = (value: number) => {
  const channel = channelNumbers.parse(value);
  assert(channel.ok, "a channel's number");
  return channel.value;
};

export const openVaultFrame = (channel: number, vault: VaultId): ClientFrame => ({
  type: "OpenVault",
  channel: channelOf(channel),
  vault,
  logHead: undefined,
  vector: [],
  wantsBodies: true,
  wantsPresence: true,
});

/** However much the relay sends: this client says that it takes it. */
export const boundlessCredit: ClientFrame = {
  type: "Credit",
  byteLength: Number.MAX_SAFE_INTEGER,
};

export const creditWindow = limits.creditWindowByteLength;
