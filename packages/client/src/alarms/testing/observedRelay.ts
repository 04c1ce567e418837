/**
 * A small world for properties of claims: devices that write and read through one relay, and device 0,
 * which watches. Each chain arrives in its order, and chains in any order, each within the longest
 * delay that an honest relay has; a dishonest one keeps a chain from some seq on to itself.
 */
import { assert } from "@duro/crypto/types";
import type { Alarm } from "../alarms.ts";
import { addClaims, settleClaims } from "../chainClaims.ts";
import { type Claimed, type Claims, noClaims, type Said, tickClaims } from "../claims.ts";
import { withheld } from "../withheld.ts";
import { chainOf, deviceNumber, envelopeAt } from "./aliases.ts";
import { knownChains, knownLogs } from "./known.ts";

export interface Move {
  readonly kind: "write" | "beacon" | "fetch" | "deliver" | "read" | "wait" | "away";
  /** Of a device or a chain. */
  readonly which: number;
  readonly amount: number;
}

export interface Hiding {
  readonly chain: number;
  readonly fromSeq: number;
}

/** Just below the grace: an honest relay may be that slow. */
const delayMsMax = 119_000;
export const stepMsMax = 40_000;

interface Stored {
  readonly said: readonly Said[];
  readonly storedAtMs: number;
}

export interface ObservedRelay {
  move(move: Move): void;
  /** Everything that the relay hands out is here and read, and others said all they know. */
  finish(): void;
  wait(elapsedMs: number): void;
  readonly alarms: readonly Alarm[];
  readonly withheld: readonly Alarm[];
  readonly claims: Claims;
}

export const observeRelay = (deviceCount: number, hiding?: Hiding): ObservedRelay => {
  const chains: Stored[][] = Array.from({ length: deviceCount }, () => []);
  const held = chains.map(() => chains.map(() => 0));
  const lastSaid = chains.map(() => chains.map(() => 0));
  const readSeqs = chains.map(() => 0);
  const alarms: Alarm[] = [];
  let claims = noClaims;

  const at = <T>(list: readonly T[], which: number): T => {
    const item = list[which % list.length];
    assert(item !== undefined, "the world has that many");
    return item;
  };
  const number = (which: number): number => which % deviceCount;
  const table = (seqs: readonly number[]) => Object.fromEntries(seqs.entries());
  const known = () => knownChains({ held: table(at(held, 0)), read: table(readSeqs) });
  const take = (claimed: Claimed): void => {
    ({ claims } = claimed);
    alarms.push(...claimed.alarms);
  };

  const write = (device: number, isBeacon: boolean): void => {
    const own = at(held, device);
    const before = at(lastSaid, device);
    const said = own.flatMap((seq, chain): Said[] => {
      if (chain === device || seq === 0 || (!isBeacon && seq === before[chain])) return [];
      const mark = { chain: chainOf(chain), seq };
      return [isBeacon ? { ...mark, id: envelopeAt(chain, seq) } : mark];
    });
    lastSaid[device] = [...own];
    at(chains, device).push({ said, storedAtMs: claims.connectedMs });
    own[device] = at(chains, device).length;
  };

  const handedOut = (chain: number, to: number): number => {
    const { length } = at(chains, chain);
    return to === 0 && hiding?.chain === chain ? Math.min(length, hiding.fromSeq - 1) : length;
  };

  const fetch = (device: number, chain: number, count: number): void => {
    const own = at(held, device);
    const before = own[chain] ?? 0;
    own[chain] = Math.max(before, Math.min(before + count, handedOut(chain, device)));
    if (device === 0) take(settleClaims(claims, [chainOf(chain)], known()));
  };

  /** What one envelope says is added before it counts as read. */
  const read = (chain: number, count: number): void => {
    const toSeq = Math.min((readSeqs[chain] ?? 0) + count, at(held, 0)[chain] ?? 0);
    for (let seq = (readSeqs[chain] ?? 0) + 1; seq <= toSeq; seq += 1) {
      const { said } = at(at(chains, chain), seq - 1);
      const by = { chain: chainOf(chain), device: deviceNumber(chain), seq };
      if (chain !== 0) take(addClaims(claims, by, said, known()));
      readSeqs[chain] = seq;
      take(settleClaims(claims, [chainOf(chain)], known()));
    }
  };

  /** What would be later than an honest relay is comes before the time passes. */
  const step = (elapsedMs: number, isAway: boolean): void => {
    for (const [chain, stored] of chains.entries())
      for (const [place, { storedAtMs }] of stored.entries())
        if (claims.connectedMs + elapsedMs - storedAtMs > delayMsMax)
          fetch(0, chain, Math.max(0, place + 1 - (at(held, 0)[chain] ?? 0)));
    claims = tickClaims(claims, isAway ? { kind: "away" } : { kind: "live" }, 0);
    claims = tickClaims(claims, { kind: "away" }, elapsedMs);
  };

  return {
    move: ({ kind, which, amount }) => {
      switch (kind) {
        case "write":
          return write(number(which), false);
        case "beacon":
          return write(number(which), true);
        case "fetch":
          return fetch(1 + (which % (deviceCount - 1)), number(amount), 1 + (amount % 5));
        case "deliver":
          return fetch(0, number(which), 1 + (amount % 5));
        case "read":
          return read(number(which), 1 + (amount % 5));
        case "wait":
          return step(amount, false);
        case "away":
          return step(amount, true);
      }
    },
    finish: () => {
      const all = chains.map((_, chain) => chain);
      for (const device of all.slice(1)) {
        for (const chain of all) fetch(device, chain, Infinity);
        write(device, true);
      }
      for (const chain of all) fetch(0, chain, Infinity);
      for (const chain of all) read(chain, Infinity);
    },
    wait: (elapsedMs) => {
      for (let left = elapsedMs; left > 0; left -= stepMsMax)
        step(Math.min(left, stepMsMax), false);
    },
    get alarms() {
      return alarms;
    },
    get withheld() {
      const offeredSeq = () => 0;
      return withheld({ claims, known: known(), logs: knownLogs(0), offeredSeq });
    },
    get claims() {
      return claims;
    },
  };
};
