/** Byte lengths and counts that the formats fix, each with its reason. docs/crypto.md names them all. */

export const keyByteLength = 32;
export const saltByteLength = 16;
export const nonceByteLength = 24;
export const tagByteLength = 16;
export const signatureByteLength = 64;
export const signPublicKeyByteLength = 32;
/** X-Wing: an ML-KEM-768 public key (1184) and an X25519 one (32). */
export const kemPublicKeyByteLength = 1216;
/** X-Wing: an ML-KEM-768 ciphertext (1088) and an X25519 public key (32). */
export const kemCiphertextByteLength = 1120;
/** What one X-Wing encapsulation consumes: 32 bytes for ML-KEM, 32 for X25519. */
export const kemSeedByteLength = 64;
/** A key box: the encapsulation, and a key sealed with its tag. */
export const boxByteLength = kemCiphertextByteLength + keyByteLength + tagByteLength;
/** A wrapped key: the key and its tag; the key that wraps it wraps nothing else, so no nonce. */
export const wrapByteLength = keyByteLength + tagByteLength;
export const commitmentByteLength = 32;

/** Head of an envelope up to and with the nonce: what sealing authenticates. */
export const sealHeadByteLength = 136;
/** The whole head: what the envelope's id hashes. */
export const headByteLength = sealHeadByteLength + 4 + 32;

/** Below this, lengths would tell one short memory from another. */
export const paddedByteLengthMin = 256;
/** One envelope's text and updates; larger values go into blobs. */
export const bodyPlaintextByteLengthMax = 1_048_576;
/** The clear part of a body: a coverage list of 4,000 chains fits. */
export const bodyClearByteLengthMax = 262_144;
/** Commitment, clear part with its length, the padded plaintext at its largest, tag. */
export const bodyByteLengthMax =
  commitmentByteLength + 4 + bodyClearByteLengthMax + 1_081_344 + tagByteLength;

/** The least a body is: an empty clear part, and the smallest padded plaintext sealed. */
export const bodyByteLengthMin = 1 + commitmentByteLength + paddedByteLengthMin + tagByteLength;

/** A sealed blob chunk; reverse proxies often refuse request bodies above 1 MB. */
export const blobChunkByteLengthMax = 524_288;
export const blobChunkPlaintextByteLength =
  blobChunkByteLengthMax - nonceByteLength - commitmentByteLength - tagByteLength;
/** 16,384 chunks are 8 GiB: more than any transcript, and a list of their hashes stays at 512 KiB. */
export const blobChunkCountMax = 16_384;

/** One presence message: a cursor and a name, not a document. */
export const presenceByteLengthMax = 65_536;
/** The same sealed: its padding (2 KiB at most), its head and its signature stand around it. */
export const sealedPresenceByteLengthMax = presenceByteLengthMax + 4_096;

/** One log record: a rotation to the most members and viewers below. */
export const recordByteLengthMax = 1_048_576;
/** The author, a new device or a cosigner. */
export const recordSignatureCountMax = 2;
/** Active and revoked devices of one user: a new one a month for twenty years. */
export const deviceCountMax = 256;
/** Rotation costs a box for each, in one record. */
export const memberCountMax = 256;
export const viewerCountMax = 256;
/** Chains named by one cut: incarnations of one device in one vault. */
export const cutChainCountMax = 1_024;
/** Record types a policy may allow beyond those of version 1. */
export const extraTypeCountMax = 64;
