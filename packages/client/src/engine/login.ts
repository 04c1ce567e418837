/** Whether this is the relay that we know, and the answer to its challenge. */
import { type DeviceKeys, signLogin } from "@duro/crypto";
import { bytesAreEqual } from "@duro/crypto/types";
import { type Challenge, type ClientInput, loginNonces } from "@duro/protocol";
import type { LocalStore } from "../ports/localStore.ts";
import { relayKeyOf, relayKeyWrite } from "./self.ts";

export type LoginAnswer = Extract<ClientInput, { kind: "loginSigned" | "relayRefused" }>;

export const answerChallenge = async (
  {
    store,
    device,
    nowMs,
  }: {
    readonly store: LocalStore;
    readonly device: DeviceKeys;
    readonly nowMs: number;
  },
  relayUrl: string,
  { nonce, relayKey }: Challenge,
): Promise<LoginAnswer | undefined> => {
  const pinned = await relayKeyOf(store, relayUrl);
  if (pinned !== undefined && !bytesAreEqual(pinned, relayKey)) return { kind: "relayRefused" };
  if (pinned === undefined) {
    const kept = await store.commit([relayKeyWrite(relayUrl, relayKey)]);
    // Met and not remembered, it could be replaced by another the next time. No answer: it is tried later.
    if (!kept.ok) return undefined;
  }
  const signature = signLogin(device.signSecret, {
    relayHost: new URL(relayUrl).host,
    relayKey,
    relayNonce: loginNonces.toBytes(nonce),
    device: device.id,
    nowMs,
  });
  return { kind: "loginSigned", nonce, device: device.id, nowMs, signature };
};
