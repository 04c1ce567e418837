/** What a vault counts, against what it holds. */
import { signedHeadByteLength } from "@duro/protocol";
import type { CheckContext } from "./checkContext.ts";
import type { VaultRow } from "./checkVaultLog.ts";

interface Held {
  readonly envelope_count: number;
  readonly first_position: number | null;
  readonly last_position: number | null;
  readonly body_byte_length: number;
  readonly bodies_alone: number;
  readonly blob_byte_length: number;
  readonly is_paid: boolean;
}

export const checkCounters = async (
  { tx, report }: CheckContext,
  { vault, payer, position, used_byte_length }: VaultRow,
): Promise<void> => {
  const [held] = await tx<Held[]>`
    select h.*, b.*, l.*, exists (select from accounts where user_id = ${payer}) as is_paid
    from (
      select count(*) as envelope_count, min(position) as first_position,
        max(position) as last_position
      from envelope_heads where vault_id = ${vault}
    ) h cross join (
      select coalesce(sum(octet_length(body)), 0)::bigint as body_byte_length,
        count(*) filter (
          where not exists (
            select from envelope_heads h
            where h.vault_id = b.vault_id and h.position = b.position
          )
        ) as bodies_alone
      from envelope_bodies b where vault_id = ${vault}
    ) b cross join (
      select coalesce(sum(byte_length), 0)::bigint as blob_byte_length
      from blobs where vault_id = ${vault}
    ) l`;
  if (held === undefined) return;
  const { envelope_count, first_position, last_position } = held;
  // Two at one position cannot be: their index says so.
  const isGapless =
    envelope_count === position &&
    (last_position ?? 0) === position &&
    (position === 0 || first_position === 1);
  if (!isGapless) report.find({ type: "PositionsBroken", vault, what: envelope_count - position });
  const used =
    envelope_count * signedHeadByteLength + held.body_byte_length + held.blob_byte_length;
  if (used !== used_byte_length)
    report.find({ type: "UsedBytesDiffer", vault, what: used_byte_length - used });
  if (held.bodies_alone > 0)
    report.find({ type: "BodiesWithoutHead", vault, what: held.bodies_alone });
  if (!held.is_paid) report.find({ type: "PayerUnknown", vault });
};
