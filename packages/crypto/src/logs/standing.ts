/**
 * How far a chain counts. A pure function of the vault log and what the chain's OPEN says, so every
 * device answers the same in whatever order things arrived. docs/protocol.md §5.
 */
import { chainIdOf } from "../envelope/envelope.ts";
import {
  type ChainId,
  type DeviceId,
  type EnvelopeId,
  type Incarnation,
  noEnvelope,
  type RecordId,
  type UserId,
} from "../ids.ts";
import type { IdentityState } from "./identityLog.ts";
import { DeviceScope } from "./kinds.ts";
import type { VaultState } from "./vaultState.ts";

/** What an OPEN says of its chain, and the log head it was opened under. */
export interface ChainOpening {
  readonly chain: ChainId;
  readonly user: UserId;
  readonly device: DeviceId;
  readonly incarnation: Incarnation;
  readonly logHead: RecordId;
}

export type Standing =
  /** Everything of it counts. */
  | { readonly kind: "counts" }
  /** Nothing counts past this point; 0 is nothing at all. */
  | { readonly kind: "cut"; readonly seq: number; readonly id: EnvelopeId }
  /** Cannot be told yet: a record is missing here. Hold it. */
  | { readonly kind: "held"; readonly why: "log head unknown" | "device unknown" }
  /** It never counted and never will. */
  | {
      readonly kind: "never";
      readonly why:
        "foreign chain" | "not a writer" | "not a full device" | "opened before writing was given";
    };

/** `identity` is of the chain's user, at the pin that the vault's state holds. */
export const chainStanding = (
  state: VaultState,
  identity: IdentityState | undefined,
  opening: ChainOpening,
): Standing => {
  const device = identity?.devices.get(opening.device);
  if (device !== undefined && chainIdOf(device.signKey, opening.incarnation) !== opening.chain)
    return { kind: "never", why: "foreign chain" };
  const openedAt = state.indexByRecord.get(opening.logHead);
  const cut = state.cutsByChain.get(opening.chain);
  // A cut bounds what counts, and makes nothing count that was opened without the right to write.
  if (cut !== undefined)
    return openedAt !== undefined && openedAt < cut.openedFrom
      ? { kind: "never", why: "opened before writing was given" }
      : { kind: "cut", seq: cut.seq, id: cut.id };
  if (state.closedDevices.has(opening.device)) return { kind: "cut", seq: 0, id: noEnvelope };
  const member = state.members.get(opening.user);
  if (member?.writerSince === undefined) return { kind: "never", why: "not a writer" };
  if (openedAt === undefined) return { kind: "held", why: "log head unknown" };
  if (openedAt < member.writerSince)
    return { kind: "never", why: "opened before writing was given" };
  if (device === undefined) return { kind: "held", why: "device unknown" };
  if (device.scope !== DeviceScope.Full) return { kind: "never", why: "not a full device" };
  return { kind: "counts" };
};
