/** Envelopes that may be stored already: the same ones get their receipt again, others are a fork. */
import { bytesAreEqual, err, ok, type Result } from "@duro/crypto/types";
import { type VerifiedEnvelope, verifySignedHead } from "@duro/crypto/verify";
import { type ReceiptPart, refused, type Refused } from "@duro/protocol";
import type { ChainStore, PlacedEnvelope } from "../ports/chainStore.ts";
import type { ReceiptSigner } from "./receipts.ts";
import { type CheckedStretch, signedHeadBytes } from "./stretch.ts";

export interface ResentDeps {
  readonly chainStore: ChainStore;
  readonly signReceipt: ReceiptSigner;
}

const headByteLength = 172;

export const resent = async (
  deps: ResentDeps,
  stretch: CheckedStretch,
  envelopes: readonly VerifiedEnvelope[],
  nowMs: number,
): Promise<Result<readonly ReceiptPart[], Refused>> => {
  const [first] = envelopes;
  if (first === undefined) return ok([]);
  const stored = await deps.chainStore.range(stretch, first.head.seq, envelopes.length, false);
  const forkedAt = envelopes.find((envelope, at) => !isSame(envelope, stored[at]));
  if (forkedAt !== undefined) return keepFork(deps, stretch, forkedAt, nowMs);
  await fillBodies(deps, stretch, envelopes, stored);
  return ok(
    contiguous(stored, envelopes).map(({ placed, ids }) =>
      deps.signReceipt(stretch, placed, ids, nowMs),
    ),
  );
};

const isSame = (envelope: VerifiedEnvelope, stored: PlacedEnvelope | undefined): boolean =>
  stored !== undefined &&
  bytesAreEqual(
    signedHeadBytes(envelope).subarray(0, headByteLength),
    stored.signedHead.subarray(0, headByteLength),
  );

const keepFork = async (
  { chainStore }: ResentDeps,
  { vault, chain, signKey }: CheckedStretch,
  envelope: VerifiedEnvelope,
  nowMs: number,
): Promise<Result<never, Refused>> => {
  const { seq } = envelope.head;
  const forks = verifySignedHead(envelope, signKey).ok
    ? [
        {
          vault,
          chain,
          seq,
          envelope: envelope.id,
          signedHead: signedHeadBytes(envelope),
          seenAtMs: nowMs,
        },
      ]
    : [];
  if (forks.length > 0)
    await chainStore.append({ vaults: [vault], chains: [], devices: [], hasQuota: false }, () => ({
      runs: [],
      chains: [],
      vaults: [],
      checkpoints: [],
      attests: [],
      forks,
    }));
  return err(refused("ChainForked", { at: seq }));
};

/** Somebody who had the head alone may have carried it here first; its author brings the body. */
const fillBodies = async (
  { chainStore }: ResentDeps,
  { vault }: CheckedStretch,
  envelopes: readonly VerifiedEnvelope[],
  stored: readonly PlacedEnvelope[],
): Promise<void> => {
  const bodies = envelopes.flatMap(({ body }, at) => {
    const position = stored[at]?.position;
    return body === undefined || position === undefined ? [] : [{ position, body }];
  });
  if (bodies.length > 0) await chainStore.fillBodies(vault, bodies);
};

interface Contiguous {
  readonly placed: PlacedEnvelope[];
  readonly ids: VerifiedEnvelope["id"][];
}

/** One receipt speaks of positions that follow one another. */
const contiguous = (
  stored: readonly PlacedEnvelope[],
  envelopes: readonly VerifiedEnvelope[],
): readonly Contiguous[] => {
  const parts: Contiguous[] = [];
  for (const [at, placed] of stored.entries()) {
    const id = envelopes[at]?.id;
    const last = parts.at(-1);
    if (id === undefined) continue;
    if (last !== undefined && last.placed.at(-1)?.position === placed.position - 1) {
      last.placed.push(placed);
      last.ids.push(id);
    } else parts.push({ placed: [placed], ids: [id] });
  }
  return parts;
};
