/** Whether bodies may go behind a checkpoint. Nothing the relay knows by itself makes one count. */
import { times, type UserId } from "@duro/protocol";
import { placeOf } from "./placeOf.ts";
import type { AttestFacts, CheckpointFacts, VaultFacts } from "./vaultFacts.ts";

export type Judgement =
  | "counts"
  /** Not yet: a verdict, a body, a blob or a record is missing. */
  | "waiting"
  /** An active writer found something else than it says. */
  | "blocked"
  /** It says what is not so, or says it from a place that does not count. */
  | "void";

export const judgeCheckpoint = (facts: VaultFacts, checkpoint: CheckpointFacts): Judgement => {
  const { says } = checkpoint;
  const named = [checkpoint.mark, ...(says.kind === "read" ? says.coverage : [])];
  const places = new Set(named.map((mark) => placeOf(facts, mark)));
  if (says.kind === "unreadable" || places.has("never")) return "void";
  const attests = facts.attests.filter(
    (attest) =>
      attest.checkpoint === checkpoint.mark.id && placeOf(facts, attest.mark) === "counts",
  );
  if (attests.some(({ isOk, user }) => !isOk && isActiveWriter(facts, user))) return "blocked";
  if (says.kind !== "read" || places.has("held")) return "waiting";
  if (!says.blobs.every((blob) => facts.wholeBlobs.has(blob))) return "waiting";
  const isVouchedFor = attests.some((attest) => vouchesFor(facts, attest, checkpoint));
  return isVouchedFor || hasStoodAlone(facts, checkpoint) ? "counts" : "waiting";
};

const isActiveWriter = ({ writers, nowMs }: VaultFacts, user: UserId): boolean => {
  const writtenAtMs = writers.get(user);
  return writtenAtMs !== undefined && nowMs - writtenAtMs < times.activeWriterMs;
};

/** Another user, or another device of the author's where nobody else could be asked. */
const vouchesFor = (
  facts: VaultFacts,
  { isOk, user, device }: AttestFacts,
  checkpoint: CheckpointFacts,
): boolean => {
  if (!isOk) return false;
  if (user !== checkpoint.user) return true;
  return device !== checkpoint.device && isOnlyWriter(facts, user);
};

const isOnlyWriter = ({ writers }: VaultFacts, user: UserId): boolean =>
  writers.size === 1 && writers.has(user);

/** Time takes the place of a verdict only where nobody is there to give one. */
const hasStoodAlone = (facts: VaultFacts, { user, storedAtMs }: CheckpointFacts): boolean =>
  facts.nowMs - storedAtMs >= times.activeWriterMs &&
  [...facts.writers.keys()].every((writer) => writer === user || !isActiveWriter(facts, writer));
