/**
 * Whether a checkpoint counts: for readers who cannot get the bodies any more, as for the relay that
 * drops them. docs/decisions/0008-what-the-relay-drops.md.
 */
import { times, type UserId } from "@duro/protocol";
import type { AttestFacts, CheckpointFacts, JudgingFacts } from "./checkpointFacts.ts";
import { placeOf, placeOfAll, type PlaceFacts } from "./placeOf.ts";

export type Judgement =
  | "counts"
  /** Not yet: a verdict, a body, a blob, an envelope or a record is missing. */
  | "waiting"
  /** An active writer found something else than it says: an alarm. */
  | "blocked"
  /** It says what is not so, or says it from a place that does not count. */
  | "void";

export const judgeCheckpoint = (facts: JudgingFacts, checkpoint: CheckpointFacts): Judgement => {
  const { says } = checkpoint;
  if (isVoid(facts, checkpoint)) return "void";
  const attests = attestsThatCount(facts, checkpoint);
  if (attests.some(({ isOk, user }) => !isOk && isActiveWriter(facts, user))) return "blocked";
  if (says.kind !== "read" || placesOf(facts, checkpoint) === "held") return "waiting";
  if (says.blobs.some((blob) => facts.missingBlobs.has(blob))) return "waiting";
  const isVouchedFor = attests.some((attest) => vouchesFor(facts, attest, checkpoint));
  return isVouchedFor || hasStoodAlone(facts, checkpoint) ? "counts" : "waiting";
};

/** Past a cut, over a void envelope, of other envelopes than are here: whoever vouches for it. */
const isVoid = (facts: PlaceFacts, checkpoint: CheckpointFacts): boolean =>
  checkpoint.says.kind === "unreadable" || placesOf(facts, checkpoint) === "never";

const placesOf = (facts: PlaceFacts, { mark, says }: CheckpointFacts) =>
  placeOfAll(facts, [mark, ...(says.kind === "read" ? says.coverage : [])]);

const attestsThatCount = (facts: JudgingFacts, { mark }: CheckpointFacts): readonly AttestFacts[] =>
  facts.attests.filter(
    (attest) => attest.checkpoint === mark.id && placeOf(facts, attest.mark) === "counts",
  );

const isActiveWriter = ({ writers, nowMs }: JudgingFacts, user: UserId): boolean => {
  const heardAtMs = writers.get(user);
  return heardAtMs !== undefined && nowMs - heardAtMs < times.activeWriterMs;
};

/** Another user, or another device of the author's where nobody else could be asked. */
const vouchesFor = (
  facts: JudgingFacts,
  { isOk, user, device }: AttestFacts,
  checkpoint: CheckpointFacts,
): boolean => {
  if (!isOk) return false;
  if (user !== checkpoint.user) return true;
  return device !== checkpoint.device && isOnlyWriter(facts, user);
};

const isOnlyWriter = ({ writers }: JudgingFacts, user: UserId): boolean =>
  writers.size === 1 && writers.has(user);

/** Time takes the place of a verdict only where nobody is there to give one. */
const hasStoodAlone = (facts: JudgingFacts, { user, storedAtMs }: CheckpointFacts): boolean =>
  facts.nowMs - storedAtMs >= times.activeWriterMs &&
  [...facts.writers.keys()].every((writer) => writer === user || !isActiveWriter(facts, writer));
