/**
 * When local edits are sealed: by need, not by clock. The first one at once; while a put is out, others
 * gather until its receipt, or until they are many or old.
 */
import type { VaultId } from "../ids.ts";
import { gatherByteLengthMax, putsInFlightMax } from "../limits.ts";
import { gatherMs } from "../times.ts";
import type { ClientEffect } from "./clientEffect.ts";
import type { ClientInput } from "./clientInput.ts";
import type { ClientConnection, Gathering, Ready } from "./clientState.ts";
import { type ClientStep, stay, withEntry, withoutEntry } from "./step.ts";
import { lookUp } from "./table.ts";

type Gatherings = ClientConnection["gatherings"];
type Input<Kind extends ClientInput["kind"]> = Extract<ClientInput, { kind: Kind }>;

const withGathering = (
  state: ClientConnection,
  vault: VaultId,
  gathering: Gathering,
): ClientConnection => {
  const isNothing = gathering.byteLength === 0 && !gathering.isSealing;
  const gatherings = isNothing
    ? withoutEntry(state.gatherings, vault)
    : withEntry(state.gatherings, vault, gathering);
  return { ...state, gatherings };
};

const gather = (
  state: ClientConnection,
  vault: VaultId,
  byteLength: number,
  notBeforeMs: number,
): ClientConnection => {
  const { timeMs } = state.time;
  const known = state.gatherings.get(vault);
  const isFirst = known === undefined || known.byteLength === 0;
  return withGathering(state, vault, {
    byteLength: (known?.byteLength ?? 0) + byteLength,
    sinceMs: isFirst ? timeMs : known.sinceMs,
    isSealing: known?.isSealing ?? false,
    notBeforeMs,
  });
};

export const onDirty = (
  state: ClientConnection,
  { vault, byteLength }: Input<"dirty">,
): ClientStep => stay(gather(state, vault, Math.max(1, byteLength), state.time.timeMs));

export const sealAnswered = (state: ClientConnection, vault: VaultId): ClientConnection => {
  const known = state.gatherings.get(vault);
  return known?.isSealing === true
    ? withGathering(state, vault, { ...known, isSealing: false })
    : state;
};

/** What could not be sealed with the rest waits for a receipt, or for a while where none is under way. */
export const onSealed = (
  state: ClientConnection,
  { vault, remainingByteLength }: Input<"sealed">,
): ClientStep => {
  const answered = sealAnswered(state, vault);
  return stay(
    remainingByteLength > 0
      ? gather(answered, vault, remainingByteLength, state.time.timeMs + gatherMs)
      : answered,
  );
};

export const onNothingToSeal = (
  state: ClientConnection,
  { vault }: Input<"nothingToSeal">,
): ClientStep => stay(sealAnswered(state, vault));

export const onSealLater = (state: ClientConnection, { vault }: Input<"sealLater">): ClientStep =>
  stay({ ...state, gatherings: withoutEntry(state.gatherings, vault) });

/** The connection is over: whether what was being sealed will be put nobody knows here. */
export const unsealed = (gatherings: Gatherings): Gatherings =>
  new Map(
    [...gatherings].map(([vault, gathering]) => [
      vault,
      { ...gathering, byteLength: Math.max(1, gathering.byteLength), isSealing: false },
    ]),
  );

/** Of the whole connection, so that no more is sealed than may be put. */
const underWayCount = ({ gatherings }: ClientConnection, { sentPuts, putQueue }: Ready): number => {
  let count = sentPuts.length;
  for (const waiting of putQueue.values()) count += waiting.length;
  for (const { isSealing } of gatherings.values()) if (isSealing) count += 1;
  return count;
};

/** When the engine should seal; undefined where that is not a matter of time. */
const sealAtMs = (
  { sentPuts, putQueue, channels }: Ready,
  vault: VaultId,
  { byteLength, sinceMs, isSealing, notBeforeMs }: Gathering,
): number | undefined => {
  if (isSealing || byteLength === 0 || lookUp(channels, vault)?.hasCaughtUp !== true)
    return undefined;
  const isUnderWay = putQueue.has(vault) || sentPuts.some((put) => put.vault === vault);
  if (!isUnderWay) return notBeforeMs;
  return byteLength >= gatherByteLengthMax ? sinceMs : sinceMs + gatherMs;
};

/** What is edited now would be sealed at once: so it may be put without being gathered. */
export const isVaultIdle = (state: ClientConnection, vault: VaultId): boolean => {
  const { link } = state;
  if (link.kind !== "ready" || state.gatherings.has(vault)) return false;
  if (lookUp(link.channels, vault)?.hasCaughtUp !== true) return false;
  const isUnderWay = link.putQueue.has(vault) || link.sentPuts.some((put) => put.vault === vault);
  return !isUnderWay && underWayCount(state, link) < putsInFlightMax;
};

export const seal = (before: ClientConnection): ClientStep => {
  const { link, time } = before;
  if (link.kind !== "ready" || before.gatherings.size === 0) return stay(before);
  let count = underWayCount(before, link);
  const gatherings = new Map(before.gatherings);
  const effects: ClientEffect[] = [];
  for (const [vault, gathering] of before.gatherings) {
    if (count >= putsInFlightMax) break;
    const atMs = sealAtMs(link, vault, gathering);
    if (atMs === undefined || atMs > time.timeMs) continue;
    // Behind all others, so that one that is always busy holds up nobody.
    gatherings.delete(vault);
    gatherings.set(vault, { ...gathering, byteLength: 0, isSealing: true });
    count += 1;
    effects.push({ kind: "seal", vault });
  }
  return effects.length === 0 ? stay(before) : { state: { ...before, gatherings }, effects };
};

export const nextSealAtMs = (state: ClientConnection): number | undefined => {
  const { link, gatherings } = state;
  if (link.kind !== "ready" || gatherings.size === 0) return undefined;
  if (underWayCount(state, link) >= putsInFlightMax) return undefined;
  let nextMs: number | undefined;
  for (const [vault, gathering] of gatherings) {
    const atMs = sealAtMs(link, vault, gathering);
    if (atMs !== undefined && (nextMs === undefined || atMs < nextMs)) nextMs = atMs;
  }
  return nextMs;
};
