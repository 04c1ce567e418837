/** Whether this is the relay that we know, and the answer to its challenge. */
import { type DeviceKeys, signLogin } from "@duro/crypto";
import { type Challenge, type ClientInput, loginNonces } from "@duro/protocol";
import type { RelayWatch } from "../watch/relayWatch.ts";

export type LoginAnswer = Extract<ClientInput, { kind: "loginSigned" | "relayRefused" }>;

export const answerChallenge = async (
  {
    relay,
    device,
    nowMs,
  }: {
    readonly relay: RelayWatch;
    readonly device: DeviceKeys;
    readonly nowMs: number;
  },
  relayUrl: string,
  challenge: Challenge,
): Promise<LoginAnswer | undefined> => {
  const isKnown = await relay.greeted(relayUrl, challenge);
  // It could not be remembered. No answer: it is tried later.
  if (isKnown === undefined) return undefined;
  if (!isKnown) return { kind: "relayRefused" };
  const { nonce, relayKey } = challenge;
  const signature = signLogin(device.signSecret, {
    relayHost: new URL(relayUrl).host,
    relayKey,
    relayNonce: loginNonces.toBytes(nonce),
    device: device.id,
    nowMs,
  });
  return { kind: "loginSigned", nonce, device: device.id, nowMs, signature };
};
