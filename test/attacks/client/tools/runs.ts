/** Runs as a lying relay cuts them up and puts them together. */
import { assert, type Envelope } from "@duro/crypto/types";
import { envelopeIdOf } from "@duro/crypto/verify";
import { envelopesToRun, type Run, runToEnvelopes, type VaultId } from "@duro/protocol";

export const envelopesOf = (vault: VaultId, runs: readonly Run[]): readonly Envelope[] =>
  runs.flatMap((run) => runToEnvelopes(vault, run, envelopeIdOf));

/** One envelope each. */
export const splitRuns = (vault: VaultId, runs: readonly Run[]): readonly Run[] =>
  envelopesOf(vault, runs).map((envelope) => envelopesToRun([envelope]));

/** The item that a test knows to be there. */
export const item = <T>(list: readonly T[], at: number): T => {
  const found = list.at(at);
  assert(found !== undefined, "the test has made that many");
  return found;
};
