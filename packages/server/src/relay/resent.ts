/** Envelopes that may be stored already: the same ones get their receipt again, others are a fork. */
import { bytesAreEqual, err, ok, type Result, sizes } from "@duro/crypto/types";
import { type VerifiedEnvelope, verifySignedHead } from "@duro/crypto/verify";
import { type ReceiptPart, refused, type Refused } from "@duro/protocol";
import type { ChainStore, PlacedEnvelope } from "../ports/chainStore.ts";
import type { ReceiptSigner } from "./receipts.ts";
import { forkedHead } from "./planAppend.ts";
import type { CheckedStretch } from "./stretch.ts";

export interface ResentDeps {
  readonly chainStore: ChainStore;
  readonly signReceipt: ReceiptSigner;
}

export const resent = async (
  deps: ResentDeps,
  stretch: CheckedStretch,
  envelopes: readonly VerifiedEnvelope[],
  nowMs: number,
): Promise<Result<readonly ReceiptPart[], Refused>> => {
  const [first] = envelopes;
  if (first === undefined) return ok([]);
  const stored = await deps.chainStore.range(stretch, first.head.seq, envelopes.length, false);
  const forkedAt = envelopes.find(
    (_, at) => !isSame(stretch.signedHeads[at], stored[at]?.signedHead),
  );
  if (forkedAt !== undefined) return keepFork(deps, stretch, forkedAt, nowMs);
  await fillBodies(deps, stretch, envelopes, stored);
  return ok(
    contiguous(stored, envelopes).map(({ placed, ids }) =>
      deps.signReceipt(stretch, placed, ids, nowMs),
    ),
  );
};

/** One head may be signed twice: it is one envelope all the same. */
const isSame = (brought: Uint8Array | undefined, stored: Uint8Array | undefined): boolean =>
  brought !== undefined &&
  stored !== undefined &&
  bytesAreEqual(
    brought.subarray(0, sizes.headByteLength),
    stored.subarray(0, sizes.headByteLength),
  );

const keepFork = async (
  { chainStore }: ResentDeps,
  stretch: CheckedStretch,
  envelope: VerifiedEnvelope,
  nowMs: number,
): Promise<Result<never, Refused>> => {
  const { vault, signKey } = stretch;
  const { seq } = envelope.head;
  const forks = verifySignedHead(envelope, signKey).ok
    ? [forkedHead(stretch, envelope, nowMs)]
    : [];
  if (forks.length > 0)
    await chainStore.append(
      { vaults: [vault], chains: [], devices: [], hasQuota: false, isAlone: false },
      () => ({
        runs: [],
        chains: [],
        vaults: [],
        checkpoints: [],
        attests: [],
        forks,
      }),
    );
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
