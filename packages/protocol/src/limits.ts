/**
 * How large and how many. Sizes of keys and formats are crypto's (`sizes`), durations are in
 * times.ts. A limit of a body decides whether an envelope counts, so it never changes within a
 * format.
 */
import { sizes } from "@duro/crypto/types";

// Frames

/** One largest envelope and 64 KiB for what stands around it; everything else is paged below that. */
export const frameByteLengthMax = sizes.bodyByteLengthMax + 65_536;
/** A page of catching up: large enough for a long line, small enough to stop in between. */
export const pageByteLength = 262_144;
/** Bounds the work one frame can ask for; at 160 bytes without bodies they fit a page. */
export const envelopesPerFrameMax = 256;
/** A record costs a signature to check, so fewer of them. */
export const recordsPerFrameMax = 64;
/** Bodies wanted at once: no more than one frame of envelopes can bring. */
export const seqsPerWantMax = 256;
/** 224 KiB at most, so a vector fits a frame, a beacon and the clear part of a checkpoint. */
export const chainsPerVectorMax = 4_096;
/** All of them stand in the Welcome, and each may cost the relay a subscription. */
export const vaultsPerUserMax = 256;
/** Two bytes of a varUint most of the time; a client may count up and never reuse a number. */
export const channelNumberMax = 65_535;
/** A client that asks a thousand times a second reaches it after seven weeks, and reconnects. */
export const requestIdMax = 0xffff_ffff;
/** 15 bits: three signs of the code that a person reads out. */
export const mailboxNumberMax = 32_767;
/** A program's name and version, for the relay's statistics. */
export const clientVersionByteLengthMax = 32;
/** A refusal says what, where and how much; prose belongs to the one who shows it. */
export const factsPerRefusalMax = 8;
export const factKeyByteLengthMax = 32;
/** An id of 32 bytes in hex is 64; a sentence of a reader fits too. */
export const factValueByteLengthMax = 256;
/** The largest message of pairing carries log heads and keys: a few KiB. */
export const pairingMessageByteLengthMax = 16_384;
/** A pairing needs under ten; an open mailbox may not become a store. */
export const pairingMessageCountMax = 32;

// Flow

/**
 * What one side may have under way to the other. A sender may begin a frame while any credit is
 * left, so the largest frame always passes; memory is bounded by the window and one frame.
 */
export const creditWindowByteLength = 1_048_576;
/** Puts without a receipt. Gathering makes a longer queue pointless. */
export const putsInFlightMax = 8;
/** LogWants of a client without all their answers; the relay keeps 1,024. */
export const logWantsInFlightMax = 64;
/** BodyWants of a client without all their answers; the relay keeps 64. */
export const bodyWantsInFlightMax = 16;
/** Above this a slow connection gets nudges only, and pulls when it can. */
export const bufferedByteLengthMax = 262_144;
/** Edits gather up to here while a receipt is out, then go as one envelope. */
export const gatherByteLengthMax = 65_536;

// Bodies

/** Plaintext of a DATA body behind its format and its mark, inflated or not. */
export const dataContentByteLengthMax = sizes.bodyPlaintextByteLengthMax - 2;
/** Three bytes each at the least; whoever gathers more splits. Bounds the time that applying one takes. */
export const structsPerUpdateMax = 131_072;
/** Of values within values. People write five; a recursive reader takes thousands before it fails. */
export const valueDepthMax = 64;
/** One gathering touches a few documents; an import splits into several envelopes. */
export const docsPerBodyMax = 1_024;
/** 64 bytes each: half of the largest plaintext; the vector and the blobs have the rest. */
export const docsPerCheckpointMax = 8_192;
/** 106 bytes each in the plaintext, 32 in the clear part. */
export const blobsPerCheckpointMax = 512;
/** Why a chain was opened, in words for a person. */
export const openNoteByteLengthMax = 256;

// Blobs

/** What `encodeBlobHeader` writes in version 1. */
export const blobHeaderByteLength = 66;

// HTTP

/** Reverse proxies often refuse more than 1 MB; the largest list of chunk hashes is 683 KiB. */
export const jsonBodyByteLengthMax = 917_504;
/** Identity records that open an account; a longer log follows over the socket. */
export const registrationRecordCountMax = 16;
/** One of them; a rotation to more devices than that follows over the socket too. */
export const registrationRecordByteLengthMax = 65_536;
