/** What came since the newest checkpoint that may still count. */
import type { ChainId, DeviceId } from "@duro/protocol";
import type { SinceCheckpoint } from "../checkpoints/checkpointDue.ts";
import { readEnvelopes } from "../vault/readEnvelopes.ts";
import type { VaultMemory } from "../vault/vaultMemory.ts";
import type { FoundCheckpoint } from "./survey.ts";

/** A checkpoint is due long before: nobody needs to know how long. */
const countedEnvelopeMax = 1_024;

/** A blocked one of ours counts too: whoever blocks them all would have us write for ever. */
export const sinceCheckpoint = async (
  memory: VaultMemory,
  found: readonly FoundCheckpoint[],
): Promise<SinceCheckpoint> => {
  const device = memory.own.device.id;
  const candidates = found
    .filter((one) => mayCount(one, device))
    .map(({ body }) => new Map(body.clear.coverage.map(({ chain, seq }) => [chain, seq])));
  const counts = [new Map<ChainId, number>(), ...candidates].map((seqs) =>
    envelopeCountSince(memory, seqs),
  );
  const envelopeCount = Math.min(...counts);
  const newest = candidates[counts.indexOf(envelopeCount) - 1];
  if (envelopeCount > countedEnvelopeMax) return { envelopeCount, byteLength: 0 };
  return { envelopeCount, byteLength: await byteLengthSince(memory, newest ?? new Map()) };
};

const mayCount = ({ judgement, device }: FoundCheckpoint, own: DeviceId): boolean =>
  judgement === "counts" || judgement === "waiting" || (judgement === "blocked" && device === own);

const envelopeCountSince = ({ chains }: VaultMemory, seqs: ReadonlyMap<ChainId, number>): number =>
  [...chains.values()].reduce(
    (sum, { chain, counted }) => sum + Math.max(0, counted - (seqs.get(chain) ?? 0)),
    0,
  );

const byteLengthSince = async (
  memory: VaultMemory,
  seqs: ReadonlyMap<ChainId, number>,
): Promise<number> => {
  let byteLength = 0;
  for (const { chain, counted } of memory.chains.values())
    for (let from = (seqs.get(chain) ?? 0) + 1; from <= counted;) {
      const page = await readEnvelopes(memory, chain, from, counted + 1);
      if (page.length === 0) break;
      for (const { head } of page) byteLength += head.bodyByteLength;
      from += page.length;
    }
  return byteLength;
};
