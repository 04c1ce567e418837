/** What a client says: the union and its dispatch. The messages are in the files beside. */
import type { Reader, Result, Writer } from "@duro/crypto/types";
import {
  type Bye,
  type Credit,
  type Ping,
  type Pong,
  readBye,
  readCredit,
  readPing,
  readPong,
  writeBye,
  writeCredit,
  writePing,
  writePong,
} from "./alive.ts";
import {
  type BlobDrop,
  type BlobTokenWant,
  readBlobDrop,
  readBlobTokenWant,
  writeBlobDrop,
  writeBlobTokenWant,
} from "./blob.ts";
import {
  type BodyWant,
  type Put,
  readBodyWant,
  readPut,
  writeBodyWant,
  writePut,
} from "./envelopes.ts";
import { decodeFrame, encodeFrame, type FrameError } from "./frame.ts";
import {
  type AppendRecord,
  type LogWant,
  readAppendRecord,
  readLogWant,
  writeAppendRecord,
  writeLogWant,
} from "./log.ts";
import { type Login, readLogin, writeLogin } from "./login.ts";
import {
  type MailboxClose,
  type MailboxJoin,
  type MailboxOpen,
  type MailboxSend,
  readMailboxClose,
  readMailboxJoin,
  readMailboxOpen,
  readMailboxSend,
  writeMailboxClose,
  writeMailboxJoin,
  writeMailboxOpen,
  writeMailboxSend,
} from "./mailbox.ts";
import { type Presence, readPresence, writePresence } from "./presence.ts";
import { ClientTag } from "./tags.ts";
import {
  type CloseVault,
  type OpenVault,
  type Pull,
  readCloseVault,
  readOpenVault,
  readPull,
  writeCloseVault,
  writeOpenVault,
  writePull,
} from "./vault.ts";

export type ClientFrame =
  | Login
  | Bye
  | Ping
  | Pong
  | Credit
  | LogWant
  | AppendRecord
  | OpenVault
  | CloseVault
  | Pull
  | Put
  | BodyWant
  | Presence
  | BlobTokenWant
  | BlobDrop
  | MailboxOpen
  | MailboxJoin
  | MailboxSend
  | MailboxClose;

export const encodeClientFrame = (frame: ClientFrame): Uint8Array =>
  encodeFrame(ClientTag[frame.type], (to) => writeFields(to, frame));

export const decodeClientFrame = (bytes: Uint8Array): Result<ClientFrame, FrameError> =>
  decodeFrame(ClientTag, bytes, readFields);

const writeFields = (to: Writer, frame: ClientFrame): void => {
  switch (frame.type) {
    case "Login":
      return writeLogin(to, frame);
    case "Bye":
      return writeBye();
    case "Ping":
      return writePing(to, frame);
    case "Pong":
      return writePong(to, frame);
    case "Credit":
      return writeCredit(to, frame);
    case "LogWant":
      return writeLogWant(to, frame);
    case "AppendRecord":
      return writeAppendRecord(to, frame);
    case "OpenVault":
      return writeOpenVault(to, frame);
    case "CloseVault":
      return writeCloseVault(to, frame);
    case "Pull":
      return writePull(to, frame);
    case "Put":
      return writePut(to, frame);
    case "BodyWant":
      return writeBodyWant(to, frame);
    case "Presence":
      return writePresence(to, frame);
    case "BlobTokenWant":
      return writeBlobTokenWant(to, frame);
    case "BlobDrop":
      return writeBlobDrop(to, frame);
    case "MailboxOpen":
      return writeMailboxOpen(to, frame);
    case "MailboxJoin":
      return writeMailboxJoin(to, frame);
    case "MailboxSend":
      return writeMailboxSend(to, frame);
    case "MailboxClose":
      return writeMailboxClose(to, frame);
  }
};

const readFields = (from: Reader, type: ClientFrame["type"]): ClientFrame => {
  switch (type) {
    case "Login":
      return readLogin(from);
    case "Bye":
      return readBye();
    case "Ping":
      return readPing(from);
    case "Pong":
      return readPong(from);
    case "Credit":
      return readCredit(from);
    case "LogWant":
      return readLogWant(from);
    case "AppendRecord":
      return readAppendRecord(from);
    case "OpenVault":
      return readOpenVault(from);
    case "CloseVault":
      return readCloseVault(from);
    case "Pull":
      return readPull(from);
    case "Put":
      return readPut(from);
    case "BodyWant":
      return readBodyWant(from);
    case "Presence":
      return readPresence(from);
    case "BlobTokenWant":
      return readBlobTokenWant(from);
    case "BlobDrop":
      return readBlobDrop(from);
    case "MailboxOpen":
      return readMailboxOpen(from);
    case "MailboxJoin":
      return readMailboxJoin(from);
    case "MailboxSend":
      return readMailboxSend(from);
    case "MailboxClose":
      return readMailboxClose(from);
  }
};
