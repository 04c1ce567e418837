/**
 * Names that only documents, connections and requests use, beside those of crypto, which stand here
 * again so that other packages need one import.
 */
import { type Brand, idKind } from "@duro/crypto/types";
import { channelNumberMax, mailboxNumberMax, requestIdMax } from "./limits.ts";
import { numberKind } from "./numberKind.ts";

export {
  type BlobId,
  blobIds,
  type ChainId,
  chainIds,
  type DeviceId,
  deviceIds,
  type EnvelopeId,
  envelopeIds,
  type IdKind,
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
} from "@duro/crypto/types";

/** 16 random bytes; stands in plaintexts only. */
export type DocId = string & Brand<"DocId">;
export const docIds = idKind<DocId>("doc id", 16);

/** Lets its holder move blobs of one vault for some minutes. A secret: never in a URL or a log. */
export type BlobToken = string & Brand<"BlobToken">;
export const blobTokens = idKind<BlobToken>("blob token", 32);

/** Lets its holder register once. A secret until it is used. */
export type InviteCode = string & Brand<"InviteCode">;
export const inviteCodes = idKind<InviteCode>("invite code", 16);

/** What a login signs over, so that yesterday's login is worth nothing. */
export type LoginNonce = string & Brand<"LoginNonce">;
export const loginNonces = idKind<LoginNonce>("login nonce", 32);

/** Where two devices meet to pair. Part of the code a person reads out, so it is short. */
export type MailboxNumber = number & Brand<"MailboxNumber">;
export const mailboxNumbers = numberKind<MailboxNumber>("mailbox number", mailboxNumberMax);

/** The client's own number for a question, so that an answer finds it. */
export type RequestId = number & Brand<"RequestId">;
export const requestIds = numberKind<RequestId>("request id", requestIdMax);

/** The client's short number for a vault that it opened on this connection. */
export type ChannelNumber = number & Brand<"ChannelNumber">;
export const channelNumbers = numberKind<ChannelNumber>("channel number", channelNumberMax);

/** Where the relay stored an envelope in its vault. Its order is the relay's: never a cursor. */
export type VaultPosition = number & Brand<"VaultPosition">;
export const vaultPositions = numberKind<VaultPosition>("vault position", Number.MAX_SAFE_INTEGER);
