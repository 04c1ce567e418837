/** What bodies say: docs/protocol.md §6. */
import {
  decodeBody,
  decodeBodyClear,
  decodeDataContent,
  encodeBody,
} from "../../../packages/protocol/src/index.ts";
import type { EnvelopeKind } from "../../../packages/crypto/src/envelope/head.ts";
import { type Bytes, bytesOf, type Hex, jsonOf, type Ran } from "../format.ts";
import { accepted, refused } from "./ran.ts";

export interface BodyInput {
  readonly kind: EnvelopeKind;
  readonly flags: number;
  readonly clear: Bytes;
  readonly plaintext: Bytes;
}

/** A relay reads the clear part by itself, and must find in it what the whole body says. */
export const runBody = ({ kind, flags, ...parts }: BodyInput): Ran => {
  const [clear, plaintext] = [bytesOf(parts.clear), bytesOf(parts.plaintext)];
  const toRelay = decodeBodyClear(kind, clear);
  if (!toRelay.ok) return refused(toRelay.error, "clear");
  const body = decodeBody({ kind, flags }, { clear, plaintext });
  if (!body.ok) return refused(body.error, "plaintext");
  return accepted(
    jsonOf({ toRelay: toRelay.value, body: body.value, again: encodeBody(body.value) }),
  );
};

export interface DataContentInput {
  readonly content: Hex;
}

export const runDataContent = ({ content }: DataContentInput): Ran => {
  const decoded = decodeDataContent(bytesOf(content));
  return decoded.ok ? accepted(jsonOf(decoded.value)) : refused(decoded.error);
};
