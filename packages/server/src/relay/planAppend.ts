/**
 * What one flush writes: stretches placed one behind the other, under the store's lock. Pure but for
 * the known logs it looks at.
 */
import { assert, EnvelopeKind, EnvelopeFlag } from "@duro/crypto/types";
import { readClear, type VerifiedEnvelope, verifySignedHead } from "@duro/crypto/verify";
import {
  decodeBodyClear,
  refused,
  type Refused,
  signedHeadByteLength,
  type VaultId,
  Verdict,
} from "@duro/protocol";
import { placeRun } from "../domain/placeRun.ts";
import type {
  AttestRow,
  ChainWrites,
  CheckpointRow,
  ForkedHead,
  Held,
  HeldVault,
  NewRun,
  PlacedEnvelope,
  StoredChain,
} from "../ports/chainStore.ts";
import type { KnownLogs } from "./knownLogs.ts";
import type { CheckedStretch } from "./stretch.ts";

export type Planned =
  /** Those before `from` are stored already. */
  | {
      readonly kind: "stored";
      readonly stretch: CheckedStretch;
      readonly from: number;
      readonly placed: readonly PlacedEnvelope[];
    }
  | { readonly kind: "before"; readonly stretch: CheckedStretch }
  | {
      readonly kind: "refused";
      readonly stretch: CheckedStretch;
      readonly refused: Refused;
      /** Shows that its author wrote two envelopes for one place. */
      readonly fork: VerifiedEnvelope | undefined;
    }
  /** The vault's log is further than it is known here: read it, and try again. */
  | { readonly kind: "again"; readonly stretch: CheckedStretch; readonly logIndex: number };

export interface AppendPlan extends ChainWrites {
  readonly planned: readonly Planned[];
}

export interface PlanDeps {
  readonly logs: KnownLogs;
  readonly nowMs: number;
  /** Of accounts without one of their own; undefined: unlimited. */
  readonly quotaByteLength: number | undefined;
}

/** How a vault grows while the flush is planned. */
interface Growing {
  readonly held: HeldVault;
  position: number;
  addedByteLength: number;
}

export const planAppend = (
  deps: PlanDeps,
  held: Held,
  stretches: readonly CheckedStretch[],
): AppendPlan => {
  const growingByVault = new Map<VaultId, Growing>();
  const chains = new Map<string, StoredChain>();
  const runs: NewRun[] = [];
  const checkpoints: CheckpointRow[] = [];
  const attests: AttestRow[] = [];
  const forks: ForkedHead[] = [];
  const planned = stretches.map((stretch): Planned => {
    const growing = growingOf(growingByVault, held, stretch.vault);
    const key = `${stretch.vault}${stretch.chain}`;
    const stored = chains.get(key) ?? held.chain(stretch);
    const plan = planOne(deps, held, growing, stored, stretch);
    if (plan.kind === "refused" && plan.fork !== undefined)
      forks.push(forkedHead(stretch, plan.fork, deps.nowMs));
    if (plan.kind !== "stored" || growing === undefined) return plan;
    const { placed } = plan;
    const [first] = placed;
    const last = stretch.envelopes.at(-1);
    assert(first !== undefined && last !== undefined, "what is stored has an envelope");
    growing.position += placed.length;
    growing.addedByteLength += byteLengthOf(placed);
    runs.push({
      vault: stretch.vault,
      chain: stretch.chain,
      firstPosition: first.position,
      envelopes: placed,
    });
    chains.set(key, chainAfter(stretch, stored, plan.after, deps.nowMs));
    for (const [at, envelope] of stretch.envelopes.slice(plan.from).entries())
      noteClear(stretch, envelope, first.position + at, deps.nowMs, checkpoints, attests);
    return plan;
  });
  return {
    planned,
    runs,
    chains: [...chains.values()],
    vaults: [...growingByVault.values()]
      .filter(({ held: before, position }) => position > before.position)
      .map(({ held: { vault }, position, addedByteLength }) => ({
        vault,
        position,
        addedByteLength,
      })),
    checkpoints,
    attests,
    forks,
  };
};

const growingOf = (
  growingByVault: Map<VaultId, Growing>,
  held: Held,
  vault: VaultId,
): Growing | undefined => {
  const known = growingByVault.get(vault);
  const found = held.vaults.get(vault);
  if (known !== undefined || found === undefined) return known;
  const growing = { held: found, position: found.position, addedByteLength: 0 };
  growingByVault.set(vault, growing);
  return growing;
};

type PlannedOne =
  | Exclude<Planned, { kind: "stored" }>
  | (Extract<Planned, { kind: "stored" }> & {
      readonly after: Extract<ReturnType<typeof placeRun>, { kind: "store" }>["after"];
    });

const planOne = (
  deps: PlanDeps,
  held: Held,
  growing: Growing | undefined,
  stored: StoredChain | undefined,
  stretch: CheckedStretch,
): PlannedOne => {
  const refuse = (refusal: Refused, fork?: VerifiedEnvelope): PlannedOne => ({
    kind: "refused",
    stretch,
    refused: refusal,
    fork,
  });
  if (growing === undefined) return refuse(refused("VaultUnknown"));
  const [put] = stretch.puts;
  if (put !== undefined && held.revoked.has(put.asker.device))
    return refuse(refused("DeviceRemoved"));
  const { logHead } = growing.held;
  const state = deps.logs.knownVault(stretch.vault);
  if (state === undefined || state.head.id !== logHead.id)
    return { kind: "again", stretch, logIndex: logHead.index };
  const pin = state.pins.get(stretch.opening.user);
  const identity = pin === undefined ? undefined : deps.logs.identityAt(pin);
  const { opening, envelopes } = stretch;
  const placed = placeRun({ state, identity, opening, stored }, envelopes);
  switch (placed.kind) {
    case "before":
      return { kind: "before", stretch };
    case "forked": {
      // Only what its author signed by itself is evidence against them.
      const isSigned = verifySignedHead(placed.at, stretch.signKey).ok;
      const refusal = refused("ChainForked", { at: placed.at.head.seq });
      return refuse(refusal, isSigned ? placed.at : undefined);
    }
    case "refused":
      return refuse(placed.refused);
    case "store": {
      const { from } = placed;
      const fresh = envelopes.slice(from);
      const over = beyondQuota(deps, growing, fresh);
      if (over !== undefined) return refuse(over);
      return {
        kind: "stored",
        stretch,
        from,
        after: placed.after,
        placed: fresh.map((envelope, at) =>
          placedAt(envelope, signedHeadAt(stretch, from + at), growing.position + 1 + at),
        ),
      };
    }
  }
};

const signedHeadAt = ({ signedHeads }: CheckedStretch, at: number): Uint8Array => {
  const signedHead = signedHeads[at];
  assert(signedHead !== undefined, "every envelope has its bytes");
  return signedHead;
};

const placedAt = (
  envelope: VerifiedEnvelope,
  signedHead: Uint8Array,
  position: number,
): PlacedEnvelope => ({
  chain: envelope.head.chain,
  position,
  seq: envelope.head.seq,
  kind: envelope.head.kind,
  flags: envelope.head.flags,
  bodyByteLength: envelope.head.bodyByteLength,
  signedHead,
  body: envelope.body,
});

const byteLengthOf = (envelopes: readonly PlacedEnvelope[]): number =>
  envelopes.reduce((sum, { signedHead, body }) => sum + signedHead.length + (body?.length ?? 0), 0);

const beyondQuota = (
  { quotaByteLength }: PlanDeps,
  { held, addedByteLength }: Growing,
  fresh: readonly VerifiedEnvelope[],
): Refused | undefined => {
  const limit = held.payerQuotaByteLength ?? quotaByteLength;
  if (limit === undefined) return undefined;
  const used = held.payerByteLength + addedByteLength;
  const wanted = fresh.reduce(
    (sum, { body }) => sum + signedHeadByteLength + (body?.length ?? 0),
    0,
  );
  return used + wanted > limit
    ? refused("QuotaExceeded", { what: "bytes", used, limit })
    : undefined;
};

const chainAfter = (
  { vault, chain, opening }: CheckedStretch,
  stored: StoredChain | undefined,
  after: Pick<StoredChain, "seq" | "headId" | "epoch" | "logIndex">,
  nowMs: number,
): StoredChain => ({
  ...after,
  vault,
  chain,
  user: stored?.user ?? opening.user,
  device: stored?.device ?? opening.device,
  incarnation: stored?.incarnation ?? opening.incarnation,
  openedUnder: stored?.openedUnder ?? opening.logHead,
  writtenAtMs: nowMs,
});

export const forkedHead = (
  stretch: CheckedStretch,
  envelope: VerifiedEnvelope,
  nowMs: number,
): ForkedHead => ({
  vault: stretch.vault,
  chain: stretch.chain,
  seq: envelope.head.seq,
  envelope: envelope.id,
  signedHead: signedHeadAt(stretch, stretch.envelopes.indexOf(envelope)),
  seenAtMs: nowMs,
});

/** What the relay reads in clear, kept where the tidying finds it. */
const noteClear = (
  { vault, opening }: CheckedStretch,
  envelope: VerifiedEnvelope,
  position: number,
  nowMs: number,
  checkpoints: CheckpointRow[],
  attests: AttestRow[],
): void => {
  const { kind, flags } = envelope.head;
  const author = { vault, position, user: opening.user, device: opening.device };
  if (kind === EnvelopeKind.Checkpoint)
    checkpoints.push({
      ...author,
      envelope: envelope.id,
      isPurge: (flags & EnvelopeFlag.Purge) !== 0,
      storedAtMs: nowMs,
    });
  if (kind !== EnvelopeKind.Attest || envelope.body === undefined) return;
  const clear = readClear(envelope.body);
  const said = clear.ok ? decodeBodyClear(kind, clear.value) : undefined;
  // A newer form: no verdict that this program understands.
  if (said?.ok !== true || said.value.type !== "Attest") return;
  const { checkpoint, verdict } = said.value;
  attests.push({ ...author, checkpoint, isOk: verdict === Verdict.Ok });
};
