/** Envelopes from the relay: verified by their links and one signature before anything is kept of them. */
import { EnvelopeKind } from "@duro/crypto/types";
import {
  chainIdOf,
  envelopeIdOf,
  newChain,
  readClear,
  type RunError,
  type SignedHead,
  verifyBareRun,
  verifySignedHead,
} from "@duro/crypto/verify";
import { decodeBodyClear, type Run, runToEnvelopes, type UserId } from "@duro/protocol";
import type { ChainRow } from "../store/rows.ts";
import type { Draft, VaultRows } from "./draft.ts";
import { readEnvelopes } from "./readEnvelopes.ts";
import { deviceOf, type VaultView } from "./view.ts";

export type RunTaken =
  | { readonly kind: "taken" }
  /** All of it is here already. */
  | { readonly kind: "known" }
  /** What comes before it is not here. */
  | { readonly kind: "gap"; readonly haveSeq: number }
  /** It follows another envelope than the one we have there: where they part lies before it. */
  | { readonly kind: "parted" }
  /** Its author's identity log is not here, or not that far. */
  | { readonly kind: "authorUnknown"; readonly user: UserId }
  /** The author signed two envelopes for one place. */
  | { readonly kind: "equivocation"; readonly ours: SignedHead; readonly theirs: SignedHead }
  /** Nobody's doing but the relay's, or of whoever it got this from. */
  | { readonly kind: "refused"; readonly why: RunError["type"] | "NotAnOpening" | "ChainForeign" };

export const takeRun = async (
  rows: VaultRows,
  view: VaultView,
  draft: Draft,
  run: Run,
): Promise<RunTaken> => {
  const { vault } = rows;
  const known = draft.chain(run.chain);
  const opening = known ?? openingOf(run);
  if (opening === undefined)
    return run.firstSeq > 1
      ? { kind: "gap", haveSeq: 0 }
      : { kind: "refused", why: "NotAnOpening" };
  const device = deviceOf(view, opening);
  if (device === undefined) return { kind: "authorUnknown", user: opening.user };
  if (chainIdOf(device.signKey, opening.incarnation) !== run.chain)
    return { kind: "refused", why: "ChainForeign" };
  const from =
    known === undefined
      ? newChain(vault, run.chain)
      : { vault, chain: run.chain, head: known.head, epoch: known.epoch };
  const knownCount = from.head.at - run.firstSeq + 1;
  if (knownCount < 0) return { kind: "gap", haveSeq: from.head.at };
  if (knownCount === 0 && run.previous !== from.head.id) return { kind: "parted" };
  if (knownCount > 0 && known !== undefined) {
    const forked = await compareKnown(rows, draft, known, run, device.signKey);
    if (forked !== undefined) return forked;
    if (knownCount >= run.envelopes.length) return { kind: "known" };
  }
  const verified = verifyBareRun(from, run.envelopes.slice(knownCount), device.signKey);
  if (!verified.ok) return { kind: "refused", why: verified.error.type };
  const { head, epoch } = verified.value;
  const row = known ?? { ...newRow, ...opening };
  draft.addRun({ ...row, head, epoch }, verified.value);
  return { kind: "taken" };
};

const newRow = { counted: 0, lastLogIndex: 0, voidAt: 0, receipted: 0 };

/** Whose chain it is stands in clear in its first envelope. */
const openingOf = (
  run: Run,
): Pick<ChainRow, "chain" | "user" | "device" | "incarnation" | "logHead"> | undefined => {
  const [first] = run.envelopes;
  if (run.firstSeq !== 1 || first?.kind !== EnvelopeKind.Open || first.body === undefined)
    return undefined;
  const clear = readClear(first.body);
  if (!clear.ok) return undefined;
  const opening = decodeBodyClear(EnvelopeKind.Open, clear.value);
  if (!opening.ok || opening.value.type !== "Open") return undefined;
  const { user, device, incarnation } = opening.value;
  return { chain: run.chain, user, device, incarnation, logHead: first.logHead };
};

/** Where the relay sends again what is here, it must be the same. */
const compareKnown = async (
  rows: VaultRows,
  draft: Draft,
  known: ChainRow,
  run: Run,
  signKey: Parameters<typeof verifySignedHead>[1],
): Promise<RunTaken | undefined> => {
  const theirs = runToEnvelopes(rows.vault, run, envelopeIdOf);
  for (const their of theirs) {
    if (their.head.seq > known.head.at) return undefined;
    const { seq } = their.head;
    const [stored] = await readEnvelopes(rows, known.chain, seq, seq + 1);
    // What came just before it is in no store yet.
    const ours = draft.staged(known.chain, seq) ?? stored;
    if (ours === undefined || envelopeIdOf(ours.head) === envelopeIdOf(their.head)) continue;
    // Ours may have come within a run, where nobody looked at its signature.
    return [ours, their].every((head) => verifySignedHead(head, signKey).ok)
      ? { kind: "equivocation", ours, theirs: their }
      : { kind: "refused", why: "BadSignature" };
  }
  return undefined;
};
