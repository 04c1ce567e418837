/**
 * What the envelopes say that a job lets count: of how far chains and logs go, of chains that were opened,
 * of checkpoints. First it is gathered, with whatever must be asked of the store, and then judged at once.
 */
import { envelopeIdOf } from "@duro/crypto/verify";
import type { AttestBody, ChainId, EnvelopeId, OpenBody, RecordId } from "@duro/protocol";
import type { Said, Claims, Claimant } from "../alarms/claims.ts";
import type { SaidLog } from "../alarms/logClaims.ts";
import { LogKind } from "@duro/crypto/types";
import type { ChainRow } from "../store/rows.ts";
import type { Hold } from "../vault/advance.ts";
import type { Draft, Said as SaidBody } from "../vault/draft.ts";
import { readEnvelopes } from "../vault/readEnvelopes.ts";
import type { VaultMemory } from "../vault/vaultMemory.ts";

export interface CountedEntry {
  readonly by: Claimant;
  readonly marks: readonly Said[];
  readonly logs: readonly SaidLog[];
  readonly opening: OpenBody | undefined;
  readonly attest: AttestBody | undefined;
}

/** A record that an envelope names and that is not here. */
interface NamedRecord {
  readonly by: Claimant;
  readonly record: RecordId;
}

export interface CountedJob {
  /** Those of one chain in their order. */
  readonly entries: readonly CountedEntry[];
  /** Of envelopes that wait for what is missing: said all the same, and said again when they count. */
  readonly held: readonly CountedEntry[];
  readonly named: readonly NamedRecord[];
  readonly rows: readonly ChainRow[];
  readonly voids: Draft["voids"];
  readonly rowOf: (chain: ChainId) => ChainRow | undefined;
  readonly idAt: (chain: ChainId, seq: number) => EnvelopeId | undefined;
}

/** Ids that are compared in one job, beside those at hand: a device that catches up is not slowed down. */
const idsReadMax = 256;

export const gatherCounted = async (
  memory: VaultMemory,
  claims: Claims,
  draft: Draft,
  holds: ReadonlyMap<ChainId, Hold>,
): Promise<CountedJob> => {
  const entries = [
    ...draft.said.map((said) => entryOf(memory, said)),
    ...draft.seen.map(entryOfSeen),
  ];
  const byChain = Map.groupBy(entries, ({ by }) => by.chain);
  const sorted = [...byChain.values()].flatMap((ofChain) =>
    ofChain.toSorted((left, right) => left.by.seq - right.by.seq),
  );
  const held = draft.seenByHeld
    .map(entryOfSeen)
    .filter(({ by }) => by.seq === (draft.chain(by.chain)?.counted ?? 0) + 1);
  const ids = await idsOf(memory, draft, [
    ...sorted.flatMap(({ marks }) => marks),
    ...claimedOf(claims, draft.changed),
  ]);
  return {
    entries: sorted,
    held,
    named: await namedRecords(memory, draft, holds),
    rows: draft.changed,
    voids: draft.voids,
    rowOf: (chain) => draft.chain(chain),
    idAt: (chain, seq) => draft.staged(chain, seq)?.id ?? ids.get(`${chain} ${seq}`),
  };
};

const claimantOf = ({ chain, device }: ChainRow, seq: number): Claimant => ({ chain, device, seq });

const entryOf = ({ vault }: VaultMemory, { row, envelope, body }: SaidBody): CountedEntry => {
  const by = claimantOf(row, envelope.head.seq);
  const nothing = { by, marks: [], logs: [], opening: undefined, attest: undefined };
  switch (body.type) {
    case "Open":
      return { ...nothing, opening: body };
    case "Attest":
      return { ...nothing, attest: body };
    case "Data":
      return nothing;
    case "Beacon":
    case "Checkpoint": {
      const beacon = body.type === "Beacon" ? body.plaintext : body.plaintext.beacon;
      const covered = body.type === "Beacon" ? [] : body.clear.coverage;
      const logs: SaidLog[] = [
        { log: { kind: LogKind.Vault, log: vault }, ...beacon.logHead },
        ...beacon.identityHeads.map(({ user, index, id }) => ({
          log: { kind: LogKind.Identity, log: user } as const,
          index,
          id,
        })),
      ];
      return { ...nothing, marks: [...covered, ...beacon.vector], logs };
    }
  }
};

/** Its row is as it was before that envelope. */
const entryOfSeen = ({ row, seen }: Draft["seen"][number]): CountedEntry => ({
  by: claimantOf(row, row.counted + 1),
  marks: seen,
  logs: [],
  opening: undefined,
  attest: undefined,
});

/** What was claimed before of chains that have grown now. */
const claimedOf = ({ byClaimant }: Claims, rows: readonly ChainRow[]): readonly Said[] =>
  [...byClaimant.values()].flatMap(({ chains }) =>
    rows.flatMap(({ chain }): readonly Said[] => {
      const claim = chains.get(chain);
      return claim?.id === undefined ? [] : [{ chain, seq: claim.seq, id: claim.id }];
    }),
  );

const idsOf = async (
  memory: VaultMemory,
  draft: Draft,
  marks: readonly Said[],
): Promise<ReadonlyMap<string, EnvelopeId>> => {
  const ids = new Map<string, EnvelopeId>();
  for (const { chain, seq, id } of marks) {
    const row = memory.chains.get(chain);
    if (id === undefined || row === undefined || seq >= row.head.at) continue;
    if (ids.size >= idsReadMax) return ids;
    if (draft.staged(chain, seq) !== undefined || ids.has(`${chain} ${seq}`)) continue;
    const [envelope] = await readEnvelopes(memory, chain, seq, seq + 1);
    if (envelope !== undefined) ids.set(`${chain} ${seq}`, envelopeIdOf(envelope.head));
  }
  return ids;
};

const namedRecords = async (
  memory: VaultMemory,
  draft: Draft,
  holds: ReadonlyMap<ChainId, Hold>,
): Promise<readonly NamedRecord[]> => {
  const named: NamedRecord[] = [];
  for (const [chain, { why, seq }] of holds) {
    const row = draft.chain(chain);
    if (row === undefined || why !== "a record of the vault's log") continue;
    const by = claimantOf(row, seq);
    if (!memory.view.state.indexByRecord.has(row.logHead)) {
      named.push({ by, record: row.logHead });
      continue;
    }
    const staged = draft.staged(chain, seq);
    const [envelope] =
      staged === undefined ? await readEnvelopes(memory, chain, seq, seq + 1) : [staged];
    if (envelope !== undefined) named.push({ by, record: envelope.head.logHead });
  }
  return named;
};
