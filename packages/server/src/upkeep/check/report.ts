/** Gathers what a check finds and how much it looked at, in bounded memory. */
import type { Finding, FindingType } from "./finding.ts";

export interface CheckCounts {
  readonly users: number;
  readonly vaults: number;
  readonly records: number;
  readonly chains: number;
  readonly envelopes: number;
  /** Whose hash was held against their head. */
  readonly bodies: number;
  /** Of envelopes that were looked at: dropped, or never brought. */
  readonly absentBodies: number;
  readonly blobs: number;
  readonly chunks: number;
}

/** More than somebody reads; a database that lost a table has millions. */
const findingCountMax = 1_000;

export interface Report {
  readonly find: (finding: Finding) => void;
  readonly count: (what: keyof CheckCounts, by?: number) => void;
  readonly counts: () => CheckCounts;
  /** The first of them. */
  readonly findings: () => readonly Finding[];
  readonly countByType: () => ReadonlyMap<FindingType, number>;
}

export const createReport = (): Report => {
  const counts = {
    users: 0,
    vaults: 0,
    records: 0,
    chains: 0,
    envelopes: 0,
    bodies: 0,
    absentBodies: 0,
    blobs: 0,
    chunks: 0,
  } satisfies CheckCounts;
  const findings: Finding[] = [];
  const countByType = new Map<FindingType, number>();
  return {
    find: (finding) => {
      countByType.set(finding.type, (countByType.get(finding.type) ?? 0) + 1);
      if (findings.length < findingCountMax) findings.push(finding);
    },
    count: (what, by = 1) => {
      counts[what] += by;
    },
    counts: () => ({ ...counts }),
    findings: () => findings,
    countByType: () => countByType,
  };
};
