/** Protections of checkpoints on devices. */
import { type Guard, guard, on } from "./guard.ts";

const checkpoints = (path: string): string => `client/src/checkpoints/${path}`;
const compaction = (path: string): string => `client/src/compaction/${path}`;

export const checkpointGuards: readonly Guard[] = [
  guard(
    "[CP2] what V2 does not bring back lies there as V1",
    checkpoints("packedState.ts"),
    "unpackState(short).ok",
    [checkpoints("packedState.test.ts")],
    on,
  ),
  guard(
    "[CP1] a state that is loaded is held against its digest",
    checkpoints("packedState.ts"),
    "bytesAreEqual(docDigestOf(canonical), state.digest)",
    [checkpoints("packedState.test.ts")],
    on,
  ),
  guard(
    "[CP3] a few bytes do not stand for any number of structs",
    checkpoints("checkPacked.ts"),
    "allCount > stateStructCountMax",
    [checkpoints("checkPacked.test.ts")],
  ),
  guard("[CP3] deletions rise", checkpoints("checkPacked.ts"), "clock < end", [
    checkpoints("checkPacked.test.ts"),
  ]),
  guard(
    "[CP1] nothing pending is packed",
    checkpoints("freshDoc.ts"),
    "pendingStructs === null && pendingDs === null",
    [checkpoints("packCheckpoint.test.ts")],
    on,
  ),
  guard(
    "[CP4] another digest is a mismatch",
    checkpoints("compareWithCheckpoint.ts"),
    "!bytesAreEqual(own.digest, digest)",
    [checkpoints("compareWithCheckpoint.test.ts")],
  ),
  guard(
    "[CP5] coverage ends before what is void",
    checkpoints("coverageOf.ts"),
    "voidAt > 0 && counted.seq >= voidAt",
    [checkpoints("coverageOf.test.ts")],
  ),
  guard(
    "[CP6] what covers a void envelope is void",
    checkpoints("placeOf.ts"),
    "voidAt > 0 && mark.seq >= voidAt",
    [checkpoints("judgeCheckpoint.test.ts")],
  ),
  guard(
    "[CP6] a mismatch of an active writer blocks",
    checkpoints("judgeCheckpoint.ts"),
    "!isOk && isActiveWriter(facts, user)",
    [checkpoints("judgeCheckpoint.test.ts")],
  ),
  guard(
    "[CP8] a state that holds more than is covered attests nothing",
    checkpoints("mayAttest.ts"),
    "ahead !== undefined",
    [checkpoints("mayAttest.test.ts")],
  ),
  guard(
    "[CP1] while edits wait to be sealed there is no checkpoint",
    compaction("readMoment.ts"),
    "unsealed.length > 0",
    [compaction("readMoment.test.ts")],
  ),
  guard(
    "[CP8] nobody attests a checkpoint from itself",
    compaction("attestCheckpoint.ts"),
    "base?.at.id === mark.id",
    [compaction("compactor.test.ts")],
  ),
  guard(
    "[CP9] a checkpoint is judged by its place in the log before it counts",
    compaction("survey.ts"),
    "row.counted < seq && !checkPlace(memory.view.state, 0, envelope.head).ok",
    [compaction("compactor.test.ts")],
  ),
  guard(
    "[CP9] only a checkpoint that counts is loaded",
    compaction("compactor.ts"),
    'one.judgement === "counts" &&\n        helps(memory, one)',
    [compaction("compactor.test.ts")],
    "helps(memory, one)",
  ),
  guard(
    "[CP10] bodies go only behind a checkpoint that counts",
    compaction("pruneBehind.ts"),
    'judgement === "counts"',
    [compaction("compactor.test.ts")],
    on,
  ),
  guard(
    "[CP13] bodies are put again behind a cut",
    compaction("compactor.ts"),
    "for (const stretch of await bodiesToGive(memory, found)) uploads.fill(stretch);",
    [compaction("giveBodies.test.ts")],
    "",
  ),
  guard(
    "[CP13] what was written behind the cut is not put again",
    compaction("giveBodies.ts"),
    "(indexByRecord.get(head.logHead) ?? cutAt) < cutAt",
    [compaction("giveBodies.test.ts")],
    on,
  ),
  guard(
    "[CP14] what does not come is told",
    compaction("compactor.ts"),
    "memory.areBodiesGone ? waiting.length : 0",
    [compaction("giveBodies.test.ts")],
    "0",
  ),
  guard(
    "[CP15] an author does not wait for ever for bodies of their own",
    compaction("compactor.ts"),
    "waiting.some(([chain]) => chain === memory.own.chain)",
    [compaction("bodiesGone.test.ts")],
  ),
  guard(
    "[CP15] nobody settles while their own chain waits for a body",
    "client/src/vault/rebuild.ts",
    "areBodiesGone && chain !== own.chain",
    [compaction("bodiesGone.test.ts")],
    "areBodiesGone",
  ),
  guard(
    "[COUNT7] what only the documents have is written again",
    "client/src/vault/rebuild.ts",
    "...(goesOn ? [] : formers.keys())",
    [compaction("cutBehindBase.test.ts")],
    "",
  ),
  guard(
    "[CUT1] whoever cuts is caught up",
    "client/src/duties/duties.ts",
    'owed(vault)?.kind === "cut" && !(await refresh(vault))',
    ["client/src/duties/duties.test.ts"],
  ),
  guard(
    "[CP7] a purge is owed a checkpoint, whatever came since the last one",
    compaction("compactor.ts"),
    "(await readPurgeOwed(memory)) !== undefined",
    [compaction("compactor.test.ts")],
  ),
  guard(
    "[CP7] what was purged is in no checkpoint that says purge",
    compaction("purgeOwed.ts"),
    "mark.chain === chain && mark.seq >= seq",
    [compaction("compactor.test.ts")],
    on,
  ),
  guard(
    "[CP12] behind a purge blobs wait for no second one",
    compaction("ownBlobs.ts"),
    "purges.some((purge) => isBehind(one, purge))",
    [compaction("compactor.test.ts")],
  ),
  guard(
    "[CP9] a body that comes later is the one that its head names",
    compaction("takeBodies.ts"),
    "!isBodyOf(ours.head, theirs.body)",
    [compaction("takeBodies.test.ts")],
  ),
];
