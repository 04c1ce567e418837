/** Accounts over HTTP on memory stores, and people who log in there. */
import { signLogin } from "@duro/crypto";
import type { DeviceKeys } from "@duro/crypto";
import { createRelayKeys } from "@duro/crypto/receipt";
import { type Person } from "@duro/crypto/testing/people";
import { seededRandomBytes } from "@duro/crypto/testing/seededRandomBytes";
import { encodeRecord } from "@duro/crypto/verify";
import { assert } from "@duro/crypto/types";
import {
  bytesToBase64url,
  type HttpChallenge,
  type LoginNonce,
  loginNonces,
  loginToHeader,
  relayGenerations,
  routes,
} from "@duro/protocol";
import type { BlobList } from "../../export/exportAccount.ts";
import { createTestHttp } from "../../http/testing/testHttp.ts";
import { createLoginNonces } from "../../login/loginNonces.ts";
import { openMemoryRelayStores } from "../../testing/memoryRelayStores.ts";
import { registerAbout } from "../aboutRoutes.ts";
import { type AccountDeps, registerAccounts } from "../accountRoutes.ts";

export const host = "relay.test";
export const generation = relayGenerations.fromBytes(new Uint8Array(32).fill(7));
export const startMs = 1_800_000_000_000;

export interface AccountAppOptions {
  readonly deps?: Partial<AccountDeps>;
  readonly askDatabase?: () => Promise<unknown>;
  readonly blobList?: BlobList;
}

const noBlobs: BlobList = { blobsOf: async () => [] };

export const createAccountApp = (options: AccountAppOptions = {}) => {
  const app = createTestHttp();
  const stores = openMemoryRelayStores();
  const randomBytes = seededRandomBytes("relay");
  const keys = createRelayKeys({ randomBytes });
  const clock = { nowMs: startMs };
  const nowMs = (): number => clock.nowMs;
  const nonces = createLoginNonces({ seed: keys.seed, randomBytes, nowMs });
  const registration = options.deps?.registration ?? "open";
  void app.http.register(registerAbout, {
    relayKey: keys.signKey,
    generation,
    registration,
    nonces,
    askDatabase: options.askDatabase ?? (async () => undefined),
    nowMs,
  });
  void app.http.register(registerAccounts, {
    ...stores,
    metrics: app.metrics,
    relayKey: keys.signKey,
    generation,
    nonces,
    nowMs,
    hostsFor: app.names.hostsFor,
    blobList: options.blobList ?? noBlobs,
    registration,
    deviceCountMax: 256,
    quotaByteLength: undefined,
    ...options.deps,
  });
  return { ...app, stores, keys, nonces, clock };
};
export type AccountApp = ReturnType<typeof createAccountApp>;

export const register = async ({ http }: AccountApp, person: Person, invite?: string) =>
  http.inject({
    method: "POST",
    url: routes.register.path,
    payload: {
      records: person.records.map((record) => bytesToBase64url(encodeRecord(record))),
      ...(invite === undefined ? {} : { invite }),
    },
  });

export const challengeOf = async ({ http }: AccountApp): Promise<HttpChallenge> => {
  const answer = await http.inject({ method: "POST", url: routes.challenge.path });
  return answer.json<HttpChallenge>();
};

export interface LoginChanges {
  readonly nonce?: LoginNonce;
  readonly host?: string;
  readonly relayKey?: AccountApp["keys"]["signKey"];
  /** Who is said to have signed. */
  readonly as?: DeviceKeys["id"];
}

export const loginHeader = async (
  app: AccountApp,
  device: DeviceKeys,
  changes: LoginChanges = {},
): Promise<string> => {
  const parsed = loginNonces.parse((await challengeOf(app)).nonce);
  assert(parsed.ok, "a challenge has a nonce");
  const nonce = changes.nonce ?? parsed.value;
  const claimed = changes.as ?? device.id;
  const signature = signLogin(device.signSecret, {
    relayHost: changes.host ?? host,
    relayKey: changes.relayKey ?? app.keys.signKey,
    relayNonce: loginNonces.toBytes(nonce),
    device: claimed,
    nowMs: 5,
  });
  return loginToHeader({ device: claimed, nonce, nowMs: 5, signature });
};

export const ask = async (
  { http }: AccountApp,
  route: { readonly method: "GET" | "DELETE"; readonly path: string },
  authorization: string,
) =>
  http.inject({
    method: route.method,
    url: route.path,
    headers: { authorization, host },
  });
