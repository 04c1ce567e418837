/** Heads that are kept as evidence against their author: they prove something only as they were signed. */
import { asSignature, sizes } from "@duro/crypto/types";
import { decodeHead, verifySignedHead } from "@duro/crypto/verify";
import { chainIds, envelopeIds, userIds, deviceIds, type VaultId } from "@duro/protocol";
import { plainBytes } from "../../postgres/logRows.ts";
import { storedBytesId, storedId } from "../../postgres/sql.ts";
import type { CheckContext } from "./checkContext.ts";

interface ForkRow {
  readonly chain_id: string;
  readonly seq: number;
  readonly envelope_id: Uint8Array;
  readonly signed_head: Uint8Array;
  readonly user_id: string | null;
  readonly device_id: string | null;
  /** What stands at this place. */
  readonly stored_head: Uint8Array | null;
}

export const checkForks = async (context: CheckContext, vault: VaultId): Promise<void> => {
  const rows = await context.tx<ForkRow[]>`
    select f.chain_id, f.seq, f.envelope_id, f.signed_head, c.user_id, c.device_id,
      h.signed_head as stored_head
    from forked_heads f
    left join chains c on c.vault_id = f.vault_id and c.chain_id = f.chain_id
    left join envelope_heads h
      on h.vault_id = f.vault_id and h.chain_id = f.chain_id and h.seq = f.seq
    where f.vault_id = ${vault} order by f.chain_id, f.seq`;
  for (const row of rows) {
    const what = await faultOf(context, vault, row);
    if (what === undefined) continue;
    const chain = storedId(chainIds, row.chain_id);
    context.report.find({ type: "ForkedHeadWrong", vault, chain, seq: row.seq, what });
  }
};

const faultOf = async (
  { identities }: CheckContext,
  vault: VaultId,
  row: ForkRow,
): Promise<string | undefined> => {
  const bytes = plainBytes(row.signed_head);
  const decoded = decodeHead(bytes.subarray(0, sizes.headByteLength));
  if (!decoded.ok) return decoded.error.type;
  const head = decoded.value;
  const chain = storedId(chainIds, row.chain_id);
  if (head.vault !== vault || head.chain !== chain || head.seq !== row.seq) return "place";
  const signKey = await signKeyOf(identities, row);
  if (signKey === undefined) return "author";
  const signature = asSignature(bytes.subarray(sizes.headByteLength));
  const id = verifySignedHead({ head, signature }, signKey);
  if (!id.ok) return id.error.type;
  if (id.value !== storedBytesId(envelopeIds, row.envelope_id)) return "id";
  // The very envelope that is stored is no second one.
  const stored = row.stored_head && plainBytes(row.stored_head).subarray(0, sizes.headByteLength);
  const isSame = stored !== null && Buffer.compare(stored, bytes.subarray(0, stored.length)) === 0;
  return isSame ? "no fork" : undefined;
};

const signKeyOf = async (
  identities: CheckContext["identities"],
  { user_id, device_id }: ForkRow,
) => {
  if (user_id === null || device_id === null) return undefined;
  const { last } = await identities.fold(storedId(userIds, user_id));
  return last?.devices.get(storedId(deviceIds, device_id))?.signKey;
};
