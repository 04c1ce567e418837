/**
 * One small value of every frame and body, always the same. The vectors tool writes down their bytes,
 * and those never change within a version.
 */
import {
  asSignature,
  asSignPublicKey,
  EnvelopeFlag,
  EnvelopeKind,
  type IdKind,
  sizes,
} from "@duro/crypto/types";
import { Verdict } from "../body/attest.ts";
import type { Beacon } from "../body/beacon.ts";
import type { Body } from "../body/body.ts";
import type { DataContent } from "../body/data.ts";
import { OpenReason } from "../body/open.ts";
import {
  blobIds,
  blobTokens,
  chainIds,
  channelNumbers,
  deviceIds,
  docIds,
  envelopeIds,
  incarnations,
  loginNonces,
  mailboxNumbers,
  noEnvelope,
  recordIds,
  relayGenerations,
  requestIds,
  userIds,
  vaultIds,
  vaultPositions,
} from "../ids.ts";
import { refusals } from "../refusals.ts";
import { BlobAction } from "../wire/blob.ts";
import type { ClientFrame } from "../wire/clientFrame.ts";
import type { LogHead, Vector } from "../wire/heads.ts";
import { LogKind } from "@duro/crypto/types";
import { DeviceScope } from "@duro/crypto/types";
import { MailboxEnd } from "../wire/mailbox.ts";
import { factsOf } from "../wire/refusal.ts";
import type { RelayFrame } from "../wire/relayFrame.ts";
import type { Run } from "../wire/run.ts";
import type { KindedBody } from "./bodyArbitraries.ts";

/** For every type of frame, one of that type. */
type ByType<Frame extends { readonly type: string }> = {
  readonly [Type in Frame["type"]]: Extract<Frame, { readonly type: Type }>;
};

const filled = (byte: number, byteLength: number): Uint8Array =>
  new Uint8Array(byteLength).fill(byte);
const idOf = <Id extends string>(kind: IdKind<Id>, byte: number): Id =>
  kind.fromBytes(filled(byte, kind.byteLength));

const user = idOf(userIds, 0x01);
const device = idOf(deviceIds, 0x02);
const vault = idOf(vaultIds, 0x03);
const chain = idOf(chainIds, 0x04);
const blob = idOf(blobIds, 0x05);
const doc = idOf(docIds, 0x06);
const generation = idOf(relayGenerations, 0x07);
const signature = asSignature(filled(0x08, sizes.signatureByteLength));
const channel = channelNumbers.fromNumber(3);
const request = requestIds.fromNumber(300);
const mailbox = mailboxNumbers.fromNumber(32_767);
const position = vaultPositions.fromNumber(1_000);
/** 2026-11-21T00:00:00Z. */
const nowMs = 1_795_219_200_000;

const logHead: LogHead = { index: 5, id: idOf(recordIds, 0x11) };
const vector: Vector = [
  { chain, seq: 50, id: idOf(envelopeIds, 0x12) },
  { chain: idOf(chainIds, 0x0f), seq: 2 ** 40, id: idOf(envelopeIds, 0x13) },
];

/** The second envelope says neither epoch nor log head again, the third says both and has no body. */
const run: Run = {
  chain,
  firstSeq: 1,
  previous: noEnvelope,
  envelopes: [
    {
      kind: EnvelopeKind.Open,
      flags: 0,
      epoch: 1,
      logHead: logHead.id,
      nonce: filled(0x21, sizes.nonceByteLength),
      bodyHash: filled(0x22, 32),
      signature,
      bodyByteLength: sizes.bodyByteLengthMin + 1,
      body: filled(0x23, sizes.bodyByteLengthMin + 1),
    },
    {
      kind: EnvelopeKind.Data,
      flags: 0,
      epoch: 1,
      logHead: logHead.id,
      nonce: filled(0x24, sizes.nonceByteLength),
      bodyHash: filled(0x25, 32),
      signature,
      bodyByteLength: sizes.bodyByteLengthMin,
      body: filled(0x26, sizes.bodyByteLengthMin),
    },
    {
      kind: EnvelopeKind.Beacon,
      flags: EnvelopeFlag.FullBeacon,
      epoch: 2,
      logHead: idOf(recordIds, 0x14),
      nonce: filled(0x27, sizes.nonceByteLength),
      bodyHash: filled(0x28, 32),
      signature,
      bodyByteLength: 700,
      body: undefined,
    },
  ],
};

export const clientFrameSpecimens: ByType<ClientFrame> = {
  Login: { type: "Login", device, nowMs, signature, clientVersion: "duro 0.1.0" },
  Bye: { type: "Bye" },
  Ping: { type: "Ping", count: 1 },
  Pong: { type: "Pong", count: 128 },
  Credit: { type: "Credit", byteLength: 65_536 },
  LogWant: {
    type: "LogWant",
    request,
    name: { kind: LogKind.Identity, log: user },
    fromIndex: 2,
  },
  AppendRecord: { type: "AppendRecord", request, record: filled(0x31, 4) },
  OpenVault: {
    type: "OpenVault",
    channel,
    vault,
    logHead,
    vector,
    wantsBodies: true,
    wantsPresence: false,
  },
  CloseVault: { type: "CloseVault", channel },
  Pull: { type: "Pull", channel, vector, creditByteLength: 262_144 },
  Put: { type: "Put", channel, run },
  BodyWant: { type: "BodyWant", channel, chain, seqs: [7, 8, 300] },
  Presence: { type: "Presence", channel, sealed: filled(0x32, 5) },
  BlobTokenWant: {
    type: "BlobTokenWant",
    request,
    channel,
    action: BlobAction.Write,
    blob: undefined,
  },
  BlobDrop: { type: "BlobDrop", request, channel, blob, device, nowMs, signature },
  MailboxOpen: { type: "MailboxOpen", request },
  MailboxJoin: { type: "MailboxJoin", request, mailbox },
  MailboxSend: { type: "MailboxSend", mailbox, message: filled(0x33, 6) },
  MailboxClose: { type: "MailboxClose", mailbox, isBurnt: true },
};

export const relayFrameSpecimens: ByType<RelayFrame> = {
  Challenge: {
    type: "Challenge",
    nonce: idOf(loginNonces, 0x41),
    relayKey: asSignPublicKey(filled(0x42, sizes.signPublicKeyByteLength)),
    generation,
    versionMin: 1,
    versionMax: 1,
    nowMs,
  },
  Welcome: {
    type: "Welcome",
    user,
    device,
    scope: DeviceScope.Full,
    vaults: [vault, idOf(vaultIds, 0x0e)],
    identityHead: logHead,
    creditByteLength: 1_048_576,
  },
  Refusal: {
    type: "Refusal",
    subject: { kind: "channel", channel },
    number: refusals.ChainGap.number,
    facts: factsOf({ chain, expected: 41, got: 43 }),
  },
  Ping: { type: "Ping", count: 2 },
  Pong: { type: "Pong", count: 129 },
  Credit: { type: "Credit", byteLength: 131_072 },
  LogRecords: {
    type: "LogRecords",
    name: { kind: LogKind.Vault, log: vault },
    fromIndex: 4,
    records: [filled(0x43, 3), filled(0x44, 2)],
    headIndex: 5,
  },
  LogNudge: { type: "LogNudge", name: { kind: LogKind.Vault, log: vault }, head: logHead },
  RecordAppended: { type: "RecordAppended", request, index: 6, id: idOf(recordIds, 0x15) },
  VaultHeads: { type: "VaultHeads", channel, logHead, position, chains: vector },
  Envelopes: { type: "Envelopes", channel, position, runs: [run] },
  CatchUpDone: { type: "CatchUpDone", channel, position },
  BodyMissing: { type: "BodyMissing", channel, chain, seqs: [9] },
  Receipt: {
    type: "Receipt",
    channel,
    firstPosition: position,
    nowMs,
    chain,
    firstSeq: 1,
    count: 3,
    signature,
  },
  Nudge: { type: "Nudge", channel, position },
  Presence: { type: "Presence", channel, sealed: filled(0x45, 5) },
  BlobTokenGranted: {
    type: "BlobTokenGranted",
    request,
    token: idOf(blobTokens, 0x46),
    expiresAtMs: nowMs + 300_000,
  },
  BlobDropped: { type: "BlobDropped", request },
  MailboxOpened: { type: "MailboxOpened", request, mailbox, expiresAtMs: nowMs + 600_000 },
  MailboxMessage: { type: "MailboxMessage", mailbox, message: filled(0x47, 6) },
  MailboxClosed: { type: "MailboxClosed", mailbox, end: MailboxEnd.Expired },
};

const beacon: Beacon = {
  isFull: true,
  vector,
  logHead,
  identityHeads: [{ user, index: 3, id: idOf(recordIds, 0x16) }],
  nowMs,
  generation,
};

export const bodySpecimens: { readonly [Type in Body["type"]]: KindedBody<Type> } = {
  Open: {
    head: { kind: EnvelopeKind.Open, flags: 0 },
    body: {
      type: "Open",
      clear: { user, device, incarnation: idOf(incarnations, 0x51) },
      plaintext: {
        predecessor: { chain: idOf(chainIds, 0x0d), seq: 120, id: idOf(envelopeIds, 0x17) },
        reason: OpenReason.Restored,
        note: "from backup",
      },
    },
  },
  Data: {
    head: { kind: EnvelopeKind.Data, flags: 0 },
    body: { type: "Data", plaintext: { isDeflated: false, content: filled(0x52, 4) } },
  },
  Beacon: {
    head: { kind: EnvelopeKind.Beacon, flags: EnvelopeFlag.FullBeacon },
    body: { type: "Beacon", plaintext: beacon },
  },
  Checkpoint: {
    head: { kind: EnvelopeKind.Checkpoint, flags: EnvelopeFlag.Purge },
    body: {
      type: "Checkpoint",
      clear: { coverage: vector, blobs: [blob] },
      plaintext: {
        blobs: [
          {
            id: blob,
            header: {
              vault,
              epoch: 2,
              salt: filled(0x53, 32),
              chunkCount: 1,
              paddedByteLength: sizes.paddedByteLengthMin,
            },
            byteLength: 100,
          },
        ],
        docs: [{ doc, blob: 0, offset: 10, byteLength: 90, digest: filled(0x54, 32) }],
        beacon,
      },
    },
  },
  Attest: {
    head: { kind: EnvelopeKind.Attest, flags: 0 },
    body: {
      type: "Attest",
      clear: { checkpoint: idOf(envelopeIds, 0x18), verdict: Verdict.Mismatch },
      plaintext: { mismatches: [doc, idOf(docIds, 0x0c)] },
    },
  },
};

export const dataContentSpecimen: DataContent = {
  updates: [
    { doc, update: filled(0x55, 3) },
    { doc: idOf(docIds, 0x0c), update: filled(0x56, 2) },
  ],
  seen: [{ chain, seq: 50 }],
};
