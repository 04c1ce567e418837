/**
 * One author's update in several that are each short enough for an envelope, in the order in which they
 * must be sent. The structs come first, then what is deleted, since that may be among them.
 */
import { assert, err, ok, type Result } from "@duro/crypto/types";
import { limits } from "@duro/protocol";
import * as Y from "yjs";
import {
  deletionsByteLengthMax,
  encodeAuthorUpdate,
  frameByteLengthMax,
  spanByteLengthMax,
} from "./authorUpdate.ts";
import { cutStruct, encodeStruct, type Struct } from "./cutStruct.ts";
import type { ClockSpan } from "./deletions.ts";

/** Something in it cannot be cut: one binary, one value, one name. */
export interface UpdateTooLarge {
  readonly type: "UpdateTooLarge";
  /** Of what cannot be cut. */
  readonly byteLength: number;
  readonly byteLengthMax: number;
}

/** Each part is taken by `readUpdate`, is at most that long, and together they are the whole. */
export const splitUpdate = (
  update: Uint8Array,
  byteLengthMax: number,
): Result<readonly Uint8Array[], UpdateTooLarge> => {
  // A struct takes a byte or more: a short update has few, and need not be read.
  if (update.length <= Math.min(byteLengthMax, limits.structsPerUpdateMax)) return ok([update]);
  const { structs, ds } = Y.decodeUpdate(update);
  if (update.length <= byteLengthMax && structs.length <= limits.structsPerUpdateMax)
    return ok([update]);
  const parts = createParts(byteLengthMax);
  for (const struct of structs) {
    const added = addStruct(parts, struct, byteLengthMax);
    if (!added.ok) return added;
  }
  for (const [clientId, ranges] of ds.clients)
    for (const { clock, len } of ranges) {
      const span = { from: clock, end: clock + len };
      if (parts.roomForDeletion(clientId) < 0) parts.flush();
      if (parts.roomForDeletion(clientId) < 0) return tooLarge(spanByteLengthMax, byteLengthMax);
      parts.addDeletion(clientId, span);
    }
  parts.flush();
  return ok(parts.flushed);
};

const tooLarge = (byteLength: number, byteLengthMax: number): Result<never, UpdateTooLarge> =>
  err({ type: "UpdateTooLarge", byteLength, byteLengthMax });

const addStruct = (
  parts: Parts,
  struct: Struct,
  byteLengthMax: number,
): Result<void, UpdateTooLarge> => {
  assert(!(struct instanceof Y.Skip), "an author's update has no gap");
  let rest = struct;
  for (;;) {
    const encoded = encodeStruct(rest);
    if (encoded.length <= parts.roomForStruct()) return ok(parts.addStruct(rest.id, encoded));
    const cut = cutStruct(rest, parts.roomForStruct());
    if (cut === undefined && parts.isEmpty()) return tooLarge(encoded.length, byteLengthMax);
    if (cut !== undefined) {
      parts.addStruct(cut.head.id, encodeStruct(cut.head));
      rest = cut.tail;
    }
    parts.flush();
  }
};

interface Parts {
  readonly flushed: readonly Uint8Array[];
  isEmpty(): boolean;
  /** In bytes, as the one below. */
  roomForStruct(): number;
  addStruct(id: Y.ID, encoded: Uint8Array): void;
  /** Below zero: not one more. */
  roomForDeletion(clientId: number): number;
  addDeletion(clientId: number, span: ClockSpan): void;
  flush(): void;
}

const createParts = (byteLengthMax: number): Parts => {
  const flushed: Uint8Array[] = [];
  let first: Y.ID | undefined;
  let structs: Uint8Array[] = [];
  let deletions = new Map<number, ClockSpan[]>();
  let byteLength = frameByteLengthMax;
  const isEmpty = (): boolean => structs.length === 0 && deletions.size === 0;
  const deletionByteLength = (clientId: number): number =>
    spanByteLengthMax + (deletions.has(clientId) ? 0 : deletionsByteLengthMax);
  return {
    flushed,
    isEmpty,
    roomForStruct: () =>
      structs.length < limits.structsPerUpdateMax ? byteLengthMax - byteLength : -1,
    addStruct: (id, encoded) => {
      first ??= id;
      structs.push(encoded);
      byteLength += encoded.length;
    },
    roomForDeletion: (clientId) => byteLengthMax - byteLength - deletionByteLength(clientId),
    addDeletion: (clientId, span) => {
      byteLength += deletionByteLength(clientId);
      const spans = deletions.get(clientId) ?? [];
      spans.push(span);
      deletions.set(clientId, spans);
    },
    flush: () => {
      if (isEmpty()) return;
      const { client = 0, clock = 0 } = first ?? {};
      flushed.push(
        encodeAuthorUpdate({
          clientId: client,
          from: clock,
          structCount: structs.length,
          structs,
          deletions,
        }),
      );
      first = undefined;
      structs = [];
      deletions = new Map();
      byteLength = frameByteLengthMax;
    },
  };
};
