/** Frames that open a vault on a connection and bring both sides to the same heads. */
import { type Reader, type VaultId, vaultIds, type Writer } from "@duro/crypto/types";
import { type ChannelNumber, channelNumbers, type VaultPosition, vaultPositions } from "../ids.ts";
import {
  type LogHead,
  readLogHead,
  readVector,
  type Vector,
  writeLogHead,
  writeVector,
} from "./heads.ts";
import { readOption, writeOption } from "./shapes.ts";

export interface OpenVault {
  readonly type: "OpenVault";
  /** From now on this number stands for the vault. */
  readonly channel: ChannelNumber;
  readonly vault: VaultId;
  /** Undefined: nothing of its log is here yet. */
  readonly logHead: LogHead | undefined;
  readonly vector: Vector;
  /** Without, the relay sends heads, and bodies only where they are asked for. */
  readonly wantsBodies: boolean;
  readonly wantsPresence: boolean;
}

export const writeOpenVault = (to: Writer, frame: OpenVault): void => {
  channelNumbers.write(to, frame.channel);
  vaultIds.write(to, frame.vault);
  writeOption(to, frame.logHead, writeLogHead);
  writeVector(to, frame.vector);
  to.bool(frame.wantsBodies);
  to.bool(frame.wantsPresence);
};

export const readOpenVault = (from: Reader): OpenVault => ({
  type: "OpenVault",
  channel: channelNumbers.read(from),
  vault: vaultIds.read(from),
  logHead: readOption(from, readLogHead),
  vector: readVector(from),
  wantsBodies: from.bool(),
  wantsPresence: from.bool(),
});

export interface CloseVault {
  readonly type: "CloseVault";
  readonly channel: ChannelNumber;
}

export const writeCloseVault = (to: Writer, frame: CloseVault): void =>
  channelNumbers.write(to, frame.channel);

export const readCloseVault = (from: Reader): CloseVault => ({
  type: "CloseVault",
  channel: channelNumbers.read(from),
});

/** What the relay has, so that a client sees at once where it is behind, and where the relay is. */
export interface VaultHeads {
  readonly type: "VaultHeads";
  readonly channel: ChannelNumber;
  readonly logHead: LogHead;
  readonly position: VaultPosition;
  readonly chains: Vector;
}

export const writeVaultHeads = (to: Writer, frame: VaultHeads): void => {
  channelNumbers.write(to, frame.channel);
  writeLogHead(to, frame.logHead);
  vaultPositions.write(to, frame.position);
  writeVector(to, frame.chains);
};

export const readVaultHeads = (from: Reader): VaultHeads => ({
  type: "VaultHeads",
  channel: channelNumbers.read(from),
  logHead: readLogHead(from),
  position: vaultPositions.read(from),
  chains: readVector(from),
});

/** After a nudge, or when a page was not the last: what is missing behind this vector. */
export interface Pull {
  readonly type: "Pull";
  readonly channel: ChannelNumber;
  readonly vector: Vector;
  /** Granted with it. */
  readonly creditByteLength: number;
}

export const writePull = (to: Writer, frame: Pull): void => {
  channelNumbers.write(to, frame.channel);
  writeVector(to, frame.vector);
  to.varUint(frame.creditByteLength);
};

export const readPull = (from: Reader): Pull => ({
  type: "Pull",
  channel: channelNumbers.read(from),
  vector: readVector(from),
  creditByteLength: from.varUint(),
});

/** Everything up to this position was sent; what comes now is live. */
export interface CatchUpDone {
  readonly type: "CatchUpDone";
  readonly channel: ChannelNumber;
  readonly position: VaultPosition;
}

export const writeCatchUpDone = (to: Writer, frame: CatchUpDone): void => {
  channelNumbers.write(to, frame.channel);
  vaultPositions.write(to, frame.position);
};

export const readCatchUpDone = (from: Reader): CatchUpDone => ({
  type: "CatchUpDone",
  channel: channelNumbers.read(from),
  position: vaultPositions.read(from),
});

/** There is more, but this connection is slow: pull when there is room. */
export interface Nudge {
  readonly type: "Nudge";
  readonly channel: ChannelNumber;
  readonly position: VaultPosition;
}

export const writeNudge = (to: Writer, frame: Nudge): void => {
  channelNumbers.write(to, frame.channel);
  vaultPositions.write(to, frame.position);
};

export const readNudge = (from: Reader): Nudge => ({
  type: "Nudge",
  channel: channelNumbers.read(from),
  position: vaultPositions.read(from),
});
