/**
 * Who may open another socket: so many at once and so many a minute from one address, and no more than
 * the process can hold. Pure but for its counts; the time is told.
 */
import { isLoopback } from "../http/hostNames.ts";

export interface AdmissionLimits {
  readonly openCountMax: number;
  readonly openPerAddressMax: number;
  /** What may come in a burst, and per minute after that. */
  readonly opensPerMinuteMax: number;
  /** How much more may come from this machine itself. */
  readonly loopbackFactor: number;
}

/** Once, and whether the relay had to close it for what its client did. */
export type Leave = (isAtFault: boolean) => void;

export interface Admission {
  /** Undefined: no. Otherwise what to call when the socket is closed. */
  admit(address: string): Leave | undefined;
}

interface Seen {
  openCount: number;
  tokens: number;
  atMs: number;
}

/** Addresses remembered although nothing of them is open: for their rate. */
const quietAddressCountMax = 20_000;
const minuteMs = 60_000;
/**
 * What a client sends until it is cut off costs the relay tens of milliseconds, and a new socket has a new
 * budget. So whoever was cut off opens as many fewer: a program gone wrong still has twenty tries a minute.
 */
const faultOpenCount = 30;

export const createAdmission = (limits: AdmissionLimits, nowMs: () => number): Admission => {
  const seenByAddress = new Map<string, Seen>();
  let openCount = 0;

  const forgetQuiet = (): void => {
    if (seenByAddress.size <= quietAddressCountMax) return;
    for (const [address, seen] of seenByAddress)
      if (seen.openCount === 0) seenByAddress.delete(address);
  };

  const filled = (address: string, perMinuteMax: number): Seen => {
    const now = nowMs();
    const seen = seenByAddress.get(address) ?? { openCount: 0, tokens: perMinuteMax, atMs: now };
    const back = (Math.max(0, now - seen.atMs) / minuteMs) * perMinuteMax;
    seen.tokens = Math.min(perMinuteMax, seen.tokens + back);
    seen.atMs = now;
    return seen;
  };

  return {
    admit: (address) => {
      const factor = isLoopback(address) ? limits.loopbackFactor : 1;
      const seen = filled(address, factor * limits.opensPerMinuteMax);
      if (openCount >= limits.openCountMax) return undefined;
      if (seen.openCount >= factor * limits.openPerAddressMax || seen.tokens < 1) return undefined;
      seen.tokens -= 1;
      seen.openCount += 1;
      openCount += 1;
      seenByAddress.set(address, seen);
      forgetQuiet();
      let isOpen = true;
      return (isAtFault) => {
        if (!isOpen) return;
        isOpen = false;
        // A debt of one minute at most.
        if (isAtFault)
          seen.tokens = Math.max(seen.tokens - faultOpenCount, -factor * limits.opensPerMinuteMax);
        seen.openCount -= 1;
        openCount -= 1;
      };
    },
  };
};
