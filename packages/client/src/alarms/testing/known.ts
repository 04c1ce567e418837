/** What a device has of chains and logs, as tables that a test writes down. */
import type { ChainId, LogName, RecordId } from "@duro/protocol";
import type { Claimant, KnownChains, KnownLogs, Said } from "../claims.ts";
import { aVault, chainOf, deviceNumber, envelopeAt, recordAt } from "./aliases.ts";

export interface ChainTable {
  /** By the number of the chain. */
  readonly held?: Readonly<Record<number, number>>;
  /** As far as they are held, where nothing else is said. */
  readonly read?: Readonly<Record<number, number>>;
  readonly limits?: Readonly<Record<number, number>>;
}

const byChain = (table: Readonly<Record<number, number>>): ReadonlyMap<ChainId, number> =>
  new Map(Object.entries(table).map(([number, seq]) => [chainOf(Number(number)), seq]));

const numbers = new Map(Array.from({ length: 64 }, (_, at) => [chainOf(at), at]));

/** Chain 1 is device 1's, and so on. */
export const knownChains = ({ held = {}, read = held, limits = {} }: ChainTable): KnownChains => {
  const [heldSeqs, readSeqs, limitSeqs] = [byChain(held), byChain(read), byChain(limits)];
  return {
    vault: aVault,
    deviceOf: (chain) => {
      const number = numbers.get(chain);
      return number === undefined ? undefined : deviceNumber(number);
    },
    heldSeq: (chain) => heldSeqs.get(chain) ?? 0,
    readSeq: (chain) => readSeqs.get(chain) ?? 0,
    idAt: (chain, seq) =>
      seq <= (heldSeqs.get(chain) ?? 0) ? envelopeAt(numbers.get(chain) ?? 0, seq) : undefined,
    limitOf: (chain) => limitSeqs.get(chain),
  };
};

/** Every log is here up to that index; undefined: none is. */
export const knownLogs = (headIndex: number | undefined): KnownLogs => {
  const isHere = (index: number): boolean => index <= (headIndex ?? -1);
  return {
    head: () =>
      headIndex === undefined ? undefined : { index: headIndex, id: recordAt(headIndex) },
    idAt: (_: LogName, index) => (isHere(index) ? recordAt(index) : undefined),
    has: (_: LogName, id: RecordId) =>
      Array.from({ length: (headIndex ?? -1) + 1 }, (__, at) => recordAt(at)).includes(id),
  };
};

export const claimant = (number: number, seq: number): Claimant => ({
  chain: chainOf(number),
  device: deviceNumber(number),
  seq,
});

export const says = (chain: number, seq: number, branch = 0): Said => ({
  chain: chainOf(chain),
  seq,
  id: envelopeAt(chain, seq, branch),
});
