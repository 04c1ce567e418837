/** One author's update in Yjs's V1 format: what stands around its structs, written and measured. */
import { encode, type Writer } from "@duro/crypto/types";
import type { ClockSpan, Deletions } from "./deletions.ts";

export interface AuthorUpdate {
  readonly clientId: number;
  /** Clock of the first struct. */
  readonly from: number;
  readonly structCount: number;
  /** Encoded, one behind the other. */
  readonly structs: readonly Uint8Array[];
  readonly deletions: Deletions;
}

export const encodeAuthorUpdate = (update: AuthorUpdate): Uint8Array =>
  encode((to) => {
    writeStructs(to, update);
    to.list([...update.deletions], writeDeletions);
  });

const writeStructs = (to: Writer, update: AuthorUpdate): void => {
  const { clientId, from, structCount, structs } = update;
  if (structCount === 0) return to.varUint(0);
  to.varUint(1);
  to.varUint(structCount);
  to.varUint(clientId);
  to.varUint(from);
  for (const struct of structs) to.bytes(struct);
};

const writeDeletions = (to: Writer, [clientId, spans]: [number, readonly ClockSpan[]]): void => {
  to.varUint(clientId);
  to.list(spans, writeSpan);
};

const writeSpan = (to: Writer, { from, end }: ClockSpan): void => {
  to.varUint(from);
  to.varUint(end - from);
};

/** A number below 2^53: seven bits in a byte. */
const varUintByteLengthMax = 8;
/** A count of at most `structsPerUpdateMax`. */
const structCountByteLengthMax = 3;

/** What stands before the structs, and the count of clientIDs behind them. */
export const frameByteLengthMax =
  1 + structCountByteLengthMax + 2 * varUintByteLengthMax + varUintByteLengthMax;
/** ClientID and count before one clientID's deletions. */
export const deletionsByteLengthMax = 2 * varUintByteLengthMax;
export const spanByteLengthMax = 2 * varUintByteLengthMax;
