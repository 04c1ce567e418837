/** Every frame of a relay, every refusal, and faults of their fields. */
import type { Writer } from "../../../packages/crypto/src/bytes/writer.ts";
import {
  ClientTag,
  encodeRelayFrame,
  limits,
  type RefusalFrame,
  refusalOfNumber,
  refusals,
  type RefusalSubject,
  type RelayFrame,
  RelayTag,
} from "../../../packages/protocol/src/index.ts";
import { relayFrameSpecimens } from "../../../packages/protocol/src/testing/specimens.ts";
import { channelNumbers, mailboxNumbers, requestIds } from "../../../packages/protocol/src/ids.ts";
import { hexOf, jsonOf, type VectorCase, type VectorFile } from "../format.ts";
import type { FrameInput } from "../run/frames.ts";
import { filled } from "./bytes.ts";
import { fault, golden } from "./cases.ts";
import { frameOf, malformed, specimenCases, writeLogHead, writeMark } from "./frames.ts";
import { writeRun } from "./runFaults.ts";

const described = (frame: RelayFrame): object =>
  frame.type === "Refusal" ? { ...frame, name: refusalOfNumber(frame.number).name } : frame;

const refusalCase = (
  name: string,
  why: string,
  { subject = { kind: "connection" }, number = 1, facts = [] }: Partial<RefusalFrame>,
): VectorCase<FrameInput> => {
  const frame: RefusalFrame = { type: "Refusal", subject, number, facts };
  return golden(name, why, { frame: hexOf(encodeRelayFrame(frame)) }, jsonOf(described(frame)));
};

const subjects: readonly RefusalSubject[] = [
  { kind: "connection" },
  { kind: "request", request: requestIds.fromNumber(300) },
  { kind: "channel", channel: channelNumbers.fromNumber(3) },
  { kind: "mailbox", mailbox: mailboxNumbers.fromNumber(7) },
];

const refusalCases: readonly VectorCase<FrameInput>[] = [
  ...Object.entries(refusals).map(([name, { number, meaning }]) =>
    refusalCase(`Refusal ${number} ${name}`, meaning, { number }),
  ),
  ...subjects.map((subject) =>
    refusalCase(`Refusal of a ${subject.kind}`, "what was refused", { subject }),
  ),
  refusalCase("Refusal 9999", "REF3: a newer relay's number is a value", { number: 9_999 }),
];

const refusalOf = (
  facts: readonly (readonly [key: string, value: string])[],
  subject = 0,
): Uint8Array =>
  frameOf(RelayTag.Refusal, (to) => {
    to.u8(subject);
    to.varUint(1);
    to.list(facts, (_, [key, value]) => {
      to.text(key);
      to.text(value);
    });
  });

const welcomeOf = ({ scope = 1, vaults = [3] }): Uint8Array =>
  frameOf(RelayTag.Welcome, (to) => {
    to.bytes(filled(16, 0x01));
    to.bytes(filled(16, 0x02));
    to.u8(scope);
    to.list(vaults, (_, vault) => to.bytes(filled(16, vault)));
    writeLogHead(to);
    to.varUint(0);
  });

const receiptOf = ({ firstSeq = 1, count = 1 }): Uint8Array =>
  frameOf(RelayTag.Receipt, (to) => {
    to.varUint(3);
    to.varUint(1_000);
    to.varUint(0);
    to.bytes(filled(16, 0x04));
    to.varUint(firstSeq);
    to.varUint(count);
    to.bytes(filled(64, 0x08));
  });

const closedOf = (end: number): Uint8Array =>
  frameOf(RelayTag.MailboxClosed, (to) => {
    to.varUint(7);
    to.u8(end);
  });

const envelopesOf = (writeRuns: (to: Writer) => void): Uint8Array =>
  frameOf(RelayTag.Envelopes, (to) => {
    to.varUint(3);
    to.varUint(1_000);
    writeRuns(to);
  });

const fieldFaults: readonly VectorCase<FrameInput>[] = [
  malformed("a refusal of subject 4", "FRAME11: subjects are 0 to 3", refusalOf([], 4)),
  malformed(
    "facts in falling order",
    "WIRE2: a set has one spelling",
    refusalOf([
      ["b", "1"],
      ["a", "2"],
    ]),
  ),
  malformed(
    "a fact twice",
    "WIRE2: nothing stands twice in a set",
    refusalOf([
      ["a", "1"],
      ["a", "2"],
    ]),
  ),
  malformed(
    "nine facts",
    "FRAME5: at most eight",
    refusalOf(Array.from("abcdefghi", (key) => [key, ""] as const)),
  ),
  malformed("a fact's key of 33 bytes", "FRAME5: at most 32", refusalOf([["k".repeat(33), ""]])),
  malformed("a fact of 257 bytes", "FRAME5: at most 256", refusalOf([["k", "v".repeat(257)]])),
  malformed("scope 0", "FRAME11: scopes are 1 to 3", welcomeOf({ scope: 0 })),
  malformed("scope 4", "FRAME11: scopes are 1 to 3", welcomeOf({ scope: 4 })),
  malformed(
    "vaults in falling order",
    "WIRE2: a set has one spelling",
    welcomeOf({ vaults: [4, 3] }),
  ),
  malformed("a vault twice", "WIRE2: nothing stands twice", welcomeOf({ vaults: [3, 3] })),
  malformed(
    "more vaults than the limit",
    "FRAME5: at most 256",
    frameOf(RelayTag.Welcome, (to) => {
      to.bytes(filled(32, 0x01));
      to.u8(1);
      to.varUint(limits.vaultsPerUserMax + 1);
    }),
  ),
  malformed("a receipt from seq 0", "FRUN8: seqs begin at 1", receiptOf({ firstSeq: 0 })),
  malformed("a receipt for nothing", "FRUN6: one envelope or more", receiptOf({ count: 0 })),
  malformed("a receipt for 257", "FRUN7: at most 256", receiptOf({ count: 257 })),
  malformed("end 0", "FRAME11: ends are 1 to 3", closedOf(0)),
  malformed("end 4", "FRAME11: ends are 1 to 3", closedOf(4)),
  malformed(
    "heads of chains in falling order",
    "FRAME8: a vector rises by chain",
    frameOf(RelayTag.VaultHeads, (to) => {
      to.varUint(3);
      writeLogHead(to);
      to.varUint(1_000);
      to.list([5, 4], (_, chain) => writeMark(to, chain, 1));
    }),
  ),
  malformed(
    "more records than the limit",
    "FRAME5: at most 64",
    frameOf(RelayTag.LogRecords, (to) => {
      to.u8(2);
      to.bytes(filled(16, 0x03));
      to.varUint(0);
      to.list(Array.from({ length: limits.recordsPerFrameMax + 1 }), () =>
        to.varBytes(filled(1, 1)),
      );
      to.varUint(99);
    }),
  ),
  malformed(
    "257 envelopes in two runs",
    "FRUN7: at most 256 in all runs of a frame",
    envelopesOf((to) =>
      to.list([128, 129], (_, count) =>
        writeRun(to, [{}, ...Array.from({ length: count - 1 }, () => ({ says: 0 }))]),
      ),
    ),
  ),
];

const tagFaults: readonly VectorCase<FrameInput>[] = [
  fault("FrameUnknown", "tag 127", "FRAME6: a relay's tags have the high bit", {
    frame: hexOf(frameOf(127)),
  }),
  fault("FrameUnknown", "tag 134, which has no frame", "FRAME6: of a newer version", {
    frame: hexOf(frameOf(134)),
  }),
  fault("FrameUnknown", "a frame of a client", "FRAME6: a tag is of one direction", {
    frame: hexOf(frameOf(ClientTag.Ping, (to) => to.varUint(1))),
  }),
  malformed("no bytes", "a frame has a tag", ""),
  fault("FrameTooLarge", "a frame above the limit", "FRAME7: by its length alone", {
    frame: { hex: "83", zeros: limits.frameByteLengthMax },
  }),
];

export const makeRelayFrame = (): VectorFile<FrameInput> => ({
  layer: "relay-frame",
  about:
    "Frames from a relay (docs/protocol.md §7) and every refusal by its number (§8). The output is every field by its name; a refusal's name is that of its number, where it is known.",
  cases: [
    ...specimenCases(Object.values(relayFrameSpecimens), encodeRelayFrame, described),
    ...refusalCases,
    ...tagFaults,
    ...fieldFaults,
  ],
});
