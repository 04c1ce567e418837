/**
 * Answers on a bare socket, where no request was ever read to its end: headers that do not finish or
 * are too large, bytes that are no HTTP, a body that stopped coming.
 */
import type { Duplex } from "node:stream";
import { STATUS_CODES } from "node:http";
import { type RefusalName, refusals } from "@duro/protocol";
import { refusalBodyOf } from "../routes/refuse.ts";

/** What was written is on its way by then; whoever does not read it has had their time. */
const lingerMs = 500;

const answersByCode: Readonly<Record<string, RefusalName>> = {
  ERR_HTTP_REQUEST_TIMEOUT: "RequestTimeout",
  HPE_HEADER_OVERFLOW: "HeadersTooLarge",
  HPE_CHUNK_EXTENSIONS_OVERFLOW: "FrameTooLarge",
};

export const refusalOfClientError = (code: string | undefined): RefusalName =>
  answersByCode[code ?? ""] ?? "InvalidField";

export const refuseOnSocket = (socket: Duplex, name: RefusalName): void => {
  if (!socket.writable) {
    socket.destroy();
    return;
  }
  const facts = name === "InvalidField" ? { path: "request", rule: "http" } : {};
  socket.end(answerText(name, JSON.stringify(refusalBodyOf(name, facts))));
  const timer = setTimeout(() => socket.destroy(), lingerMs);
  socket.once("close", () => clearTimeout(timer));
};

const answerText = (name: RefusalName, body: string): string => {
  const { httpStatus } = refusals[name];
  return [
    `HTTP/1.1 ${httpStatus} ${STATUS_CODES[httpStatus] ?? ""}`,
    "content-type: application/json; charset=utf-8",
    `content-length: ${body.length}`,
    "cache-control: no-store",
    "x-content-type-options: nosniff",
    "connection: close",
    "",
    body,
  ].join("\r\n");
};
