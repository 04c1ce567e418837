/** The door of the package: named exports only. Arbitraries and specimens are behind `./testing`. */
import * as limits from "./limits.ts";
import * as times from "./times.ts";

export { limits, times };
export {
  type AttestBody,
  type AttestClear,
  type AttestPlaintext,
  decodeAttestClear,
  Verdict,
} from "./body/attest.ts";
export { type Beacon, type BeaconBody, type IdentityHead } from "./body/beacon.ts";
export { type Body, type BodyClear, decodeBody, decodeBodyClear, encodeBody } from "./body/body.ts";
export {
  type CheckpointBody,
  type CheckpointClear,
  type CheckpointPlaintext,
  docDigestByteLength,
  type DocEntry,
} from "./body/checkpoint.ts";
export {
  type DataBody,
  type DataContent,
  type DataPlaintext,
  decodeDataContent,
  type DocUpdate,
  encodeDataContent,
  type Seen,
} from "./body/data.ts";
export { bodyFormat, type BodyFormError, type FormatUnsupported } from "./body/format.ts";
export { type OpenBody, type OpenClear, type OpenPlaintext, OpenReason } from "./body/open.ts";
export { type About, aboutRoutes, type HttpChallenge } from "./http/aboutRoutes.ts";
export {
  type Account,
  accountRoutes,
  type Deletion,
  type Registered,
  type Registration,
} from "./http/accountRoutes.ts";
export {
  headerToLogin,
  headerToToken,
  type LoginProof,
  loginToHeader,
  tokenToHeader,
} from "./http/authorization.ts";
export { base64urlToBytes, bytesToBase64url } from "./http/base64url.ts";
export { type Announcement, blobRoutes, type BlobStatus } from "./http/blobRoutes.ts";
export { type Content, pathOf, type Route } from "./http/route.ts";
export { type RouteName, routes } from "./http/routes.ts";
export { refusalBody, type RefusalBody } from "./http/schemas.ts";
export {
  type BlobId,
  blobIds,
  type BlobToken,
  blobTokens,
  type ChainId,
  chainIds,
  type ChannelNumber,
  channelNumbers,
  type DeviceId,
  deviceIds,
  type DocId,
  docIds,
  type EnvelopeId,
  envelopeIds,
  type IdKind,
  type Incarnation,
  incarnations,
  type InviteCode,
  inviteCodes,
  type LoginNonce,
  loginNonces,
  type MailboxNumber,
  mailboxNumbers,
  noEnvelope,
  noRecord,
  type NotAnId,
  type RecordId,
  recordIds,
  type RelayGeneration,
  relayGenerations,
  type RequestId,
  requestIds,
  type UserId,
  userIds,
  type VaultId,
  vaultIds,
  type VaultPosition,
  vaultPositions,
} from "./ids.ts";
export { type NumberKind, numberKind, type NumberOutOfRange } from "./numberKind.ts";
export {
  type ClientMove,
  clientMoves,
  type KnownRefusal,
  type Refusal,
  type RefusalName,
  refusalOfName,
  refusalOfNumber,
  refusals,
  type UnknownRefusal,
} from "./refusals.ts";
export {
  type ProtocolChange,
  protocolHistory,
  protocolVersion,
  protocolVersionMax,
  protocolVersionMin,
  socketPath,
  subprotocol,
} from "./version.ts";
export type { Bye, Credit, Ping, Pong } from "./wire/alive.ts";
export {
  BlobAction,
  type BlobDrop,
  type BlobDropped,
  type BlobTokenGranted,
  type BlobTokenWant,
} from "./wire/blob.ts";
export { type ClientFrame, decodeClientFrame, encodeClientFrame } from "./wire/clientFrame.ts";
export type { BodyMissing, BodyWant, Envelopes, Put } from "./wire/envelopes.ts";
export type { FrameError, FrameTooLarge, FrameUnknown } from "./wire/frame.ts";
export type { ChainMark, LogHead, LogName, Vector } from "./wire/heads.ts";
export type { AppendRecord, LogNudge, LogRecords, LogWant, RecordAppended } from "./wire/log.ts";
export type { Challenge, Login, Welcome } from "./wire/login.ts";
export {
  type MailboxClose,
  type MailboxClosed,
  MailboxEnd,
  type MailboxJoin,
  type MailboxMessage,
  type MailboxOpen,
  type MailboxOpened,
  type MailboxSend,
} from "./wire/mailbox.ts";
export type { Presence } from "./wire/presence.ts";
export type { Receipt } from "./wire/receipt.ts";
export { type Fact, factsOf, type RefusalFrame, type RefusalSubject } from "./wire/refusal.ts";
export { decodeRelayFrame, encodeRelayFrame, type RelayFrame } from "./wire/relayFrame.ts";
export type { Run, WireEnvelope } from "./wire/run.ts";
export { envelopesToRun, runToEnvelopes } from "./wire/runEnvelopes.ts";
export { ClientTag, RelayTag } from "./wire/tags.ts";
export type { CatchUpDone, CloseVault, Nudge, OpenVault, Pull, VaultHeads } from "./wire/vault.ts";
export type { ClientEffect } from "./client/clientEffect.ts";
export type { ClientInput } from "./client/clientInput.ts";
export type { ClientConnection } from "./client/clientState.ts";
export { clientStep } from "./client/clientStep.ts";
export { isVaultIdle } from "./client/stepGather.ts";
export { openClientConnection } from "./client/dial.ts";
export type { Ended, RefusalSaid, RelayFault } from "./client/ended.ts";
export type { ClientStep } from "./client/step.ts";
export { type Refused, refused, refusalFrame } from "./relay/refused.ts";
export type { PreparedRun, RelayEffect } from "./relay/relayEffect.ts";
export type {
  LiveBatch,
  LoggedIn,
  ReceiptPart,
  RelayInput,
  RelayOpening,
  RelaySelf,
} from "./relay/relayInput.ts";
export type { RelayConnection } from "./relay/relayState.ts";
export { relayStep } from "./relay/relayStep.ts";
export type { Step } from "./relay/step.ts";
export { openRelayConnection } from "./relay/stepSession.ts";
export { encodeEnvelopesFrame, encodeRun } from "./wire/envelopesFrame.ts";
export { encodeSignedHeads, signedHeadByteLength } from "./wire/signedHeads.ts";
export { missingIn, type StateVector } from "./update/coverage.ts";
export { type ClockRange, readUpdate, type UpdateShape } from "./update/readUpdate.ts";
