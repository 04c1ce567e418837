/** Frames about blobs. Their bytes go over HTTP, with a token that is issued here. */
import {
  type BlobId,
  blobIds,
  type DeviceId,
  deviceIds,
  type Reader,
  readSignature,
  type Signature,
  type Writer,
} from "@duro/crypto/types";
import {
  type BlobToken,
  blobTokens,
  type ChannelNumber,
  channelNumbers,
  type RequestId,
  requestIds,
} from "../ids.ts";
import { readOneOf, readOption, writeOption } from "./shapes.ts";

/** Numbers on the wire: never reused. */
export const BlobAction = { Read: 1, Write: 2 } as const;
export type BlobAction = (typeof BlobAction)[keyof typeof BlobAction];

export interface BlobTokenWant {
  readonly type: "BlobTokenWant";
  readonly request: RequestId;
  readonly channel: ChannelNumber;
  readonly action: BlobAction;
  /** Undefined: any blob of the vault. */
  readonly blob: BlobId | undefined;
}

export const writeBlobTokenWant = (to: Writer, frame: BlobTokenWant): void => {
  requestIds.write(to, frame.request);
  channelNumbers.write(to, frame.channel);
  to.u8(frame.action);
  writeOption(to, frame.blob, (_, blob) => blobIds.write(to, blob));
};

export const readBlobTokenWant = (from: Reader): BlobTokenWant => ({
  type: "BlobTokenWant",
  request: requestIds.read(from),
  channel: channelNumbers.read(from),
  action: readOneOf(from, "blob action", BlobAction),
  blob: readOption(from, () => blobIds.read(from)),
});

export interface BlobTokenGranted {
  readonly type: "BlobTokenGranted";
  readonly request: RequestId;
  readonly token: BlobToken;
  readonly expiresAtMs: number;
}

export const writeBlobTokenGranted = (to: Writer, frame: BlobTokenGranted): void => {
  requestIds.write(to, frame.request);
  blobTokens.write(to, frame.token);
  to.varUint(frame.expiresAtMs);
};

export const readBlobTokenGranted = (from: Reader): BlobTokenGranted => ({
  type: "BlobTokenGranted",
  request: requestIds.read(from),
  token: blobTokens.read(from),
  expiresAtMs: from.varUint(),
});

/** Signed by the blob's uploader or an admin, so that the relay can show why the blob is gone. */
export interface BlobDrop {
  readonly type: "BlobDrop";
  readonly request: RequestId;
  readonly channel: ChannelNumber;
  readonly blob: BlobId;
  readonly device: DeviceId;
  readonly nowMs: number;
  readonly signature: Signature;
}

export const writeBlobDrop = (to: Writer, frame: BlobDrop): void => {
  requestIds.write(to, frame.request);
  channelNumbers.write(to, frame.channel);
  blobIds.write(to, frame.blob);
  deviceIds.write(to, frame.device);
  to.varUint(frame.nowMs);
  to.bytes(frame.signature);
};

export const readBlobDrop = (from: Reader): BlobDrop => ({
  type: "BlobDrop",
  request: requestIds.read(from),
  channel: channelNumbers.read(from),
  blob: blobIds.read(from),
  device: deviceIds.read(from),
  nowMs: from.varUint(),
  signature: readSignature(from),
});

export interface BlobDropped {
  readonly type: "BlobDropped";
  readonly request: RequestId;
}

export const writeBlobDropped = (to: Writer, frame: BlobDropped): void =>
  requestIds.write(to, frame.request);

export const readBlobDropped = (from: Reader): BlobDropped => ({
  type: "BlobDropped",
  request: requestIds.read(from),
});
