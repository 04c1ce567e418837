/** A refusal on the wire: to what, which one of the catalogue, and the facts. No prose. */
import {
  type Reader,
  type Writer,
  readRising,
  type RisingLimits,
  writeRising,
} from "@duro/crypto/types";
import {
  type ChannelNumber,
  channelNumbers,
  type MailboxNumber,
  mailboxNumbers,
  type RequestId,
  requestIds,
} from "../ids.ts";
import { factKeyByteLengthMax, factsPerRefusalMax, factValueByteLengthMax } from "../limits.ts";
import { readOneOf } from "./shapes.ts";

/** What was refused. Puts and pulls have no request id: their channel says it, the facts say more. */
export type RefusalSubject =
  | { readonly kind: "connection" }
  | { readonly kind: "request"; readonly request: RequestId }
  | { readonly kind: "channel"; readonly channel: ChannelNumber }
  | { readonly kind: "mailbox"; readonly mailbox: MailboxNumber };

/** Numbers on the wire: never reused. */
const SubjectNumber = { connection: 0, request: 1, channel: 2, mailbox: 3 } as const;

const writeSubject = (to: Writer, subject: RefusalSubject): void => {
  to.u8(SubjectNumber[subject.kind]);
  switch (subject.kind) {
    case "connection":
      return;
    case "request":
      return requestIds.write(to, subject.request);
    case "channel":
      return channelNumbers.write(to, subject.channel);
    case "mailbox":
      return mailboxNumbers.write(to, subject.mailbox);
  }
};

const readSubject = (from: Reader): RefusalSubject => {
  switch (readOneOf(from, "subject", SubjectNumber)) {
    case SubjectNumber.connection:
      return { kind: "connection" };
    case SubjectNumber.request:
      return { kind: "request", request: requestIds.read(from) };
    case SubjectNumber.channel:
      return { kind: "channel", channel: channelNumbers.read(from) };
    case SubjectNumber.mailbox:
      return { kind: "mailbox", mailbox: mailboxNumbers.read(from) };
  }
};

export interface Fact {
  readonly key: string;
  readonly value: string;
}

/** UTF-8 takes at most three bytes for each sign of a string. */
const factSignCountMax = Math.floor(factValueByteLengthMax / 3);

/**
 * From names and values, in the order that the wire wants. A long value is cut: a refusal that cannot
 * be sent would be worse.
 */
export const factsOf = (facts: Readonly<Record<string, string | number>>): Fact[] =>
  Object.entries(facts)
    .map(([key, value]) => ({ key, value: `${value}`.slice(0, factSignCountMax) }))
    .toSorted((left, right) => (left.key < right.key ? -1 : 1));

export interface RefusalFrame {
  readonly type: "Refusal";
  readonly subject: RefusalSubject;
  /** Of the catalogue; one that is not known here comes from a newer relay. */
  readonly number: number;
  /** Rising by key. */
  readonly facts: readonly Fact[];
}

const factLimits: RisingLimits<Fact> = {
  countMax: factsPerRefusalMax,
  itemByteLengthMin: 2,
  keyOf: ({ key }) => key,
};

export const writeRefusal = (to: Writer, frame: RefusalFrame): void => {
  writeSubject(to, frame.subject);
  to.varUint(frame.number);
  writeRising(to, factLimits, frame.facts, (_, { key, value }) => {
    to.text(key);
    to.text(value);
  });
};

export const readRefusal = (from: Reader): RefusalFrame => ({
  type: "Refusal",
  subject: readSubject(from),
  number: from.varUint(),
  facts: readRising(from, factLimits, () => ({
    key: from.text(factKeyByteLengthMax),
    value: from.text(factValueByteLengthMax),
  })),
});
