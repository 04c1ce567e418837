/** An answer in pieces, as one text or line by line. */
import type { Readable } from "node:stream";
import { err, ok, type Result } from "../result.ts";

/** More than any answer holds, and little enough for a small machine. */
const answerByteLengthMax = 67_108_864;

export type ReadError = { readonly type: "AnswerTooLong" } | { readonly type: "HungUp" };

export const readAll = async (stream: Readable): Promise<Result<string, ReadError>> => {
  const chunks: Buffer[] = [];
  let byteLength = 0;
  try {
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      byteLength += chunk.length;
      if (byteLength > answerByteLengthMax) return err({ type: "AnswerTooLong" });
      chunks.push(chunk);
    }
  } catch {
    return err({ type: "HungUp" });
  }
  return ok(Buffer.concat(chunks).toString("utf8"));
};

/** Whole lines, without their ends; what stands behind the last newline is not one. */
export async function* readLines(stream: Readable): AsyncGenerator<Result<string, ReadError>> {
  let chunks: Buffer[] = [];
  let byteLength = 0;
  try {
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      let from = 0;
      for (let end = chunk.indexOf(newline); end !== -1; end = chunk.indexOf(newline, from)) {
        chunks.push(chunk.subarray(from, end));
        yield ok(Buffer.concat(chunks).toString("utf8"));
        chunks = [];
        byteLength = 0;
        from = end + 1;
      }
      chunks.push(chunk.subarray(from));
      byteLength += chunk.length - from;
      if (byteLength > answerByteLengthMax) {
        yield err({ type: "AnswerTooLong" });
        return;
      }
    }
  } catch {
    // An end without the last line: the same to whoever waits for it.
  }
  yield err({ type: "HungUp" });
}

const newline = 0x0a;
