/**
 * Documents that are deflated together. A group lies in one blob, and each of its documents names the
 * whole of it, so one of them is had without the rest of the checkpoint:
 * `deflate(u8 format (1) ‖ list, rising by document: document id 16, u8 form (1 V1, 2 V2), varBytes)`.
 */
import {
  decode,
  encode,
  type Malformed,
  type Reader,
  readRising,
  type Result,
  type RisingLimits,
  writeRising,
} from "@duro/crypto/types";
import { type DocId, docIds } from "@duro/protocol";
import {
  docsPerGroupMax,
  groupByteLengthMax,
  packedStateByteLengthMax,
} from "./checkpointLimits.ts";
import { type FormedState, StateForm } from "./stateForm.ts";

export interface PackedDoc extends FormedState {
  readonly doc: DocId;
}

const groupFormat = 1;

const docLimits: RisingLimits<PackedDoc> = {
  countMax: docsPerGroupMax,
  itemByteLengthMin: docIds.byteLength + 2,
  keyOf: ({ doc }) => doc,
};

/** Rising by document. */
export const encodeGroup = (docs: readonly PackedDoc[]): Uint8Array =>
  encode((to) => {
    to.u8(groupFormat);
    writeRising(to, docLimits, docs, (_, { doc, form, packed }) => {
      docIds.write(to, doc);
      to.u8(form);
      to.varBytes(packed);
    });
  });

export const decodeGroup = (bytes: Uint8Array): Result<readonly PackedDoc[], Malformed> =>
  decode({ what: "group of documents", byteLengthMax: groupByteLengthMax }, bytes, (from) => {
    const format = from.u8();
    if (format !== groupFormat) from.refuse(`format ${groupFormat}`, `${format}`);
    return readRising(from, docLimits, () => ({
      doc: docIds.read(from),
      form: readForm(from),
      packed: from.varBytes(packedStateByteLengthMax),
    }));
  });

const readForm = (from: Reader): StateForm => {
  const form = from.u8();
  switch (form) {
    case StateForm.V1:
    case StateForm.V2:
      return form;
    default:
      return from.refuse("a form of a state", `${form}`);
  }
};
