/** One arbitrary per frame, and the unions. For tests and the fuzzer only. */
import { asSignPublicKey, sizes } from "@duro/crypto/types";
import fc from "fast-check";
import {
  blobIds,
  blobTokens,
  chainIds,
  channelNumbers,
  deviceIds,
  loginNonces,
  mailboxNumbers,
  recordIds,
  relayGenerations,
  requestIds,
  userIds,
  vaultIds,
  vaultPositions,
} from "../ids.ts";
import {
  clientVersionByteLengthMax,
  envelopesPerFrameMax,
  factKeyByteLengthMax,
  factsPerRefusalMax,
  factValueByteLengthMax,
} from "../limits.ts";
import { BlobAction } from "../wire/blob.ts";
import type { ClientFrame } from "../wire/clientFrame.ts";
import { DeviceScope } from "@duro/crypto/types";
import { MailboxEnd } from "../wire/mailbox.ts";
import type { RefusalSubject } from "../wire/refusal.ts";
import type { RelayFrame } from "../wire/relayFrame.ts";
import {
  bytesOf,
  bytesUpTo,
  idsOf,
  logHeads,
  logNames,
  numbersOf,
  optionOf,
  risingOf,
  runs,
  seqs,
  signatures,
  textUpTo,
  vectors,
  wholeNumbers,
} from "./arbitraries.ts";

type ArbitraryFor<Frame extends { readonly type: string }> = {
  readonly [Type in Frame["type"]]: fc.Arbitrary<Extract<Frame, { readonly type: Type }>>;
};

const channel = numbersOf(channelNumbers);
const request = numbersOf(requestIds);
const mailbox = numbersOf(mailboxNumbers);
const position = numbersOf(vaultPositions);
const chain = idsOf(chainIds);
const device = idsOf(deviceIds);
const nowMs = wholeNumbers();
const risingSeqs = risingOf(seqs, (seq) => seq);

const ping = fc.record({ type: fc.constant("Ping"), count: wholeNumbers() });
const pong = fc.record({ type: fc.constant("Pong"), count: wholeNumbers() });
const credit = fc.record({ type: fc.constant("Credit"), byteLength: wholeNumbers() });
const presence = fc.record({ type: fc.constant("Presence"), channel, sealed: bytesUpTo(64) });

export const clientFrameArbitraries: ArbitraryFor<ClientFrame> = {
  Login: fc.record({
    type: fc.constant("Login"),
    device,
    nowMs,
    signature: signatures,
    clientVersion: textUpTo(clientVersionByteLengthMax),
  }),
  Bye: fc.record({ type: fc.constant("Bye") }),
  Ping: ping,
  Pong: pong,
  Credit: credit,
  LogWant: fc.record({
    type: fc.constant("LogWant"),
    request,
    name: logNames,
    fromIndex: wholeNumbers(),
  }),
  AppendRecord: fc.record({ type: fc.constant("AppendRecord"), request, record: bytesUpTo(64) }),
  OpenVault: fc.record({
    type: fc.constant("OpenVault"),
    channel,
    vault: idsOf(vaultIds),
    logHead: optionOf(logHeads),
    vector: vectors,
    wantsBodies: fc.boolean(),
    wantsPresence: fc.boolean(),
  }),
  CloseVault: fc.record({ type: fc.constant("CloseVault"), channel }),
  Pull: fc.record({
    type: fc.constant("Pull"),
    channel,
    vector: vectors,
    creditByteLength: wholeNumbers(),
  }),
  Put: fc.record({ type: fc.constant("Put"), channel, run: runs }),
  BodyWant: fc.record({ type: fc.constant("BodyWant"), channel, chain, seqs: risingSeqs }),
  Presence: presence,
  BlobTokenWant: fc.record({
    type: fc.constant("BlobTokenWant"),
    request,
    channel,
    action: fc.constantFrom(...Object.values(BlobAction)),
    blob: optionOf(idsOf(blobIds)),
  }),
  BlobDrop: fc.record({
    type: fc.constant("BlobDrop"),
    request,
    channel,
    blob: idsOf(blobIds),
    device,
    nowMs,
    signature: signatures,
  }),
  MailboxOpen: fc.record({ type: fc.constant("MailboxOpen"), request }),
  MailboxJoin: fc.record({ type: fc.constant("MailboxJoin"), request, mailbox }),
  MailboxSend: fc.record({ type: fc.constant("MailboxSend"), mailbox, message: bytesUpTo(64) }),
  MailboxClose: fc.record({ type: fc.constant("MailboxClose"), mailbox, isBurnt: fc.boolean() }),
};

const subjects: fc.Arbitrary<RefusalSubject> = fc.oneof(
  fc.record({ kind: fc.constant("connection") }),
  fc.record({ kind: fc.constant("request"), request }),
  fc.record({ kind: fc.constant("channel"), channel }),
  fc.record({ kind: fc.constant("mailbox"), mailbox }),
);

const facts = risingOf(
  fc.record({ key: textUpTo(factKeyByteLengthMax), value: textUpTo(factValueByteLengthMax) }),
  ({ key }) => key,
  factsPerRefusalMax,
);

export const relayFrameArbitraries: ArbitraryFor<RelayFrame> = {
  Challenge: fc.record({
    type: fc.constant("Challenge"),
    nonce: idsOf(loginNonces),
    relayKey: bytesOf(sizes.signPublicKeyByteLength).map(asSignPublicKey),
    generation: idsOf(relayGenerations),
    versionMin: fc.nat(255),
    versionMax: fc.nat(255),
    nowMs,
  }),
  Welcome: fc.record({
    type: fc.constant("Welcome"),
    user: idsOf(userIds),
    device,
    scope: fc.constantFrom(...Object.values(DeviceScope)),
    vaults: risingOf(idsOf(vaultIds), (vault) => vault),
    identityHead: logHeads,
    creditByteLength: wholeNumbers(),
  }),
  Refusal: fc.record({
    type: fc.constant("Refusal"),
    subject: subjects,
    number: wholeNumbers(),
    facts,
  }),
  Ping: ping,
  Pong: pong,
  Credit: credit,
  LogRecords: fc.record({
    type: fc.constant("LogRecords"),
    name: logNames,
    fromIndex: wholeNumbers(),
    records: fc.array(bytesUpTo(32), { maxLength: 4 }),
    headIndex: wholeNumbers(),
  }),
  LogNudge: fc.record({ type: fc.constant("LogNudge"), name: logNames, head: logHeads }),
  RecordAppended: fc.record({
    type: fc.constant("RecordAppended"),
    request,
    index: wholeNumbers(),
    id: idsOf(recordIds),
  }),
  VaultHeads: fc.record({
    type: fc.constant("VaultHeads"),
    channel,
    logHead: logHeads,
    position,
    chains: vectors,
  }),
  Envelopes: fc.record({
    type: fc.constant("Envelopes"),
    channel,
    position,
    runs: fc.array(runs, { maxLength: 3 }),
  }),
  CatchUpDone: fc.record({ type: fc.constant("CatchUpDone"), channel, position }),
  BodyMissing: fc.record({ type: fc.constant("BodyMissing"), channel, chain, seqs: risingSeqs }),
  Receipt: fc.record({
    type: fc.constant("Receipt"),
    channel,
    firstPosition: position,
    nowMs,
    chain,
    firstSeq: seqs,
    count: wholeNumbers({ min: 1, max: envelopesPerFrameMax }),
    signature: signatures,
  }),
  Nudge: fc.record({ type: fc.constant("Nudge"), channel, position }),
  Presence: presence,
  BlobTokenGranted: fc.record({
    type: fc.constant("BlobTokenGranted"),
    request,
    token: idsOf(blobTokens),
    expiresAtMs: nowMs,
  }),
  BlobDropped: fc.record({ type: fc.constant("BlobDropped"), request }),
  MailboxOpened: fc.record({
    type: fc.constant("MailboxOpened"),
    request,
    mailbox,
    expiresAtMs: nowMs,
  }),
  MailboxMessage: fc.record({
    type: fc.constant("MailboxMessage"),
    mailbox,
    message: bytesUpTo(64),
  }),
  MailboxClosed: fc.record({
    type: fc.constant("MailboxClosed"),
    mailbox,
    end: fc.constantFrom(...Object.values(MailboxEnd)),
  }),
};

export const clientFrames: fc.Arbitrary<ClientFrame> = fc.oneof(
  ...Object.values(clientFrameArbitraries),
);
export const relayFrames: fc.Arbitrary<RelayFrame> = fc.oneof(
  ...Object.values(relayFrameArbitraries),
);
