/**
 * Every derivation, hash and signature carries one of these, so that no value made for one purpose
 * can pass for another. A label is never reused and never changes its meaning: docs/crypto.md §2.
 */
export const labels = {
  // hashes that name things
  userId: "duro/1/user-id",
  deviceId: "duro/1/device-id",
  vaultId: "duro/1/vault-id",
  chainId: "duro/1/chain-id",
  recordId: "duro/1/record-id",
  envelopeId: "duro/1/envelope-id",
  bodyHash: "duro/1/body-hash",
  blobId: "duro/1/blob-id",
  blobChunkHash: "duro/1/blob-chunk-hash",
  docDigest: "duro/1/doc-digest",
  clientId: "duro/1/client-id",
  documentId: "duro/1/document-id",
  // signatures
  signRecord: "duro/1/sign/record",
  signEnvelope: "duro/1/sign/envelope",
  signLogin: "duro/1/sign/login",
  signReceipt: "duro/1/sign/receipt",
  signPresence: "duro/1/sign/presence",
  signDrop: "duro/1/sign/drop",
  // device keys and the paper device
  deviceSign: "duro/1/device/sign",
  deviceKem: "duro/1/device/kem",
  paperDevice: "duro/1/paper-device",
  // user key
  userSign: "duro/1/user/sign",
  userKem: "duro/1/user/kem",
  userSymmetric: "duro/1/user/symmetric",
  userKeyCommitment: "duro/1/user/commitment",
  userKeyWrap: "duro/1/user/wrap",
  userKeyBox: "duro/1/user/box",
  // vault key
  vaultKeyCommitment: "duro/1/vault/commitment",
  vaultKeyWrap: "duro/1/vault/wrap",
  vaultKeyBox: "duro/1/vault/box",
  boxKey: "duro/1/box-key",
  // sealing
  bodyRoot: "duro/1/body/root",
  blobRoot: "duro/1/blob/root",
  presenceRoot: "duro/1/presence/root",
  nonceKey: "duro/1/nonce-key",
  nonce: "duro/1/nonce",
  messageKey: "duro/1/message-key",
  // what people compare
  checkNumber: "duro/1/check-number",
  fingerprint: "duro/1/fingerprint",
  // pairing
  pairingCode: "duro/1/pairing/code",
  pairingCommitment: "duro/1/pairing/commitment",
  pairingTranscript: "duro/1/pairing/transcript",
  pairingSecrets: "duro/1/pairing/secrets",
  pairingKey: "duro/1/pairing/key",
  pairingProofJoiner: "duro/1/pairing/proof-joiner",
  pairingProofApprover: "duro/1/pairing/proof-approver",
  pairingChannel: "duro/1/pairing/channel",
} as const;

export type Label = (typeof labels)[keyof typeof labels];
