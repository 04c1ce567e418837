/** Every checkpoint and every verdict that is here, and what this device makes of each. */
import { EnvelopeFlag, EnvelopeKind } from "@duro/crypto/types";
import { checkPlace } from "@duro/crypto/verify";
import {
  type BlobId,
  type Body,
  type ChainMark,
  type DeviceId,
  type EnvelopeId,
  type UserId,
  Verdict,
} from "@duro/protocol";
import {
  type AttestFacts,
  type CheckpointFacts,
  type JudgingFacts,
  writersOf,
} from "../checkpoints/checkpointFacts.ts";
import { judgeCheckpoint, type Judgement } from "../checkpoints/judgeCheckpoint.ts";
import type { VaultMemory } from "../vault/vaultMemory.ts";
import { type CheckpointMark, lookedAt, readMarks } from "./checkpointMarks.ts";
import { heardNow } from "./heard.ts";
import { placeFacts } from "./placesHere.ts";
import { bodyOf, readVerified } from "./readVerified.ts";

export type CheckpointSaid = Extract<Body, { type: "Checkpoint" }>;

export interface FoundCheckpoint {
  readonly at: ChainMark;
  readonly device: DeviceId;
  readonly body: CheckpointSaid;
  /** All before it that it covers is to go, once it counts. */
  readonly isPurge: boolean;
  readonly judgement: Judgement;
  /** By this device. */
  readonly isAttested: boolean;
  /** Here and now: nothing before it in its chain waits. */
  readonly isCounted: boolean;
}

export interface Survey {
  readonly judging: JudgingFacts;
  readonly found: readonly FoundCheckpoint[];
  readonly marks: readonly CheckpointMark[];
}

export interface Moment {
  readonly nowMs: number;
  /** It may have come long before: this device was away. */
  readonly isCatchingUp: boolean;
  readonly missingBlobs: ReadonlySet<BlobId>;
  /** What was opened before. */
  readonly bodies: Map<EnvelopeId, Body>;
}

interface Read {
  readonly mark: CheckpointMark;
  readonly at: ChainMark;
  readonly user: UserId;
  readonly device: DeviceId;
  readonly body: Body;
  readonly isPurge: boolean;
}

/** In a job of the vault: chains do not move meanwhile. */
export const surveyVault = async (memory: VaultMemory, moment: Moment): Promise<Survey> => {
  const { vault, store, view, own } = memory;
  const marks = await readMarks(memory);
  const reads: Read[] = [];
  for (const mark of marks) {
    const read = await readOne(memory, mark, moment);
    if (read !== undefined) reads.push(read);
  }
  const attests = reads.flatMap(attestOf);
  const checkpoints = reads.flatMap(({ body, ...read }) =>
    body.type === "Checkpoint"
      ? [{ ...read, body, facts: factsOf({ ...read, body }, body, moment) }]
      : [],
  );
  const named = [
    ...reads.map(({ at }) => at),
    ...checkpoints.flatMap(({ body }) => body.clear.coverage),
  ];
  const { heard, writes } = await heardNow(memory, moment.nowMs);
  const judging: JudgingFacts = {
    ...(await placeFacts(memory, named)),
    nowMs: moment.nowMs,
    writers: writersOf(view.state.members, heard),
    attests,
    missingBlobs: moment.missingBlobs,
  };
  const fresh = checkpoints.filter(({ mark }) => mark.storedAtMs === undefined);
  const noted = [
    ...writes,
    ...fresh.map(({ mark, facts }) => lookedAt(vault, mark, facts.storedAtMs)),
  ];
  // A store without room: noted by a later look, which makes it later and no sooner.
  if (noted.length > 0) await store.commit(noted);
  return {
    judging,
    marks,
    found: checkpoints.map(({ at, device, body, isPurge, facts }) => ({
      at,
      device,
      body,
      isPurge,
      judgement: judgeCheckpoint(judging, facts),
      isAttested: attests.some(
        (attest) => attest.checkpoint === at.id && attest.device === own.device.id,
      ),
      isCounted: (memory.chains.get(at.chain)?.counted ?? 0) >= at.seq,
    })),
  };
};

/** Also where it does not count yet: its author's signature, its place in the log and its seal hold. */
const readOne = async (
  memory: VaultMemory,
  mark: CheckpointMark,
  { bodies }: Moment,
): Promise<Read | undefined> => {
  const { chain, seq } = mark;
  const row = memory.chains.get(chain);
  const [envelope] = await readVerified(memory, chain, seq, seq + 1);
  if (row === undefined || envelope === undefined) return undefined;
  const { kind } = envelope.head;
  if (kind !== EnvelopeKind.Checkpoint && kind !== EnvelopeKind.Attest) return undefined;
  if (row.counted < seq && !checkPlace(memory.view.state, 0, envelope.head).ok) return undefined;
  const body = bodies.get(envelope.id) ?? bodyOf(memory.view, envelope);
  if (body === undefined) return undefined;
  bodies.set(envelope.id, body);
  const { user, device } = row;
  const isPurge = (envelope.head.flags & EnvelopeFlag.Purge) !== 0;
  return { mark, at: { chain, seq, id: envelope.id }, user, device, body, isPurge };
};

const attestOf = ({ at, user, device, body }: Read): readonly AttestFacts[] =>
  body.type === "Attest"
    ? [
        {
          mark: at,
          user,
          device,
          checkpoint: body.clear.checkpoint,
          isOk: body.clear.verdict === Verdict.Ok,
        },
      ]
    : [];

const factsOf = (
  { at, user, device, mark }: Read,
  { clear, plaintext }: CheckpointSaid,
  { nowMs, isCatchingUp }: Moment,
): CheckpointFacts => ({
  mark: at,
  user,
  device,
  storedAtMs: mark.storedAtMs ?? (isCatchingUp ? Math.min(nowMs, plaintext.beacon.nowMs) : nowMs),
  says: { kind: "read", coverage: clear.coverage, blobs: clear.blobs },
});
