/**
 * Door `@duro/crypto/verify`: what needs no secret. Signatures, links, hashes and the rules of both
 * logs. The relay comes through here and through `./receipt` only, so that "the relay cannot decrypt"
 * can be read from its imports.
 */
export { isBlobDropBy, type BlobDrop } from "./blobDrop.ts";
export {
  type BlobIdMismatch,
  blobIdOf,
  checkBlob,
  chunkHashOf,
  type ChunkMissing,
} from "./blobHash.ts";
export { docDigestOf } from "./docDigest.ts";
export { bodyHashOf, type BodyHashMismatch, isBodyOf, readClear } from "./envelope/bodyForm.ts";
export {
  type BadSignature,
  chainIdOf,
  decodeEnvelope,
  encodeEnvelope,
  type Envelope,
  type EnvelopeError,
  envelopeIdOf,
  type SignedHead,
  type VerifiedEnvelope,
  verifyEnvelope,
  verifySignedHead,
} from "./envelope/envelope.ts";
export { decodeHead, encodeHead, type HeadError } from "./envelope/head.ts";
export {
  type BareEnvelope,
  type ChainHead,
  type KnownChain,
  newChain,
  type RunBroken,
  type RunEmpty,
  type RunError,
  type VerifiedRun,
  verifyBareRun,
  verifyRun,
} from "./envelope/run.ts";
export { deviceIdOf, type DevicePublicKeys } from "./keys/deviceId.ts";
export type { LinkForked, LinkGap, LinkPoint } from "./link.ts";
export { isLoginBy, type LoginClaim } from "./login.ts";
export {
  applyIdentityRecord,
  currentGeneration,
  type IdentityState,
  isActive,
  isActiveFull,
  type KnownDevice,
  type LogError,
  type RecordUnknown,
  type ReplayedLog,
  replayIdentityLog,
  type UserKeyGeneration,
  type WrongLog,
} from "./logs/identityLog.ts";
export {
  decodeIdentityPayload,
  type DeviceEntry,
  type IdentityPayload,
  IdentityType,
  userIdOf,
} from "./logs/identityRecords.ts";
export { DeviceScope, LogKind } from "./logs/kinds.ts";
export { checkPlace, type LogHeadUnknown, type PlaceWrong } from "./logs/place.ts";
export {
  decodeRecord,
  encodeRecord,
  type LogRecord,
  type Pin,
  type RecordError,
  verifyRecordSignature,
} from "./logs/record.ts";
export { rotationOwed, type RotationReason } from "./logs/rotationOwed.ts";
export { type ChainOpening, chainStanding, type Standing } from "./logs/standing.ts";
export { applyVaultRecord, replayVaultLog } from "./logs/vaultLog.ts";
export {
  currentEpoch,
  type Cut,
  type Epoch,
  type IdentityAt,
  type IdentityHeadMissing,
  type Member,
  type VaultLogError,
  type VaultState,
} from "./logs/vaultState.ts";
export {
  type ChainCut,
  decodeVaultPayload,
  type DeviceCut,
  Role,
  vaultIdOf,
  type VaultPayload,
  VaultType,
} from "./logs/vaultRecords.ts";
export type { RuleName, RuleViolated } from "./logs/violation.ts";
export { isReceiptBy, type ReceiptClaim } from "./receiptClaim.ts";
