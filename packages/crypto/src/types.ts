/**
 * Door `@duro/crypto/types`: what any package may know. Names, sizes, shapes and the byte reader and
 * writer; no key, no libsodium.
 */
export { bytesAreEqual, concatBytes } from "./bytes/bytes.ts";
export { bytesToHex, hexToBytes } from "./bytes/hex.ts";
export {
  type BlobHeader,
  type BlobRef,
  decodeBlobHeader,
  encodeBlobHeader,
  readBlobRef,
  writeBlobRef,
} from "./blobHeader.ts";
export { decode, type DecodeLimit, type Malformed, type Reader } from "./bytes/reader.ts";
export { readRising, type RisingLimits, writeRising } from "./bytes/rising.ts";
export { encode, type Writer } from "./bytes/writer.ts";
export type { BodyContent } from "./envelope/body.ts";
export type { Envelope, SignedHead } from "./envelope/envelope.ts";
export {
  type BlobId,
  blobIds,
  type Brand,
  type ChainId,
  chainIds,
  type DeviceId,
  deviceIds,
  type EnvelopeId,
  envelopeIds,
  type IdKind,
  idKind,
  type Incarnation,
  incarnations,
  noEnvelope,
  noRecord,
  type NotAnId,
  type RecordId,
  recordIds,
  type RelayGeneration,
  relayGenerations,
  type UserId,
  userIds,
  type VaultId,
  vaultIds,
} from "./ids.ts";
export {
  EnvelopeFlag,
  type EnvelopeHead,
  EnvelopeKind,
  type HeadFields,
  readHead,
  readKindAndFlags,
  writeHead,
} from "./envelope/head.ts";
export {
  asSignature,
  asSignPublicKey,
  type KemPublicKey,
  readKemPublicKey,
  readSignature,
  readSignPublicKey,
  type Signature,
  type SignPublicKey,
} from "./publicKeys.ts";
export { assert, BrokenAssumption, err, ok, type Result, unreachable } from "./result.ts";
export { DeviceScope, LogKind } from "./logs/kinds.ts";
export * as sizes from "./sizes.ts";
export { formatSuite, formatVersion, unsupported, type VersionUnsupported } from "./version.ts";
