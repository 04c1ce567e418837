/**
 * How large the parts of a checkpoint are. Who packs keeps to them and who reads refuses what does not,
 * so none of them changes within a format.
 */
import { limits } from "@duro/protocol";

/** Of one document as it is packed, inflated: ten times what 50,000 memories take. */
export const packedStateByteLengthMax = 67_108_864;

/** A few bytes can stand for any number of structs; loaded, each takes some 150. */
export const stateStructCountMax = 2_097_152;

/**
 * Small documents are deflated together up to this length, since alone they deflate badly; a larger one
 * stands alone. Four times the 32 KiB that deflate looks back, so more would save little, and whoever
 * wants one document inflates few others.
 */
export const groupByteLengthMin = 131_072;

/** Around a document in its group: its id, its form, and a length of four bytes. */
export const docInGroupByteLength = 21;

/** What a group may come to whose last document is that long; three bytes are its format and count. */
export const groupByteLengthMaxWith = (packedByteLength: number): number =>
  groupByteLengthMin + docInGroupByteLength + packedByteLength + 3;

export const groupByteLengthMax = groupByteLengthMaxWith(packedStateByteLengthMax);

/** Ids and a length of a byte at the least, and no group holds more than the checkpoint. */
export const docsPerGroupMax = limits.docsPerCheckpointMax;

/** Below this a vault shows no size at all, nor that it grows. */
export const blobClassByteLengthMin = 65_536;

/** A blob of this class is one chunk: one request there and back, and it is never there in part. */
export const blobClassByteLength = 262_144;

/**
 * Behind so many blobs the class doubles, so that the 512 that a checkpoint may have hold 4 GiB and not
 * 128 MiB, while small vaults keep small blobs.
 */
export const blobsPerClassCount = 64;
