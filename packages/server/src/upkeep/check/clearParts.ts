/** What the relay reads in clear of checkpoints and verdicts, held against the rows that say it again. */
import { EnvelopeFlag, EnvelopeKind } from "@duro/crypto/types";
import { type ChainOpening, envelopeIdOf, readClear } from "@duro/crypto/verify";
import {
  type ChainId,
  decodeBodyClear,
  deviceIds,
  type EnvelopeId,
  envelopeIds,
  userIds,
  type VaultId,
  Verdict,
} from "@duro/protocol";
import { storedBytesId, storedId } from "../../postgres/sql.ts";
import type { CheckContext } from "./checkContext.ts";
import type { VaultRow } from "./checkVaultLog.ts";
import type { WithBody } from "./readBodies.ts";

export interface ClearPart {
  readonly chain: ChainId;
  readonly seq: number;
  readonly position: number;
  readonly says:
    | { readonly kind: "checkpoint"; readonly envelope: EnvelopeId; readonly isPurge: boolean }
    /** Undefined where its body is not here, or is of a newer form. */
    | { readonly kind: "attest"; readonly checkpoint: EnvelopeId; readonly isOk: boolean }
    | { readonly kind: "attest unread" };
}

/** Undefined: a kind that the relay notes nothing of. */
export const clearPartOf = ({
  chain,
  seq,
  position,
  head,
  body,
}: WithBody): ClearPart | undefined => {
  const place = { chain, seq, position };
  if (head.kind === EnvelopeKind.Checkpoint) {
    const isPurge = (head.flags & EnvelopeFlag.Purge) !== 0;
    return { ...place, says: { kind: "checkpoint", envelope: envelopeIdOf(head), isPurge } };
  }
  if (head.kind !== EnvelopeKind.Attest) return undefined;
  const clear = body === undefined ? undefined : readClear(body);
  const said = clear?.ok === true ? decodeBodyClear(head.kind, clear.value) : undefined;
  if (said?.ok !== true || said.value.type !== "Attest")
    return { ...place, says: { kind: "attest unread" } };
  const { checkpoint, verdict } = said.value;
  return { ...place, says: { kind: "attest", checkpoint, isOk: verdict === Verdict.Ok } };
};

interface NotedRow {
  readonly position: number;
  readonly user_id: string;
  readonly device_id: string;
  readonly named_id: Uint8Array;
  readonly flag: boolean;
}

/**
 * A verdict without a row is nothing to find: its row goes with the checkpoint that it is about, and
 * none is made when a body comes later than its head.
 */
export const checkClearParts = async (
  context: CheckContext,
  row: VaultRow,
  opening: ChainOpening | undefined,
  parts: readonly ClearPart[],
): Promise<void> => {
  if (parts.length === 0) return;
  const { vault } = row;
  const positions = parts.map(({ position }) => position);
  const rows = await readNoted(context, vault, positions);
  for (const part of parts) {
    const { chain, seq, position, says } = part;
    const isCheckpoint = says.kind === "checkpoint";
    const noted = (isCheckpoint ? rows.checkpoints : rows.attests).get(position);
    const type = isCheckpoint ? "CheckpointRowDiffers" : "AttestRowDiffers";
    if (noted !== undefined) {
      if (!isNotedRight(noted, part, opening)) context.report.find({ type, vault, chain, seq });
      // One that was tidied away is not listed any more.
    } else if (isCheckpoint && position > row.tidied_position)
      context.report.find({ type, vault, chain, seq, what: "not listed" });
  }
};

const readNoted = async (
  { tx }: CheckContext,
  vault: VaultId,
  positions: readonly number[],
): Promise<Record<"checkpoints" | "attests", ReadonlyMap<number, NotedRow>>> => {
  const checkpoints = await tx<NotedRow[]>`
    select position, user_id, device_id, envelope_id as named_id, is_purge as flag
    from checkpoints where vault_id = ${vault} and position = any(${positions}::bigint[])`;
  const attests = await tx<NotedRow[]>`
    select position, user_id, device_id, checkpoint_id as named_id, is_ok as flag
    from attests where vault_id = ${vault} and position = any(${positions}::bigint[])`;
  const byPosition = (rows: readonly NotedRow[]) =>
    new Map(rows.map((noted) => [noted.position, noted]));
  return { checkpoints: byPosition(checkpoints), attests: byPosition(attests) };
};

const isNotedRight = (
  noted: NotedRow,
  { says }: ClearPart,
  opening: ChainOpening | undefined,
): boolean => {
  const isAuthor =
    opening === undefined ||
    (storedId(userIds, noted.user_id) === opening.user &&
      storedId(deviceIds, noted.device_id) === opening.device);
  if (!isAuthor) return false;
  const named = storedBytesId(envelopeIds, noted.named_id);
  switch (says.kind) {
    case "checkpoint":
      return named === says.envelope && noted.flag === says.isPurge;
    case "attest":
      return named === says.checkpoint && noted.flag === says.isOk;
    case "attest unread":
      return true;
  }
};

/** Rows that speak of an envelope which is not there, or is of another kind. */
export const checkNotedAlone = async (
  { tx, report }: CheckContext,
  vault: VaultId,
): Promise<void> => {
  const kinds = [
    ["CheckpointRowDiffers", "checkpoints", EnvelopeKind.Checkpoint],
    ["AttestRowDiffers", "attests", EnvelopeKind.Attest],
  ] as const;
  for (const [type, table, kind] of kinds) {
    const [row] = await tx<{ count: number }[]>`
      select count(*) as count from ${tx(table)} t
      where vault_id = ${vault} and not exists (
        select from envelope_heads h
        where h.vault_id = t.vault_id and h.position = t.position and h.kind = ${kind}
      )`;
    if (row !== undefined && row.count > 0)
      report.find({ type, vault, what: "without an envelope" });
  }
};
