/** The head of an envelope: docs/protocol.md §4. */
import { envelopeIdOf } from "../../../packages/crypto/src/envelope/envelope.ts";
import { decodeHead } from "../../../packages/crypto/src/envelope/head.ts";
import { type Bytes, bytesOf, jsonOf, type Ran } from "../format.ts";
import { accepted, refused } from "./ran.ts";

export interface HeadInput {
  readonly head: Bytes;
}

export const runHead = ({ head }: HeadInput): Ran => {
  const decoded = decodeHead(bytesOf(head));
  return decoded.ok
    ? accepted(jsonOf({ id: envelopeIdOf(decoded.value), ...decoded.value }))
    : refused(decoded.error);
};
