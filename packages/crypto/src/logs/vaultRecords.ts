/** What a vault log says: members, roles, epochs, cuts. No name stands in any record. docs/protocol.md §3.3. */
import { decode, type Malformed, type Reader } from "../bytes/reader.ts";
import { readRising, type RisingLimits, writeRising } from "../bytes/rising.ts";
import { encode, type Writer } from "../bytes/writer.ts";
import { readSignedHead, type SignedHead, writeSignedHead } from "../envelope/envelope.ts";
import { hash16 } from "../hash.ts";
import {
  type DeviceId,
  deviceIds,
  type EnvelopeId,
  envelopeIds,
  type Incarnation,
  incarnations,
  noEnvelope,
  type RecordId,
  recordIds,
  type UserId,
  userIds,
  type VaultId,
  vaultIds,
} from "../ids.ts";
import { labels } from "../labels.ts";
import {
  type KeyBox,
  type KeyCommitment,
  type KeyWrap,
  readKeyBox,
  readKeyCommitment,
  readKeyWrap,
} from "../publicKeys.ts";
import { type Result, unreachable } from "../result.ts";
import {
  cutChainCountMax,
  deviceCountMax,
  extraTypeCountMax,
  memberCountMax,
  recordByteLengthMax,
  saltByteLength,
  viewerCountMax,
} from "../sizes.ts";

/** Numbers on the wire: never reused. */
export const VaultType = {
  Genesis: 1,
  AddMember: 2,
  SetRole: 3,
  RemoveMember: 4,
  Rotate: 5,
  CutDevice: 6,
  RaiseCut: 7,
  GrantViewer: 8,
  Ungrant: 9,
  Box: 10,
  Equivocation: 11,
  Resolve: 12,
  ChainAnchor: 13,
  Policy: 14,
  Pin: 15,
} as const;

/** Ordered: a higher number may do all a lower one may. Numbers on the wire: never reused. */
export const Role = { Viewer: 1, Writer: 2, Admin: 3, Owner: 4 } as const;
export type Role = (typeof Role)[keyof typeof Role];

export interface MemberBox {
  readonly user: UserId;
  readonly generation: number;
  readonly box: KeyBox;
}

export interface ViewerBox {
  readonly user: UserId;
  readonly device: DeviceId;
  readonly box: KeyBox;
}

/** The next epoch, for exactly the members and granted viewers. */
export interface Rotation {
  readonly epoch: number;
  readonly commitment: KeyCommitment;
  /** The epoch before, under this one. */
  readonly wrap: KeyWrap;
  readonly members: readonly MemberBox[];
  readonly viewers: readonly ViewerBox[];
}

/** How far one chain counts. The incarnation proves that the chain is the device's. */
export interface ChainCut {
  readonly incarnation: Incarnation;
  /** 0, with `noEnvelope`: nothing of it counts. */
  readonly seq: number;
  readonly id: EnvelopeId;
}

/** Chains of the device that are not listed count for nothing. */
export interface DeviceCut {
  readonly device: DeviceId;
  readonly chains: readonly ChainCut[];
}

export type VaultPayload =
  | {
      readonly type: "genesis";
      readonly salt: Uint8Array;
      /** The lowest version that counts in this vault: nothing can talk members into less. */
      readonly versionMin: number;
      readonly commitment: KeyCommitment;
      readonly owner: MemberBox;
    }
  | {
      readonly type: "addMember";
      readonly role: Role;
      readonly member: MemberBox;
    }
  | {
      readonly type: "setRole";
      readonly user: UserId;
      readonly role: Role;
      /** When writing is taken away: how far each chain counts. */
      readonly cuts: readonly DeviceCut[];
    }
  | {
      readonly type: "removeMember";
      readonly user: UserId;
      readonly cuts: readonly DeviceCut[];
      readonly rotation: Rotation;
    }
  | { readonly type: "rotate"; readonly rotation: Rotation }
  | {
      readonly type: "cutDevice";
      readonly user: UserId;
      readonly cuts: readonly DeviceCut[];
    }
  | {
      readonly type: "raiseCut";
      readonly user: UserId;
      readonly cuts: readonly DeviceCut[];
    }
  | { readonly type: "grantViewer"; readonly viewer: ViewerBox }
  | {
      readonly type: "ungrant";
      readonly user: UserId;
      readonly device: DeviceId;
    }
  | {
      readonly type: "box";
      readonly epoch: number;
      readonly members: readonly MemberBox[];
      readonly viewers: readonly ViewerBox[];
    }
  | {
      readonly type: "equivocation";
      readonly user: UserId;
      readonly device: DeviceId;
      readonly incarnation: Incarnation;
      readonly heads: readonly [SignedHead, SignedHead];
    }
  | {
      readonly type: "resolve";
      /** The last record both branches share. */
      readonly common: { readonly index: number; readonly id: RecordId };
      /** Head of the branch that does not stand. */
      readonly fallen: { readonly index: number; readonly id: RecordId };
    }
  | {
      readonly type: "chainAnchor";
      readonly user: UserId;
      readonly cuts: readonly DeviceCut[];
    }
  | {
      readonly type: "policy";
      readonly versionMin: number;
      readonly extraTypes: readonly number[];
    }
  | { readonly type: "pin" }
  | { readonly type: "unknown"; readonly number: number };

/** Known before the first record exists, so that the box inside it can name it. */
export const vaultIdOf = (creator: UserId, salt: Uint8Array): VaultId =>
  vaultIds.fromBytes(hash16(labels.vaultId, userIds.toBytes(creator), salt));

const writeMemberBox = (to: Writer, { user, generation, box }: MemberBox): void => {
  userIds.write(to, user);
  to.varUint(generation);
  to.bytes(box);
};

const readMemberBox = (from: Reader): MemberBox => ({
  user: userIds.read(from),
  generation: from.varUint(),
  box: readKeyBox(from),
});

const writeViewerBox = (to: Writer, { user, device, box }: ViewerBox): void => {
  userIds.write(to, user);
  deviceIds.write(to, device);
  to.bytes(box);
};

const readViewerBox = (from: Reader): ViewerBox => ({
  user: userIds.read(from),
  device: deviceIds.read(from),
  box: readKeyBox(from),
});

const memberLimits: RisingLimits<MemberBox> = {
  countMax: memberCountMax,
  itemByteLengthMin: 1185,
  keyOf: ({ user }) => user,
};

const viewerLimits: RisingLimits<ViewerBox> = {
  countMax: viewerCountMax,
  itemByteLengthMin: 1200,
  keyOf: ({ device }) => device,
};

const writeBoxes = (to: Writer, boxes: Pick<Rotation, "members" | "viewers">): void => {
  writeRising(to, memberLimits, boxes.members, writeMemberBox);
  writeRising(to, viewerLimits, boxes.viewers, writeViewerBox);
};

const readBoxes = (from: Reader): Pick<Rotation, "members" | "viewers"> => ({
  members: readRising(from, memberLimits, readMemberBox),
  viewers: readRising(from, viewerLimits, readViewerBox),
});

const writeRotation = (to: Writer, rotation: Rotation): void => {
  to.u32(rotation.epoch);
  to.bytes(rotation.commitment);
  to.bytes(rotation.wrap);
  writeBoxes(to, rotation);
};

const readRotation = (from: Reader): Rotation => ({
  epoch: from.u32(),
  commitment: readKeyCommitment(from),
  wrap: readKeyWrap(from),
  ...readBoxes(from),
});

const chainLimits: RisingLimits<ChainCut> = {
  countMax: cutChainCountMax,
  itemByteLengthMin: 49,
  keyOf: ({ incarnation }) => incarnation,
};

const writeChainCut = (to: Writer, { incarnation, seq, id }: ChainCut): void => {
  incarnations.write(to, incarnation);
  to.varUint(seq);
  envelopeIds.write(to, id);
};

const readChainCut = (from: Reader): ChainCut => {
  const incarnation = incarnations.read(from);
  const seq = from.varUint();
  const id = envelopeIds.read(from);
  if ((seq === 0) !== (id === noEnvelope)) from.refuse("seq 0 exactly with no id", `seq ${seq}`);
  return { incarnation, seq, id };
};

const cutLimits: RisingLimits<DeviceCut> = {
  countMax: deviceCountMax,
  itemByteLengthMin: 17,
  keyOf: ({ device }) => device,
};

const writeDeviceCuts = (to: Writer, cuts: readonly DeviceCut[]): void =>
  writeRising(to, cutLimits, cuts, (_, { device, chains }) => {
    deviceIds.write(to, device);
    writeRising(to, chainLimits, chains, writeChainCut);
  });

const readDeviceCuts = (from: Reader): DeviceCut[] =>
  readRising(from, cutLimits, () => ({
    device: deviceIds.read(from),
    chains: readRising(from, chainLimits, readChainCut),
  }));

const typeLimits: RisingLimits<number> = {
  countMax: extraTypeCountMax,
  itemByteLengthMin: 1,
  keyOf: (type) => type,
};

const readRole = (from: Reader): Role => {
  const role = from.u8();
  if (role < Role.Viewer || role > Role.Owner) from.refuse("role 1 to 4", `${role}`);
  return role as Role;
};

const writeLogPosition = (
  to: Writer,
  { index, id }: { readonly index: number; readonly id: RecordId },
): void => {
  to.varUint(index);
  recordIds.write(to, id);
};

const readLogPosition = (from: Reader) => ({
  index: from.varUint(),
  id: recordIds.read(from),
});

const numberOf: Record<Exclude<VaultPayload["type"], "unknown">, number> = {
  genesis: VaultType.Genesis,
  addMember: VaultType.AddMember,
  setRole: VaultType.SetRole,
  removeMember: VaultType.RemoveMember,
  rotate: VaultType.Rotate,
  cutDevice: VaultType.CutDevice,
  raiseCut: VaultType.RaiseCut,
  grantViewer: VaultType.GrantViewer,
  ungrant: VaultType.Ungrant,
  box: VaultType.Box,
  equivocation: VaultType.Equivocation,
  resolve: VaultType.Resolve,
  chainAnchor: VaultType.ChainAnchor,
  policy: VaultType.Policy,
  pin: VaultType.Pin,
};

export const vaultTypeNumber = (payload: VaultPayload): number =>
  payload.type === "unknown" ? payload.number : numberOf[payload.type];

export const encodeVaultPayload = (payload: VaultPayload): Uint8Array =>
  encode((to) => writeVaultPayload(to, payload));

const writeVaultPayload = (to: Writer, payload: VaultPayload): void => {
  switch (payload.type) {
    case "genesis":
      to.bytes(payload.salt);
      to.u8(payload.versionMin);
      to.bytes(payload.commitment);
      return writeMemberBox(to, payload.owner);
    case "addMember":
      to.u8(payload.role);
      return writeMemberBox(to, payload.member);
    case "setRole":
      userIds.write(to, payload.user);
      to.u8(payload.role);
      return writeDeviceCuts(to, payload.cuts);
    case "removeMember":
      userIds.write(to, payload.user);
      writeDeviceCuts(to, payload.cuts);
      return writeRotation(to, payload.rotation);
    case "rotate":
      return writeRotation(to, payload.rotation);
    case "cutDevice":
    case "raiseCut":
    case "chainAnchor":
      userIds.write(to, payload.user);
      return writeDeviceCuts(to, payload.cuts);
    case "grantViewer":
      return writeViewerBox(to, payload.viewer);
    case "ungrant":
      userIds.write(to, payload.user);
      return deviceIds.write(to, payload.device);
    case "box":
      to.u32(payload.epoch);
      return writeBoxes(to, payload);
    case "equivocation":
      userIds.write(to, payload.user);
      deviceIds.write(to, payload.device);
      incarnations.write(to, payload.incarnation);
      for (const head of payload.heads) writeSignedHead(to, head);
      return;
    case "resolve":
      writeLogPosition(to, payload.common);
      return writeLogPosition(to, payload.fallen);
    case "policy":
      to.u8(payload.versionMin);
      return writeRising(to, typeLimits, payload.extraTypes, (_, type) => to.u8(type));
    case "pin":
    case "unknown":
      return;
  }
  unreachable(payload);
};

const readVaultPayload = (from: Reader, type: number): VaultPayload => {
  switch (type) {
    case VaultType.Genesis:
      return {
        type: "genesis",
        salt: from.bytes(saltByteLength),
        versionMin: from.u8(),
        commitment: readKeyCommitment(from),
        owner: readMemberBox(from),
      };
    case VaultType.AddMember:
      return {
        type: "addMember",
        role: readRole(from),
        member: readMemberBox(from),
      };
    case VaultType.SetRole:
      return {
        type: "setRole",
        user: userIds.read(from),
        role: readRole(from),
        cuts: readDeviceCuts(from),
      };
    case VaultType.RemoveMember:
      return {
        type: "removeMember",
        user: userIds.read(from),
        cuts: readDeviceCuts(from),
        rotation: readRotation(from),
      };
    case VaultType.Rotate:
      return { type: "rotate", rotation: readRotation(from) };
    case VaultType.CutDevice:
      return {
        type: "cutDevice",
        user: userIds.read(from),
        cuts: readDeviceCuts(from),
      };
    case VaultType.RaiseCut:
      return {
        type: "raiseCut",
        user: userIds.read(from),
        cuts: readDeviceCuts(from),
      };
    case VaultType.GrantViewer:
      return { type: "grantViewer", viewer: readViewerBox(from) };
    case VaultType.Ungrant:
      return {
        type: "ungrant",
        user: userIds.read(from),
        device: deviceIds.read(from),
      };
    case VaultType.Box:
      return {
        type: "box",
        epoch: from.u32(),
        ...readBoxes(from),
      };
    case VaultType.Equivocation:
      return {
        type: "equivocation",
        user: userIds.read(from),
        device: deviceIds.read(from),
        incarnation: incarnations.read(from),
        heads: [readSignedHead(from), readSignedHead(from)],
      };
    case VaultType.Resolve:
      return {
        type: "resolve",
        common: readLogPosition(from),
        fallen: readLogPosition(from),
      };
    case VaultType.ChainAnchor:
      return {
        type: "chainAnchor",
        user: userIds.read(from),
        cuts: readDeviceCuts(from),
      };
    case VaultType.Policy:
      return {
        type: "policy",
        versionMin: from.u8(),
        extraTypes: readRising(from, typeLimits, () => from.u8()),
      };
    case VaultType.Pin:
      return { type: "pin" };
    default:
      from.rest(recordByteLengthMax);
      return { type: "unknown", number: type };
  }
};

export const decodeVaultPayload = (
  type: number,
  payload: Uint8Array,
): Result<VaultPayload, Malformed> =>
  decode({ what: "vault record", byteLengthMax: recordByteLengthMax }, payload, (from) =>
    readVaultPayload(from, type),
  );
