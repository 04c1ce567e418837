/** Rules of cuts: how far a chain counts once writing is taken away, and who may say so. */
import { type BadSignature, chainIdOf, verifySignedHead } from "../envelope/envelope.ts";
import { type ChainId, type DeviceId, type EnvelopeId, noEnvelope, type UserId } from "../ids.ts";
import type { SignPublicKey } from "../publicKeys.ts";
import { ok, type Result } from "../result.ts";
import { isActive } from "./identityLog.ts";
import { DeviceScope } from "./kinds.ts";
import { type DeviceCut, Role } from "./vaultRecords.ts";
import type { Cut, Judged, Outcome, Payload, VaultState } from "./vaultState.ts";
import { violated } from "./violation.ts";

/** Owners manage everybody but owners; admins manage writers and viewers. */
export const mayManage = (author: Role, target: Role): boolean =>
  author === Role.Owner ? target !== Role.Owner : author === Role.Admin && target < Role.Admin;

/** Every device of the user is closed, and each listed chain counts up to its cut. */
export const withUserCut = (
  judged: Judged,
  state: VaultState,
  user: UserId,
  cuts: readonly DeviceCut[],
): Outcome => {
  const cut = withCuts(judged, state, user, cuts);
  if (!cut.ok) return cut;
  const closedDevices = new Map(cut.value.closedDevices);
  for (const device of judged.identities.get(user)?.devices.values() ?? [])
    if (device.scope === DeviceScope.Full && !closedDevices.has(device.id))
      closedDevices.set(device.id, "user");
  return ok({ ...cut.value, closedDevices, takenAwayAt: judged.record.index });
};

/** Moves nothing that already stands: a chain cut before stays where it was cut. */
const withCuts = (
  { record, identities }: Judged,
  state: VaultState,
  user: UserId,
  cuts: readonly DeviceCut[],
): Outcome => {
  const openedFrom = state.members.get(user)?.writerSince ?? 0;
  const cutsByChain = new Map(state.cutsByChain);
  for (const { device, chains } of cuts) {
    const known = identities.get(user)?.devices.get(device);
    if (known?.scope !== DeviceScope.Full)
      return violated(record, "VL10 a cut names devices of that user");
    for (const cut of chains) {
      const { incarnation, seq, id } = cut;
      const chain = chainIdOf(known.signKey, incarnation);
      if (standingCut(state, user, device, chain) === undefined)
        cutsByChain.set(chain, { seq, id, why: "cut", openedFrom, seqMax: undefined });
    }
  }
  return ok({ ...state, cutsByChain, cutAt: record.index });
};

/**
 * Where a chain is cut before a record speaks of it; undefined while all of it counts. Where nothing
 * counts, because its device is closed or its user does not write, no list makes it count: only
 * an admin raises it.
 */
const standingCut = (
  state: VaultState,
  user: UserId,
  device: DeviceId,
  chain: ChainId,
): Cut | undefined => {
  const listed = state.cutsByChain.get(chain);
  if (listed !== undefined) return listed;
  const mayWrite = state.members.get(user)?.writerSince !== undefined;
  return mayWrite && !state.closedDevices.has(device)
    ? undefined
    : { seq: 0, id: noEnvelope, why: "cut", openedFrom: 0, seqMax: undefined };
};

export const cutDevice = (judged: Judged, { user, cuts }: Payload<"cutDevice">): Outcome => {
  const { state, record, author, identities } = judged;
  const target = state.members.get(user);
  if (target === undefined) return violated(record, "VL12 the user is a member");
  if (cuts.some(({ device }) => device === author.device))
    return violated(record, "VL20 the author keeps what the record takes away");
  const areGone = cuts.every(({ device }) => !isActive(identities.get(user)?.devices.get(device)));
  const isManaged = author.role >= Role.Admin && (areGone || mayManage(author.role, target.role));
  if (user !== author.user && !isManaged) return violated(record, "VL4 the role allows it");
  if (cuts.length === 0) return violated(record, "VL8 taking writing away names a cut");
  const cut = withCuts(judged, state, user, cuts);
  if (!cut.ok) return cut;
  const closedDevices = new Map(cut.value.closedDevices);
  for (const { device } of cuts) closedDevices.set(device, "device");
  return ok({ ...cut.value, closedDevices, takenAwayAt: record.index });
};

export const raiseCut = (
  { state, record, author, identities }: Judged,
  { user, cuts }: Payload<"raiseCut">,
): Outcome => {
  if (author.role < Role.Admin) return violated(record, "VL4 the role allows it");
  const cutsByChain = new Map(state.cutsByChain);
  for (const { device, chains } of cuts) {
    const known = identities.get(user)?.devices.get(device);
    if (known === undefined || !state.closedDevices.has(device))
      return violated(record, "VL10 a cut names devices of that user");
    for (const cut of chains) {
      const { incarnation, seq, id } = cut;
      const chain = chainIdOf(known.signKey, incarnation);
      const standing = standingCut(state, user, device, chain);
      const isRaised =
        standing?.why === "cut" && seq > standing.seq && seq <= (standing.seqMax ?? seq);
      if (!isRaised) return violated(record, "VL9 a cut is only raised");
      cutsByChain.set(chain, { ...standing, seq, id });
    }
  }
  return ok({ ...state, cutsByChain });
};

export const proveEquivocation = (
  { state, record, identities }: Judged,
  { user, device, incarnation, heads: [left, right] }: Payload<"equivocation">,
): Outcome => {
  const known = identities.get(user)?.devices.get(device);
  if (known?.scope !== DeviceScope.Full)
    return violated(record, "VL10 a cut names devices of that user");
  const chain = chainIdOf(known.signKey, incarnation);
  const ids = signedIds(known.signKey, [left, right]);
  if (!ids.ok) return ids;
  const isProof =
    left.head.vault === state.vault &&
    right.head.vault === state.vault &&
    left.head.chain === chain &&
    right.head.chain === chain &&
    left.head.seq === right.head.seq &&
    left.head.previous === right.head.previous &&
    ids.value[0] !== ids.value[1];
  if (!isProof)
    return violated(
      record,
      "VL15 two heads of one chain, one seq and one predecessor prove an equivocation",
    );
  const proved = { seq: left.head.seq - 1, id: left.head.previous };
  const standing = standingCut(state, user, device, chain);
  const seqMax = Math.min(proved.seq, standing?.seqMax ?? proved.seq);
  // A proof only lowers: where the chain is cut before it, it bounds how far that may be raised.
  const cut: Cut =
    standing !== undefined && standing.seq <= proved.seq
      ? { ...standing, seqMax }
      : {
          ...proved,
          why: "equivocation",
          openedFrom: standing?.openedFrom ?? state.members.get(user)?.writerSince ?? 0,
          seqMax,
        };
  const cutsByChain = new Map(state.cutsByChain).set(chain, cut);
  return ok({ ...state, cutsByChain, cutAt: record.index });
};

const signedIds = (
  signKey: SignPublicKey,
  heads: Payload<"equivocation">["heads"],
): Result<readonly EnvelopeId[], BadSignature> => {
  const ids: EnvelopeId[] = [];
  for (const head of heads) {
    const verified = verifySignedHead(head, signKey);
    if (!verified.ok) return verified;
    ids.push(verified.value);
  }
  return ok(ids);
};

export const anchorChains = (judged: Judged, { user, cuts }: Payload<"chainAnchor">): Outcome => {
  const { state, record, author, identities } = judged;
  const target = state.members.get(user);
  const areClosed = cuts.every(({ device }) => state.closedDevices.has(device));
  const isManaged = target !== undefined && mayManage(author.role, target.role);
  if (user !== author.user && !(author.role >= Role.Admin && (areClosed || isManaged)))
    return violated(record, "VL4 the role allows it");
  const openedFrom = target?.writerSince ?? 0;
  const cutsByChain = new Map(state.cutsByChain);
  for (const { device, chains } of cuts) {
    const known = identities.get(user)?.devices.get(device);
    if (known?.scope !== DeviceScope.Full)
      return violated(record, "VL10 a cut names devices of that user");
    for (const cut of chains) {
      const { incarnation, seq, id } = cut;
      const chain = chainIdOf(known.signKey, incarnation);
      const standing = standingCut(state, user, device, chain);
      if (standing !== undefined && (standing.seq !== seq || standing.id !== id))
        return violated(record, "VL9 a cut is only raised");
      const anchor: Cut = { seq, id, why: "anchor", openedFrom, seqMax: undefined };
      cutsByChain.set(chain, standing ?? anchor);
    }
  }
  return ok({ ...state, cutsByChain, cutAt: record.index });
};
