/** What a relay says: the union and its dispatch. The messages are in the files beside. */
import type { Reader, Result, Writer } from "@duro/crypto/types";
import {
  type Credit,
  type Ping,
  type Pong,
  readCredit,
  readPing,
  readPong,
  writeCredit,
  writePing,
  writePong,
} from "./alive.ts";
import {
  type BlobDropped,
  type BlobTokenGranted,
  readBlobDropped,
  readBlobTokenGranted,
  writeBlobDropped,
  writeBlobTokenGranted,
} from "./blob.ts";
import {
  type BodyMissing,
  type Envelopes,
  readBodyMissing,
  readEnvelopes,
  writeBodyMissing,
  writeEnvelopes,
} from "./envelopes.ts";
import { decodeFrame, encodeFrame, type FrameError } from "./frame.ts";
import {
  type LogNudge,
  type LogRecords,
  readLogNudge,
  readLogRecords,
  readRecordAppended,
  type RecordAppended,
  writeLogNudge,
  writeLogRecords,
  writeRecordAppended,
} from "./log.ts";
import {
  type Challenge,
  readChallenge,
  readWelcome,
  type Welcome,
  writeChallenge,
  writeWelcome,
} from "./login.ts";
import {
  type MailboxClosed,
  type MailboxMessage,
  type MailboxOpened,
  readMailboxClosed,
  readMailboxMessage,
  readMailboxOpened,
  writeMailboxClosed,
  writeMailboxMessage,
  writeMailboxOpened,
} from "./mailbox.ts";
import { type Presence, readPresence, writePresence } from "./presence.ts";
import { readReceipt, type Receipt, writeReceipt } from "./receipt.ts";
import { readRefusal, type RefusalFrame, writeRefusal } from "./refusal.ts";
import { RelayTag } from "./tags.ts";
import {
  type CatchUpDone,
  type Nudge,
  readCatchUpDone,
  readNudge,
  readVaultHeads,
  type VaultHeads,
  writeCatchUpDone,
  writeNudge,
  writeVaultHeads,
} from "./vault.ts";

export type RelayFrame =
  | Challenge
  | Welcome
  | RefusalFrame
  | Ping
  | Pong
  | Credit
  | LogRecords
  | LogNudge
  | RecordAppended
  | VaultHeads
  | Envelopes
  | CatchUpDone
  | BodyMissing
  | Receipt
  | Nudge
  | Presence
  | BlobTokenGranted
  | BlobDropped
  | MailboxOpened
  | MailboxMessage
  | MailboxClosed;

export const encodeRelayFrame = (frame: RelayFrame): Uint8Array =>
  encodeFrame(RelayTag[frame.type], (to) => writeFields(to, frame));

export const decodeRelayFrame = (bytes: Uint8Array): Result<RelayFrame, FrameError> =>
  decodeFrame(RelayTag, bytes, readFields);

const writeFields = (to: Writer, frame: RelayFrame): void => {
  switch (frame.type) {
    case "Challenge":
      return writeChallenge(to, frame);
    case "Welcome":
      return writeWelcome(to, frame);
    case "Refusal":
      return writeRefusal(to, frame);
    case "Ping":
      return writePing(to, frame);
    case "Pong":
      return writePong(to, frame);
    case "Credit":
      return writeCredit(to, frame);
    case "LogRecords":
      return writeLogRecords(to, frame);
    case "LogNudge":
      return writeLogNudge(to, frame);
    case "RecordAppended":
      return writeRecordAppended(to, frame);
    case "VaultHeads":
      return writeVaultHeads(to, frame);
    case "Envelopes":
      return writeEnvelopes(to, frame);
    case "CatchUpDone":
      return writeCatchUpDone(to, frame);
    case "BodyMissing":
      return writeBodyMissing(to, frame);
    case "Receipt":
      return writeReceipt(to, frame);
    case "Nudge":
      return writeNudge(to, frame);
    case "Presence":
      return writePresence(to, frame);
    case "BlobTokenGranted":
      return writeBlobTokenGranted(to, frame);
    case "BlobDropped":
      return writeBlobDropped(to, frame);
    case "MailboxOpened":
      return writeMailboxOpened(to, frame);
    case "MailboxMessage":
      return writeMailboxMessage(to, frame);
    case "MailboxClosed":
      return writeMailboxClosed(to, frame);
  }
};

const readFields = (from: Reader, type: RelayFrame["type"]): RelayFrame => {
  switch (type) {
    case "Challenge":
      return readChallenge(from);
    case "Welcome":
      return readWelcome(from);
    case "Refusal":
      return readRefusal(from);
    case "Ping":
      return readPing(from);
    case "Pong":
      return readPong(from);
    case "Credit":
      return readCredit(from);
    case "LogRecords":
      return readLogRecords(from);
    case "LogNudge":
      return readLogNudge(from);
    case "RecordAppended":
      return readRecordAppended(from);
    case "VaultHeads":
      return readVaultHeads(from);
    case "Envelopes":
      return readEnvelopes(from);
    case "CatchUpDone":
      return readCatchUpDone(from);
    case "BodyMissing":
      return readBodyMissing(from);
    case "Receipt":
      return readReceipt(from);
    case "Nudge":
      return readNudge(from);
    case "Presence":
      return readPresence(from);
    case "BlobTokenGranted":
      return readBlobTokenGranted(from);
    case "BlobDropped":
      return readBlobDropped(from);
    case "MailboxOpened":
      return readMailboxOpened(from);
    case "MailboxMessage":
      return readMailboxMessage(from);
    case "MailboxClosed":
      return readMailboxClosed(from);
  }
};
