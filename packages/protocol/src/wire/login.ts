/** How a connection begins: the relay says who it is, the device proves who it is, the relay agrees. */
import {
  DeviceScope,
  type DeviceId,
  deviceIds,
  readSignature,
  readSignPublicKey,
  type Reader,
  type RelayGeneration,
  relayGenerations,
  type Signature,
  type SignPublicKey,
  type UserId,
  userIds,
  type VaultId,
  vaultIds,
  type Writer,
  readRising,
  type RisingLimits,
  writeRising,
} from "@duro/crypto/types";
import { type LoginNonce, loginNonces } from "../ids.ts";
import { clientVersionByteLengthMax, vaultsPerUserMax } from "../limits.ts";
import { type LogHead, readLogHead, writeLogHead } from "./heads.ts";
import { readOneOf } from "./shapes.ts";

export interface Challenge {
  readonly type: "Challenge";
  readonly nonce: LoginNonce;
  readonly relayKey: SignPublicKey;
  readonly generation: RelayGeneration;
  readonly versionMin: number;
  readonly versionMax: number;
  readonly nowMs: number;
}

export const writeChallenge = (to: Writer, frame: Challenge): void => {
  loginNonces.write(to, frame.nonce);
  to.bytes(frame.relayKey);
  relayGenerations.write(to, frame.generation);
  to.u8(frame.versionMin);
  to.u8(frame.versionMax);
  to.varUint(frame.nowMs);
};

export const readChallenge = (from: Reader): Challenge => ({
  type: "Challenge",
  nonce: loginNonces.read(from),
  relayKey: readSignPublicKey(from),
  generation: relayGenerations.read(from),
  versionMin: from.u8(),
  versionMax: from.u8(),
  nowMs: from.varUint(),
});

export interface Login {
  readonly type: "Login";
  readonly device: DeviceId;
  /** Signed with the rest; the relay notes it and believes the nonce. */
  readonly nowMs: number;
  readonly signature: Signature;
  /** Of the program, not of the protocol. */
  readonly clientVersion: string;
}

export const writeLogin = (to: Writer, frame: Login): void => {
  deviceIds.write(to, frame.device);
  to.varUint(frame.nowMs);
  to.bytes(frame.signature);
  to.text(frame.clientVersion);
};

export const readLogin = (from: Reader): Login => ({
  type: "Login",
  device: deviceIds.read(from),
  nowMs: from.varUint(),
  signature: readSignature(from),
  clientVersion: from.text(clientVersionByteLengthMax),
});

export interface Welcome {
  readonly type: "Welcome";
  readonly user: UserId;
  readonly device: DeviceId;
  readonly scope: DeviceScope;
  /** Those this device may open: rising. */
  readonly vaults: readonly VaultId[];
  readonly identityHead: LogHead;
  /** What the client may send before the relay grants more. */
  readonly creditByteLength: number;
}

const vaultLimits: RisingLimits<VaultId> = {
  countMax: vaultsPerUserMax,
  itemByteLengthMin: vaultIds.byteLength,
  keyOf: (vault) => vault,
};

export const writeWelcome = (to: Writer, frame: Welcome): void => {
  userIds.write(to, frame.user);
  deviceIds.write(to, frame.device);
  to.u8(frame.scope);
  writeRising(to, vaultLimits, frame.vaults, (_, vault) => vaultIds.write(to, vault));
  writeLogHead(to, frame.identityHead);
  to.varUint(frame.creditByteLength);
};

export const readWelcome = (from: Reader): Welcome => ({
  type: "Welcome",
  user: userIds.read(from),
  device: deviceIds.read(from),
  scope: readOneOf(from, "device scope", DeviceScope),
  vaults: readRising(from, vaultLimits, () => vaultIds.read(from)),
  identityHead: readLogHead(from),
  creditByteLength: from.varUint(),
});
