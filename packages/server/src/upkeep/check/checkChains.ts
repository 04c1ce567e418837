/** The chains of one vault: every envelope in full, or what each chain ends with. */
import type { VaultState } from "@duro/crypto/verify";
import { type ChainId, chainIds, type VaultId } from "@duro/protocol";
import { type ChainRow, rowToChain } from "../../postgres/chainRows.ts";
import { storedId } from "../../postgres/sql.ts";
import type { StoredChain } from "../../ports/chainStore.ts";
import { beforeChain, type ChainEnd, checkSignature, walkOn } from "./chainWalk.ts";
import type { CheckContext } from "./checkContext.ts";
import type { FoldedVault, VaultRow } from "./checkVaultLog.ts";
import { checkClearParts, type ClearPart, clearPartOf } from "./clearParts.ts";
import { checkOpening, type Opened } from "./opening.ts";
import { withBodies } from "./readBodies.ts";
import { type HeadRow, headsOf, readHead } from "./readHeads.ts";

/** What a vault's log says of its chains; without a log nothing can be told of their places. */
const stateOf = (folded: FoldedVault | undefined): VaultState | undefined =>
  folded?.isWhole === true ? folded.state : undefined;

interface ListedChain {
  readonly chain: ChainId;
  /** Undefined: it has envelopes and is not listed. */
  readonly stored: StoredChain | undefined;
  readonly envelopeCount: number;
}

const readChains = async (
  { tx }: CheckContext,
  vault: VaultId,
): Promise<readonly ListedChain[]> => {
  const rows = await tx<(Partial<ChainRow> & ListedRow)[]>`
    select chain_id, c.user_id is not null as is_listed, coalesce(h.envelope_count, 0) as envelope_count,
      c.user_id, c.device_id, c.incarnation, encode(c.opened_under, 'hex') as opened_under, c.seq,
      encode(c.head_id, 'hex') as head_id, c.epoch, c.log_index, c.written_at_ms
    from (select * from chains where vault_id = ${vault}) c
    full join (
      select chain_id, count(*) as envelope_count from envelope_heads
      where vault_id = ${vault} group by chain_id
    ) h using (chain_id)
    order by chain_id`;
  return rows.map((row) => {
    const chain = storedId(chainIds, row.chain_id);
    const stored = row.is_listed ? rowToChain({ vault, chain }, row as ChainRow) : undefined;
    return { chain, stored, envelopeCount: row.envelope_count };
  });
};

interface ListedRow {
  readonly chain_id: string;
  readonly is_listed: boolean;
  readonly envelope_count: number;
}

export const checkChains = async (
  context: CheckContext,
  row: VaultRow,
  folded: FoldedVault | undefined,
): Promise<void> => {
  for (const listed of await readChains(context, row.vault)) {
    context.tick();
    context.report.count("chains");
    if (listed.stored === undefined)
      context.report.find({ type: "ChainRowMissing", vault: row.vault, chain: listed.chain });
    if (context.depth === "full") await walkChain(context, row, folded, listed);
    else await lookAtEnd(context, row, folded, listed);
  }
};

const walkChain = async (
  context: CheckContext,
  row: VaultRow,
  folded: FoldedVault | undefined,
  { chain, stored }: ListedChain,
): Promise<void> => {
  const { tx, report, tick } = context;
  const { vault } = row;
  const ground = { report, vault, chain, state: stateOf(folded) };
  let end = beforeChain;
  let opened: Opened | undefined;
  let isFirst = true;
  for await (const page of headsOf(tx, vault, chain)) {
    const heads = page.flatMap((headRow) => readHead(report, vault, headRow) ?? []);
    const parts: ClearPart[] = [];
    for await (const read of withBodies(tx, report, vault, heads)) {
      tick();
      if (isFirst) opened = await checkOpening(context, vault, read, stored);
      isFirst = false;
      end = walkOn(ground, end, read);
      if (opened?.signKey !== undefined) checkSignature(ground, read, opened.signKey);
      const part = clearPartOf(read);
      if (part !== undefined) parts.push(part);
    }
    await checkClearParts(context, row, opened?.opening, parts);
  }
  if (stored !== undefined && !isSame(stored, end, opened, ground.state !== undefined))
    report.find({ type: "ChainRowDiffers", vault, chain });
};

/** Whether the list of chains says what the envelopes say. */
const isSame = (
  stored: StoredChain,
  end: ChainEnd,
  opened: Opened | undefined,
  hasPlaces: boolean,
): boolean => {
  const isEnd =
    stored.seq === end.seq &&
    stored.headId === end.headId &&
    stored.epoch === end.epoch &&
    (!hasPlaces || stored.logIndex === end.logIndex);
  if (opened === undefined) return isEnd;
  const { user, device, incarnation, logHead } = opened.opening;
  return (
    isEnd &&
    stored.user === user &&
    stored.device === device &&
    stored.incarnation === incarnation &&
    stored.openedUnder === logHead
  );
};

/** The newest envelope of a listed chain, and how many there are before it. */
const lookAtEnd = async (
  context: CheckContext,
  { vault }: VaultRow,
  folded: FoldedVault | undefined,
  { chain, stored, envelopeCount }: ListedChain,
): Promise<void> => {
  if (stored === undefined) return;
  const { tx, report } = context;
  const ground = { report, vault, chain, state: stateOf(folded) };
  const { seq } = stored;
  if (envelopeCount !== seq) report.find({ type: "ChainBroken", vault, chain, seq, what: "gap" });
  const [row] = await tx<HeadRow[]>`
    select chain_id, seq, position, kind, flags, body_byte_length, signed_head from envelope_heads
    where vault_id = ${vault} and chain_id = ${chain} and seq = ${seq}`;
  const read = row && readHead(report, vault, row);
  if (read === undefined) return;
  const opened = await checkOpening(context, vault, undefined, stored);
  const { previous, epoch } = read.head;
  // What is before it is not looked at, and is taken to be as this envelope has it.
  const before = { seq: read.head.seq - 1, headId: previous, epoch, logIndex: 0 };
  const end = walkOn(ground, before, read);
  if (opened?.signKey !== undefined) checkSignature(ground, read, opened.signKey);
  if (!isSame(stored, end, opened, ground.state !== undefined))
    report.find({ type: "ChainRowDiffers", vault, chain });
};
