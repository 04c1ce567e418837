/** What a check says: counts and sentences for a person, everything with its names for a script. */
import type { Json } from "../outcome.ts";
import { sayCount } from "../sayAmounts.ts";
import type { Checked } from "./checkRelay.ts";
import { findingSentences } from "./finding.ts";

export const findingLines = (checked: Checked): readonly string[] => {
  const { counts, findingCount, countByType, depth, vaultCount } = checked;
  const looked =
    `Looked at ${sayCount(counts.users, "user")}, ${sayCount(counts.vaults, "vault")}, ` +
    `${sayCount(counts.records, "record")}, ${sayCount(counts.chains, "chain")}, ` +
    `${sayCount(counts.envelopes, "envelope")} with ${sayCount(counts.bodies, "body", "bodies")}, ` +
    `${sayCount(counts.blobs, "blob")} with ${sayCount(counts.chunks, "chunk")}.`;
  const whole = depth === "full" ? "Every byte holds." : "What was looked at holds.";
  return [
    looked,
    ...(counts.vaults < vaultCount
      ? [`${sayCount(vaultCount - counts.vaults, "vault")} more did not fit into the time.`]
      : []),
    ...(findingCount === 0
      ? [whole]
      : [...countByType].map(([type, count]) => `${findingSentences[type]} (${count} ×)`)),
  ];
};

export const findingsJson = ({ findings }: Checked): Json =>
  findings.map(({ type, ...place }) => ({
    finding: type,
    message: findingSentences[type],
    ...place,
  }));
