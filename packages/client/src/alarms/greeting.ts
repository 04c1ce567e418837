/** What the relay says of itself before anything else: its key, its generation, its time. */
import { bytesToHex, type SignPublicKey } from "@duro/crypto/types";
import type { Challenge, RelayGeneration } from "@duro/protocol";
import type { Alarm } from "./alarms.ts";

export interface KnownRelay {
  /** Fixed at first contact, or brought by pairing, recovery or a backup; undefined: the first contact. */
  readonly key: SignPublicKey | undefined;
  readonly generation: RelayGeneration | undefined;
  /**
   * The latest time that our own clock has shown, set back to the present once it was told; undefined:
   * nothing is kept yet.
   */
  readonly latestMs: number | undefined;
}

/** Time zones are no matter here; ten minutes is more than any machine that asks for the time is off. */
export const clockToleranceMs = 600_000;

/** Of the relay's book: what `checkGreeting` finds at each connection. A generation is a hint that ends. */
export const isOfGreeting = (alarm: Alarm): boolean =>
  alarm.type === "RelayKeyChanged" ||
  alarm.type === "RelayGenerationChanged" ||
  alarm.type === "ClockSuspect";

/** All that the greeting shows. Behind a RelayKeyChanged nothing else of it is looked at, nor sent. */
export const checkGreeting = (
  { key, generation, latestMs }: KnownRelay,
  challenge: Pick<Challenge, "relayKey" | "generation" | "nowMs">,
  nowMs: number,
): readonly Alarm[] => {
  const got = bytesToHex(challenge.relayKey);
  const expected = key === undefined ? got : bytesToHex(key);
  if (expected !== got) return [{ type: "RelayKeyChanged", expected, got }];
  const alarms: Alarm[] = [];
  if (generation !== undefined && generation !== challenge.generation)
    alarms.push({
      type: "RelayGenerationChanged",
      before: generation,
      now: challenge.generation,
    });
  const aheadMs = nowMs - challenge.nowMs;
  const backMs = nowMs - (latestMs ?? nowMs);
  if (backMs < -clockToleranceMs)
    alarms.push({ type: "ClockSuspect", aheadMs: backMs, evidence: "own past" });
  else if (Math.abs(aheadMs) > clockToleranceMs)
    alarms.push({ type: "ClockSuspect", aheadMs, evidence: "relay" });
  return alarms;
};
