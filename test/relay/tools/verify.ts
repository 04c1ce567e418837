/**
 * Asks a relay over the wire for everything that it promised: envelopes with their positions and
 * bodies, records, chunks. What is missing, doubled, moved or changed becomes a fault in the ledger.
 */
import { setTimeout as sleep } from "node:timers/promises";
import {
  asSignPublicKey,
  assert,
  bytesAreEqual,
  hexToBytes,
} from "../../../packages/crypto/src/types.ts";
import { chunkHashOf, envelopeIdOf, isBodyOf } from "../../../packages/crypto/src/verify.ts";
import {
  type About,
  aboutRoutes,
  BlobAction,
  blobRoutes,
  type BlobStatus,
  type BlobToken,
  type ChainId,
  type EnvelopeId,
  type Envelopes,
  type LogRecords,
  pathOf,
  relayGenerations,
  runToEnvelopes,
  tokenToHeader,
  type VaultId,
  type Vector,
} from "../../../packages/protocol/src/index.ts";
import { nextRequest } from "../../../packages/server/src/testing/registerPerson.ts";
import { askToken } from "./blobLoad.ts";
import {
  fault,
  type Ledger,
  type LedgerBlob,
  type LedgerLog,
  notePlace,
  noteRelay,
  vaultIn,
} from "./ledger.ts";
import { openSession, type Session } from "./session.ts";
import type { World } from "./world.ts";

/** How far a vault was read and found right: everything up to this position, and nothing behind it. */
interface Verified {
  position: number;
  readonly marks: Map<ChainId, { readonly seq: number; readonly id: EnvelopeId }>;
}

export interface Verifier {
  /** What is new since the last time. */
  readonly verify: (url: string) => Promise<void>;
  /** Everything from the first position on, and every chunk. */
  readonly verifyAll: (url: string) => Promise<void>;
  readonly vectorOf: (vault: string) => Vector;
}

export const noteRelayAt = async (ledger: Ledger, url: string): Promise<void> => {
  const answer = await fetch(`${url}${aboutRoutes.about.path}`);
  const about = (await answer.json()) as About;
  const generation = relayGenerations.parse(about.generation);
  const relayKey = hexToBytes(about.relayKey);
  assert(generation.ok && relayKey !== undefined, "a relay names its key and its generation");
  noteRelay(ledger, { generation: generation.value, relayKey: asSignPublicKey(relayKey) });
};

const vectorOf = ({ marks }: Verified): Vector =>
  [...marks]
    .map(([chain, { seq, id }]) => ({ chain, seq, id }))
    .toSorted((left, right) => (left.chain < right.chain ? -1 : 1));

const nothingVerified = (): Verified => ({ position: 0, marks: new Map() });

export const createVerifier = (world: World, ledger: Ledger): Verifier => {
  let verified = new Map<string, Verified>();
  const recheck = new Set<LedgerBlob>();
  let answeredCount = new Map<LedgerBlob, number>();

  const verify = async (url: string): Promise<void> => {
    await noteRelayAt(ledger, url);
    const [person] = world.people;
    assert(person !== undefined, "a world has somebody who is a member everywhere");
    const session = await openSession(url, person.device, ledger);
    if (session === undefined) return fault(ledger, "nobody could log in after a restart");
    for (const [at, { state }] of world.vaults.entries()) {
      const known = verified.get(state.vault) ?? nothingVerified();
      verified.set(state.vault, known);
      await verifyVault(session, ledger, { channel: at + 1, vault: state.vault, known });
    }
    for (const log of ledger.logs.values()) await verifyLog(session, ledger, log);
    recheck.clear();
    for (const blob of ledger.blobs.values())
      if (blob.answered.size > (answeredCount.get(blob) ?? 0)) recheck.add(blob);
    for (const [at, { state }] of world.vaults.entries()) {
      const blobs = [...recheck].filter(({ vault }) => vault === state.vault);
      await verifyBlobs(session, ledger, { url, channel: at + 1, blobs });
    }
    for (const blob of recheck) answeredCount.set(blob, blob.answered.size);
    await session.client.close();
  };

  return {
    verify,
    verifyAll: async (url) => {
      verified = new Map();
      answeredCount = new Map();
      await verify(url);
    },
    vectorOf: (vault) => vectorOf(verified.get(vault) ?? nothingVerified()),
  };
};

interface VaultToVerify {
  readonly channel: number;
  readonly vault: VaultId;
  readonly known: Verified;
}

const verifyVault = async (
  session: Session,
  ledger: Ledger,
  { channel, vault, known }: VaultToVerify,
): Promise<void> => {
  const pages: Envelopes[] = [];
  session.listen((frame) => {
    if (frame.type === "Envelopes" && frame.channel === channel) pages.push(frame);
  });
  const { client } = session;
  const heads = await client.open(channel, vault, { vector: vectorOf(known) });
  await client.next(
    "CatchUpDone",
    (frame) => frame.channel === channel && frame.position >= heads.position,
  );
  for (const page of pages) verifyPage(ledger, vault, known, page);
  if (known.position !== heads.position)
    fault(ledger, `a vault is at ${heads.position}, and its pages end at ${known.position}`);
  for (const { chain, ids, receiptedSeq } of vaultIn(ledger, vault).chains.values()) {
    const mark = known.marks.get(chain as ChainId);
    if ((mark?.seq ?? 0) < receiptedSeq)
      fault(ledger, `${receiptedSeq} of a chain have receipts and ${mark?.seq ?? 0} are there`);
    if (mark !== undefined && ids[mark.seq - 1] !== mark.id)
      fault(ledger, "a chain ends in an envelope that nobody made");
    ledger.counts.unheardOf += Math.max(0, (mark?.seq ?? 0) - receiptedSeq);
  }
  const headSeqs = new Map(heads.chains.map(({ chain, seq }) => [chain, seq]));
  for (const [chain, { seq }] of known.marks)
    if (headSeqs.get(chain) !== seq) fault(ledger, "a chain's head is not its newest envelope");
};

/** Pages are in the order of positions, and no position is left out. */
const verifyPage = (ledger: Ledger, vault: VaultId, known: Verified, page: Envelopes): void => {
  for (const run of page.runs)
    for (const { head, body } of runToEnvelopes(vault, run, envelopeIdOf)) {
      const id = envelopeIdOf(head);
      known.position += 1;
      notePlace(ledger, vault, { id, position: known.position });
      if (body === undefined || !isBodyOf(head, body))
        fault(ledger, "a body is missing or changed");
      if ((known.marks.get(head.chain)?.seq ?? 0) + 1 !== head.seq)
        fault(ledger, "a chain has a gap, or an envelope twice");
      known.marks.set(head.chain, { seq: head.seq, id });
      const made = vaultIn(ledger, vault).chains.get(head.chain)?.ids[head.seq - 1];
      if (made !== id) fault(ledger, "an envelope is there that nobody made");
    }
  // All frames of one page say where the page ends.
  if (known.position > page.position)
    fault(ledger, `a page ends at ${page.position}, and counting leads to ${known.position}`);
};

/** A log of some hundred records, on a machine that has other things to do. */
const logMsMax = 5_000;

const verifyLog = async (session: Session, ledger: Ledger, log: LedgerLog): Promise<void> => {
  const pages: LogRecords[] = [];
  const whole = Promise.withResolvers<void>();
  session.listen((frame) => {
    if (frame.type !== "LogRecords" || frame.name.log !== log.name.log) return;
    pages.push(frame);
    if (frame.fromIndex + frame.records.length > frame.headIndex) whole.resolve();
  });
  session.send({ type: "LogWant", request: nextRequest(), name: log.name, fromIndex: 0 });
  const tooLate = sleep(logMsMax, "too late", { ref: false });
  const came = await Promise.race([whole.promise, session.closed, tooLate]);
  if (came === "too late") fault(ledger, "a log does not come whole");
  const records = pages.flatMap((page) => page.records);
  if (records.length < log.records.length)
    fault(ledger, `${log.records.length} records were answered and ${records.length} are there`);
  for (const [index, bytes] of log.records.entries()) {
    const stored = records[index];
    if (stored !== undefined && !bytesAreEqual(stored, bytes))
      fault(ledger, `record ${index} is another than was answered`);
  }
};

interface BlobsToVerify {
  readonly url: string;
  readonly channel: number;
  readonly blobs: readonly LedgerBlob[];
}

const verifyBlobs = async (
  session: Session,
  ledger: Ledger,
  { url, channel, blobs }: BlobsToVerify,
): Promise<void> => {
  if (blobs.length === 0) return;
  const token = await askToken(session, channel, BlobAction.Read);
  if (token === undefined) return fault(ledger, "no token to read blobs");
  for (const blob of blobs) await verifyBlob(ledger, url, token, blob);
};

const verifyBlob = async (
  ledger: Ledger,
  url: string,
  token: BlobToken,
  { vault, blob, answered, chunkHashes }: LedgerBlob,
): Promise<void> => {
  const get = (path: string): Promise<Response> =>
    fetch(`${url}${path}`, { headers: { authorization: tokenToHeader(token) } });
  const status = await get(pathOf(blobRoutes.blobStatus, { vault, blob }));
  const { missing } = (await status.json()) as BlobStatus;
  for (const index of answered) {
    if (missing.includes(index)) fault(ledger, "a chunk that was taken is said to be missing");
    const chunk = await get(pathOf(blobRoutes.getChunk, { vault, blob, index }));
    const bytes = new Uint8Array(await chunk.arrayBuffer());
    const expected = chunkHashes[index];
    if (!chunk.ok || expected === undefined || !bytesAreEqual(chunkHashOf(bytes), expected))
      fault(ledger, `a chunk that was taken is not there whole: ${chunk.status}`);
  }
};
