/**
 * The Authorization header: a blob token, or a login signed over a fresh nonce. Nothing secret stands
 * in a URL. Why a header is refused is not told, so readers say undefined.
 */
import {
  asSignature,
  bytesToHex,
  type DeviceId,
  deviceIds,
  hexToBytes,
  type Signature,
  sizes,
} from "@duro/crypto/types";
import { type BlobToken, blobTokens, type LoginNonce, loginNonces } from "../ids.ts";

const tokenScheme = "Bearer ";
const loginScheme = "Duro ";

export const tokenToHeader = (token: BlobToken): string => `${tokenScheme}${token}`;

export const headerToToken = (header: string): BlobToken | undefined => {
  if (!header.startsWith(tokenScheme)) return undefined;
  const token = blobTokens.parse(header.slice(tokenScheme.length));
  return token.ok ? token.value : undefined;
};

export interface LoginProof {
  readonly device: DeviceId;
  readonly nonce: LoginNonce;
  readonly nowMs: number;
  readonly signature: Signature;
}

export const loginToHeader = ({ device, nonce, nowMs, signature }: LoginProof): string =>
  `${loginScheme}${device}.${nonce}.${nowMs}.${bytesToHex(signature)}`;

export const headerToLogin = (header: string): LoginProof | undefined => {
  if (!header.startsWith(loginScheme)) return undefined;
  const [device = "", nonce = "", nowMs = "", signature = "", ...more] = header
    .slice(loginScheme.length)
    .split(".");
  const deviceId = deviceIds.parse(device);
  const loginNonce = loginNonces.parse(nonce);
  const bytes = hexToBytes(signature);
  const isWhole =
    /^(0|[1-9]\d{0,14})$/u.test(nowMs) &&
    bytes?.length === sizes.signatureByteLength &&
    more.length === 0;
  return deviceId.ok && loginNonce.ok && isWhole
    ? {
        device: deviceId.value,
        nonce: loginNonce.value,
        nowMs: Number(nowMs),
        signature: asSignature(bytes),
      }
    : undefined;
};
