/** The promises, as code. What does not hold is a sentence. */
import { bytesAreEqual } from "@duro/crypto/types";
import { chainStanding } from "@duro/crypto/verify";
import type { ChainId, VaultId } from "@duro/protocol";
import { chainKey, envelopeKey } from "../../packages/client/src/store/keys.ts";
import { decodeChainRow } from "../../packages/client/src/store/rows.ts";
import { type AlarmType, catalogue } from "../../packages/client/src/index.ts";
import { getFrom } from "./diskTables.ts";
import { placeOf } from "./history.ts";
import type { Seen } from "./program.ts";
import type { RareState } from "./rareStates.ts";
import type { Belonging } from "./standing.ts";
import type { World } from "./world.ts";

/** Cheap, so that it is asked after everything that happens. */
export const checkRelay = ({ stores, fault }: World): void => {
  for (const [vault, { position }] of stores.data.vaults) {
    const envelopes = stores.data.envelopes.get(vault) ?? [];
    if (envelopes.length !== position)
      fault(`the relay counts ${position} positions and has ${envelopes.length} envelopes`);
  }
};

/**
 * Whoever was given a receipt finds that envelope there, byte for byte. What a rollback took is given back:
 * not what was cut while the relay lacked it, since no relay takes that (COUNT2), nor what nobody has any
 * more, since its author was put back as well. What no rollback took stays, whatever was cut.
 */
export const checkReceipts = (
  { ledger, stores, history, machines, fault }: World,
  belonging?: Belonging,
): void => {
  // Whom the relay does not know any more gives nothing back.
  const isAnywhere = (key: Uint8Array): boolean =>
    machines.some(
      ({ disk, resident }) =>
        belonging?.isIn(resident) === true && getFrom(disk.image, "envelopes", key) !== undefined,
    );
  for (const { vault, chain, signedHeadsBySeq } of ledger.promised.values()) {
    const lastSeq =
      belonging === undefined ? Infinity : lastSeqOf(machines, belonging, vault, chain);
    const stored = new Map(
      (stores.data.envelopes.get(vault) ?? [])
        .filter((envelope) => envelope.chain === chain)
        .map((envelope) => [envelope.seq, envelope.signedHead]),
    );
    for (const [seq, signedHead] of signedHeadsBySeq) {
      const head = stored.get(seq);
      const wasTaken = history.taken.has(placeOf(vault, chain, seq));
      if (wasTaken && seq > lastSeq) continue;
      const mayBeGone = wasTaken && history.doubled.size > 0;
      if (head === undefined && mayBeGone && !isAnywhere(envelopeKey(vault, chain, seq))) continue;
      if (head === undefined) fault(`${chain.slice(0, 4)} ${seq} was receipted and is gone`);
      else if (!bytesAreEqual(head, signedHead))
        fault(`${chain.slice(0, 4)} ${seq} was receipted and is another`);
    }
  }
};

/** How far a chain counts, by the logs and what its first envelope said to whoever has it. */
const lastSeqOf = (
  machines: World["machines"],
  { state, identities }: Belonging,
  vault: VaultId,
  chain: ChainId,
): number => {
  const key = chainKey(vault, chain);
  for (const { disk } of machines) {
    const value = getFrom(disk.image, "chains", key);
    if (value === undefined) continue;
    const row = decodeChainRow(chain, value);
    const standing = chainStanding(state, identities.get(row.user), row);
    if (standing.kind === "cut") return standing.seq;
    // The relay lost the record of its device, and whoever had it: to everybody else it never was.
    return standing.kind === "counts" ? Infinity : 0;
  }
  return state.cutsByChain.get(chain)?.seq ?? Infinity;
};

/** Along every chain each seq stands once and in its order, and positions count up. */
export const checkChains = ({ stores, fault }: World): void => {
  for (const [vault, envelopes] of stores.data.envelopes) {
    const seqs = new Map<string, number>();
    for (const [at, { chain, seq, position }] of envelopes.entries()) {
      if (position !== at + 1) fault(`position ${position} stands at ${at + 1}`);
      if (seq !== (seqs.get(chain) ?? 0) + 1)
        fault(`${chain.slice(0, 4)} ${seq} follows ${seqs.get(chain) ?? 0}`);
      seqs.set(chain, seq);
    }
    for (const [chain, { seq }] of stores.data.chains.get(vault) ?? [])
      if (seqs.get(chain) !== seq) fault(`${chain.slice(0, 4)} is said to end at ${seq}`);
  }
};

export type View = ReadonlyMap<number, Seen>;

/** Undefined: everybody sees the same. */
export const difference = (views: ReadonlyMap<string, View>): string | undefined => {
  const [first, ...others] = [...views];
  if (first === undefined) return undefined;
  const [firstName, firstView] = first;
  for (const [name, view] of others)
    for (const document of new Set([...firstView.keys(), ...view.keys()])) {
      const [one, other] = [firstView.get(document), view.get(document)];
      if (one?.digest !== other?.digest)
        return `document ${document}: ${firstName} has ${one?.editIds.size ?? 0} edits, ${name} ${other?.editIds.size ?? 0}`;
    }
  return undefined;
};

/** Every edit that somebody on these machines was told is saved is there, and nothing that nobody made. */
export const checkEdits = (
  { ledger, fault }: World,
  view: View,
  machines: ReadonlySet<string>,
): void => {
  for (const { id, document, savedAtMs, machine } of ledger.edits.values())
    if (
      machines.has(machine) &&
      savedAtMs !== undefined &&
      view.get(document)?.editIds.has(id) !== true
    )
      fault(`${id} was saved at ${savedAtMs.toFixed(0)} on ${machine} and is lost`);
  for (const [document, { editIds }] of view)
    for (const id of editIds)
      if (ledger.edits.get(id)?.document !== document) fault(`${id} was never made`);
};

/** A relay's database holds no plain text, whatever its form. */
export const checkBlind = ({ stores, canary, fault }: World): void => {
  const needle = Buffer.from(canary);
  for (const envelopes of stores.data.envelopes.values())
    for (const { body, signedHead } of envelopes)
      if (Buffer.from(signedHead).includes(needle) || Buffer.from(body ?? []).includes(needle))
        fault("plain text in an envelope at the relay");
  for (const records of [
    ...stores.data.vaultRecords.values(),
    ...stores.data.identityRecords.values(),
  ])
    for (const { bytes } of records)
      if (Buffer.from(bytes).includes(needle)) fault("plain text in a record at the relay");
};

/** Each of them once, and everybody may speak of it for the rest of the run. */
const lies: readonly RareState[] = [
  "a frame is changed on its way",
  "a chain is hidden from a device, and it says so",
  "a relay shows two branches of a vault's log, and it is noticed",
  "a relay shows two branches of an identity log, and it is noticed",
];

/** Things that a device is right to speak of. */
const attacksOn = ({ history, rare }: World): readonly string[] => [
  ...(history.lostCount + history.lostRecordCount > 0 ? ["rollback"] : []),
  ...(history.doubled.size > 0 ? ["two of one device"] : []),
  ...lies.filter((state) => (rare.counts.get(state) ?? 0) > 0),
];

/** A record that was spoiled on its way is no fork: that takes a relay that has, or had, two of them. */
const isAnyLogForked = ({ history, rare }: World): boolean =>
  history.isRolledBack ||
  [
    "a relay shows two branches of a vault's log, and it is noticed" as const,
    "a relay shows two branches of an identity log, and it is noticed" as const,
  ].some((state) => (rare.counts.get(state) ?? 0) > 0);

const isGrave = (type: AlarmType): boolean => catalogue[type].severity !== "notice";

/** What a device says when the relay has less than it had, or says so itself. */
const ofRollback: ReadonlySet<AlarmType> = new Set([
  "Rollback",
  "ReceiptLost",
  "RelayGenerationChanged",
  "LogWithheld",
  "Withholding",
]);

/** Where nothing lied nobody may say that something did; and a relay that lost what somebody knew is found out. */
export const checkAlarms = async (world: World, belonging: Belonging): Promise<void> => {
  const { isIn, isReader, state } = belonging;
  const { machines, history, rare, tap, fault, alarmsOfEarlierLives } = world;
  const attacks = attacksOn(world);
  const heard = machines
    .filter(({ resident }) => isIn(resident) || isReader(resident))
    .flatMap(({ name, program }) => (program?.alarms ?? []).map((type) => ({ name, type })));
  if (attacks.length === 0)
    for (const { name, type } of heard)
      if (isGrave(type)) fault(`${name} raises an alarm for nothing: ${type}`);
  // Whoever was taken out meanwhile has noticed, too.
  const noticed = machines.flatMap(({ program }) => program?.alarms ?? []);
  const all = [...noticed, ...alarmsOfEarlierLives];
  if (!isAnyLogForked(world) && all.includes("LogForked"))
    fault("a log is said to go on in two ways, and none does");
  if (history.lostCount === 0) return;
  const deviceOf = (name: string) =>
    machines.find((machine) => machine.name === name)?.resident.keys.id;
  const noticers = await tap.lossSeen.noticers(state, deviceOf);
  for (const _ of noticers) rare.reached("a device is shown less than it knew");
  if (noticers.length > 0 && !all.some((type) => ofRollback.has(type)))
    fault(`the relay lost ${history.lostCount} envelopes, and ${noticers.join()} did not notice`);
};
