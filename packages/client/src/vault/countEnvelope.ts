/**
 * Whether the next envelope of a chain counts, and what it then changes. The same on every device: it
 * looks at the logs, the keys they give, and what counted before.
 */
import { openBody } from "@duro/crypto";
import { EnvelopeKind } from "@duro/crypto/types";
import { checkPlace, type VerifiedEnvelope } from "@duro/crypto/verify";
import {
  type DataBody,
  decodeBody,
  decodeDataContent,
  type DocId,
  limits,
  missingIn,
  readUpdate,
  type UpdateShape,
} from "@duro/protocol";
import { inflate } from "../bytes/inflate.ts";
import type { ChainRow } from "../store/rows.ts";
import { clientIdIn } from "./clientIdIn.ts";
import type { Draft } from "./draft.ts";
import type { HoldReason, VaultView } from "./view.ts";

export type Counted =
  | { readonly kind: "counts"; readonly logIndex: number }
  /** Not now. What it waits for in documents, by clientID, where it is that. */
  | {
      readonly kind: "held";
      readonly why: HoldReason;
      readonly missing?: ReadonlyMap<number, number>;
      readonly doc?: DocId;
    }
  /** For everyone, and for ever: the chain counts up to the envelope before. */
  | { readonly kind: "void"; readonly why: string };

export const countEnvelope = async (
  view: VaultView,
  draft: Draft,
  row: ChainRow,
  envelope: VerifiedEnvelope,
): Promise<Counted> => {
  const { head } = envelope;
  const place = checkPlace(view.state, row.lastLogIndex, head);
  if (!place.ok)
    return place.error.type === "LogHeadUnknown"
      ? { kind: "held", why: "a record of the vault's log" }
      : { kind: "void", why: place.error.rule };
  const counts: Counted = { kind: "counts", logIndex: place.value };
  const key = view.keys.get(head.epoch);
  if (key === undefined) return { kind: "held", why: "a key" };
  const content = openBody(key, envelope);
  if (!content.ok) {
    // A beacon changes nothing, and its body goes once a later one says everything.
    if (content.error.type === "BodyMissing")
      return head.kind === EnvelopeKind.Beacon ? counts : { kind: "held", why: "a body" };
    if (content.error.type === "WrongVaultKey") return { kind: "held", why: "a key" };
    return { kind: "void", why: content.error.type };
  }
  const body = decodeBody(head, content.value);
  if (!body.ok)
    return body.error.type === "FormatUnsupported"
      ? { kind: "held", why: "a newer version" }
      : { kind: "void", why: body.error.type };
  if (body.value.type === "Data") {
    const counted = await countData(view, draft, row, body.value);
    return counted === undefined ? counts : counted;
  }
  draft.said.push({ row, envelope, body: body.value });
  return counts;
};

/** As its author wrote it. */
export interface UnboundChange extends UpdateShape {
  readonly doc: DocId;
  readonly update: Uint8Array;
}

export interface Change extends UnboundChange {
  /** Of the deepest type in the document with it; undefined: not known. */
  readonly depth: number | undefined;
}

/** All of its updates or none. */
const countData = async (
  view: VaultView,
  draft: Draft,
  row: ChainRow,
  { plaintext }: DataBody,
): Promise<Counted | undefined> => {
  const inflated = plaintext.isDeflated
    ? await inflate(plaintext.content, limits.dataContentByteLengthMax)
    : plaintext.content;
  if (inflated === undefined) return { kind: "void", why: "Malformed" };
  const content = decodeDataContent(inflated);
  if (!content.ok) return { kind: "void", why: content.error.type };
  const unbound: UnboundChange[] = [];
  for (const { doc, update } of content.value.updates) {
    const shape = readUpdate(update, clientIdIn(row.chain, doc));
    if (!shape.ok) return { kind: "void", why: shape.error.type };
    unbound.push({ doc, update, ...shape.value });
  }
  await view.nextTurn();
  const { seen } = content.value;
  const changes: Change[] = [];
  for (const one of unbound) {
    const { clocks } = await draft.document(one.doc);
    const missing = missingIn(one, clocks);
    if (missing.size > 0) {
      draft.seenByHeld.push({ row, seen });
      return { kind: "held", why: "what it refers to", missing, doc: one.doc };
    }
    const change = await view.boundDepth(draft, one);
    changes.push(change);
    if (!(await view.mayApply(draft, row.chain, change)))
      return { kind: "held", why: "time or memory" };
  }
  for (const change of changes)
    await draft.addUpdate(change.doc, change.update, change, "elsewhere");
  if (seen.length > 0) draft.seen.push({ row, seen });
  return undefined;
};
