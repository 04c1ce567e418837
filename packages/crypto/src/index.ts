/**
 * Door `@duro/crypto`: for devices that hold keys. What needs no secret is behind `./verify`, names
 * and sizes behind `./types`. The relay may not come through here.
 */
export {
  blobByteLengthMax,
  type BlobError,
  type ChunkError,
  chunkContentRange,
  createBlobHeader,
  openBlob,
  openChunk,
  sealBlob,
  sealChunk,
  type WrongBlobKey,
} from "./blob.ts";
export { signBlobDrop } from "./blobDrop.ts";
export { clientIdOf } from "./clientId.ts";
export { checkChoices, checkNumberOf, fingerprintWords } from "./compare.ts";
export {
  type BodyContent,
  type BodyError,
  type BodyMissing,
  type BodyVoid,
  openBody,
  type WrongVaultKey,
} from "./envelope/body.ts";
export { documentIdOf } from "./documentId.ts";
export { sealEnvelope } from "./envelope/sealEnvelope.ts";
export type { BoxBroken, BoxError, KeyCommitmentMismatch, NotAKemKey } from "./keys/box.ts";
export { createDeviceKeys, type DeviceKeys, deviceKeysFromSeed } from "./keys/deviceKeys.ts";
export {
  createPhrase,
  paperDeviceKeys,
  parsePhrase,
  type Phrase,
  type PhraseError,
  phraseWordCount,
} from "./keys/phrase.ts";
export { type UserKey, type UserKeys, userKeysFrom } from "./keys/userKey.ts";
export { type VaultKey, vaultKeyFrom } from "./keys/vaultKey.ts";
export type { WrapBroken, WrapError } from "./keys/wrap.ts";
export { signLogin } from "./login.ts";
export { type AcceptedPhrase, acceptPhrase, type PhraseRefused } from "./logs/acceptPhrase.ts";
export {
  addDeviceRecord,
  type NewDevice,
  revokeDeviceRecord,
  startIdentity,
} from "./logs/authorIdentity.ts";
export {
  addMemberRecord,
  boxRecord,
  cutRecord,
  grantViewerRecord,
  type Identities,
  pinRecord,
  type PlainVaultPayload,
  plainVaultRecord,
  removeMemberRecord,
  type Rotated,
  rotateRecord,
  setRoleRecord,
  startVault,
  type VaultAuthor,
} from "./logs/authorVault.ts";
export {
  type KeyFailure,
  type NoBox,
  type OpenedKeys,
  openUserKeys,
  openVaultKey,
  openVaultKeys,
  type VaultReader,
} from "./logs/openKeys.ts";
export { cosignRecord, type RecordSigner } from "./logs/record.ts";
export {
  type CodeMalformed,
  createPairingCode,
  mailboxCount,
  type PairingCode,
  pairingCodeText,
  parsePairingCode,
} from "./pairing/code.ts";
export { openPairingMessage, sealPairingMessage } from "./pairing/channel.ts";
export {
  type PairingError,
  type PairingRefused,
  type PairingRole,
  type PairingSession,
  type PairingState,
  pairingStep,
  type PairingStepped,
  startPairing,
} from "./pairing/handshake.ts";
export {
  createStretchParameters,
  stretchBounds,
  type StretchParameters,
  stretchPassphrase,
  type StretchRefused,
} from "./passphrase.ts";
export {
  decodePresence,
  openPresence,
  type Presence,
  type PresenceError,
  type PresenceHead,
  type PresenceReplayed,
  sealPresence,
} from "./presence.ts";
export { type RandomBytes, systemRandomBytes } from "./random.ts";
export type { CommitmentMismatch, SealBroken } from "./seal.ts";
export { type Secret, secret } from "./secret.ts";
export type { SignSecretKey } from "./sign.ts";
