/** Every frame of a client, and faults of its fields; runs are in runFaults.ts. */
import { sealedPresenceByteLengthMax } from "../../../packages/crypto/src/sizes.ts";
import type { Writer } from "../../../packages/crypto/src/bytes/writer.ts";
import {
  ClientTag,
  encodeClientFrame,
  limits,
  RelayTag,
} from "../../../packages/protocol/src/index.ts";
import { clientFrameSpecimens } from "../../../packages/protocol/src/testing/specimens.ts";
import { hexOf, type VectorCase, type VectorFile } from "../format.ts";
import type { FrameInput } from "../run/frames.ts";
import { filled, utf8 } from "./bytes.ts";
import { fault } from "./cases.ts";
import {
  frameOf,
  malformed,
  paddedOne,
  specimenCases,
  tooLarge,
  writeLogHead,
  writeMark,
} from "./frames.ts";
import { runFaults } from "./runFaults.ts";

const pullOf = (writeVector: (to: Writer) => void): Uint8Array =>
  frameOf(ClientTag.Pull, (to) => {
    to.varUint(3);
    writeVector(to);
    to.varUint(0);
  });

const openVaultOf = ({ option = 0, wantsBodies = 1 }): Uint8Array =>
  frameOf(ClientTag.OpenVault, (to) => {
    to.varUint(3);
    to.bytes(filled(16, 0x03));
    to.u8(option);
    if (option !== 0) writeLogHead(to);
    to.varUint(0);
    to.u8(wantsBodies);
    to.u8(0);
  });

const bodyWantOf = (seqs: readonly number[]): Uint8Array =>
  frameOf(ClientTag.BodyWant, (to) => {
    to.varUint(3);
    to.bytes(filled(16, 0x04));
    to.list(seqs, (_, seq) => to.varUint(seq));
  });

const loginOf = (version: Uint8Array): Uint8Array =>
  frameOf(ClientTag.Login, (to) => {
    to.bytes(filled(16, 0x02));
    to.varUint(0);
    to.bytes(filled(64, 0x08));
    to.varBytes(version);
  });

const vectorFaults: readonly VectorCase<FrameInput>[] = [
  malformed(
    "a vector in falling order",
    "FRAME8: a set has one spelling",
    pullOf((to) => to.list([5, 4], (_, chain) => writeMark(to, chain, 1))),
  ),
  malformed(
    "a chain twice in a vector",
    "FRAME8: nothing stands twice in a set",
    pullOf((to) => to.list([4, 4], (_, chain) => writeMark(to, chain, 1))),
  ),
  malformed(
    "a mark at seq 0",
    "FRUN8: seqs begin at 1",
    pullOf((to) => to.list([4], (_, chain) => writeMark(to, chain, 0))),
  ),
  malformed(
    "a vector of more chains than the limit",
    "FRAME5: at most 4,096",
    pullOf((to) => to.varUint(limits.chainsPerVectorMax + 1)),
  ),
  malformed(
    "a vector of more chains than the bytes hold",
    "FRAME5: refused before anything is read",
    pullOf((to) => {
      to.varUint(2);
      writeMark(to, 4, 1);
    }),
  ),
];

const fieldFaults: readonly VectorCase<FrameInput>[] = [
  malformed(
    "a number in a longer spelling",
    "FRAME2: every number has one spelling",
    frameOf(ClientTag.Ping, (to) => to.bytes(paddedOne)),
  ),
  malformed(
    "a number of 2^53",
    "WIRE1: numbers are below 2^53",
    frameOf(ClientTag.Ping, (to) => to.bytes(tooLarge)),
  ),
  malformed(
    "a channel above its kind",
    "FRAME11: at most 65,535",
    frameOf(ClientTag.CloseVault, (to) => to.varUint(limits.channelNumberMax + 1)),
  ),
  malformed(
    "a request above its kind",
    "FRAME11: below 2^32",
    frameOf(ClientTag.MailboxOpen, (to) => to.varUint(limits.requestIdMax + 1)),
  ),
  malformed(
    "a mailbox above its kind",
    "FRAME11: 15 bits",
    frameOf(ClientTag.MailboxJoin, (to) => {
      to.varUint(300);
      to.varUint(limits.mailboxNumberMax + 1);
    }),
  ),
  malformed("a flag byte of 2", "WIRE2: a flag byte is 0 or 1", openVaultOf({ wantsBodies: 2 })),
  malformed("an option of 2", "WIRE2: a flag byte is 0 or 1", openVaultOf({ option: 2 })),
  malformed(
    "a log of kind 3",
    "FRAME11: kinds are 1 and 2",
    frameOf(ClientTag.LogWant, (to) => {
      to.varUint(300);
      to.u8(3);
      to.bytes(filled(16, 0x01));
      to.varUint(0);
    }),
  ),
  malformed(
    "an action 3 on blobs",
    "FRAME11: read or write",
    frameOf(ClientTag.BlobTokenWant, (to) => {
      to.varUint(300);
      to.varUint(3);
      to.u8(3);
      to.u8(0);
    }),
  ),
  malformed("seqs in falling order", "WIRE2: a set has one spelling", bodyWantOf([8, 7])),
  malformed("a seq twice", "WIRE2: nothing stands twice in a set", bodyWantOf([7, 7])),
  malformed("a want of seq 0", "FRUN8: seqs begin at 1", bodyWantOf([0])),
  malformed(
    "more seqs than the limit",
    "FRAME5: at most 256",
    bodyWantOf(Array.from({ length: limits.seqsPerWantMax + 1 }, (_, at) => at + 1)),
  ),
  malformed(
    "a program's version of 33 bytes",
    "FRAME5: at most 32",
    loginOf(utf8("v".repeat(limits.clientVersionByteLengthMax + 1))),
  ),
  malformed("a version that is not UTF-8", "WIRE2: text is UTF-8", loginOf(Uint8Array.of(0xff))),
];

/** Lengths that are refused before what they measure is read. */
const lengthFaults: readonly VectorCase<FrameInput>[] = [
  malformed(
    "a record above its limit",
    "FRAME5: at most 1 MiB",
    frameOf(ClientTag.AppendRecord, (to) => {
      to.varUint(300);
      to.varUint(1_048_577);
    }),
  ),
  malformed(
    "a message of pairing above its limit",
    "FRAME5: at most 16 KiB",
    frameOf(ClientTag.MailboxSend, (to) => {
      to.varUint(7);
      to.varUint(limits.pairingMessageByteLengthMax + 1);
    }),
  ),
  malformed(
    "a presence above its limit",
    "FRAME5: at most 69,632 bytes",
    frameOf(ClientTag.Presence, (to) => {
      to.varUint(3);
      to.varUint(sealedPresenceByteLengthMax + 1);
    }),
  ),
  malformed(
    "a record longer than the frame",
    "WIRE3: a length is bounded by what is there",
    frameOf(ClientTag.AppendRecord, (to) => {
      to.varUint(300);
      to.varUint(5);
      to.bytes(filled(4, 0x31));
    }),
  ),
];

const unknown = (name: string, frame: Uint8Array): VectorCase<FrameInput> =>
  fault("FrameUnknown", name, "FRAME6: a tag is of one direction", { frame: hexOf(frame) });

const tagFaults: readonly VectorCase<FrameInput>[] = [
  unknown("tag 0", frameOf(0)),
  unknown("tag 6, which has no frame", frameOf(6)),
  unknown(
    "a frame of the relay",
    frameOf(RelayTag.Ping, (to) => to.varUint(1)),
  ),
  unknown("tag 255", frameOf(255)),
  malformed("no bytes", "a frame has a tag", ""),
  fault("FrameTooLarge", "a frame above the limit", "FRAME7: by its length alone, whatever it is", {
    frame: { hex: "03", zeros: limits.frameByteLengthMax },
  }),
];

export const makeClientFrame = (): VectorFile<FrameInput> => ({
  layer: "client-frame",
  about: "Frames from a client (docs/protocol.md §7). The output is every field by its name.",
  cases: [
    ...specimenCases(Object.values(clientFrameSpecimens), encodeClientFrame),
    ...tagFaults,
    ...fieldFaults,
    ...vectorFaults,
    ...lengthFaults,
    ...runFaults,
  ],
});
