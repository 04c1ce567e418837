/** A look asks and reads; whatever would change something at the relay goes nowhere. */
import { ok } from "@duro/crypto/types";
import { ClientTag } from "@duro/protocol";
import { expect, test } from "vitest";
import type { HttpRequest } from "../ports/http.ts";
import type { Transport } from "../ports/transport.ts";
import { gettingOnly, readingOnly } from "./openToLook.ts";

const dialled = (): { readonly sent: number[]; readonly transport: Transport } => {
  const sent: number[] = [];
  const transport: Transport = {
    dial: () => ({
      send: (bytes) => void sent.push(bytes[0] ?? -1),
      close: () => void sent.push(-2),
      bufferedByteLength: 7,
    }),
  };
  return { sent, transport: readingOnly(transport) };
};

const events = { onOpen: () => {}, onMessage: () => {}, onText: () => {}, onClosed: () => {} };

test("of all frames those that write, and what is no frame, are not sent", () => {
  const { sent, transport } = dialled();
  const socket = transport.dial("https://relay.example", events);
  for (const tag of Object.values(ClientTag)) socket.send(Uint8Array.of(tag, 1));
  socket.send(new Uint8Array());
  const writing = new Set<number>([
    ClientTag.AppendRecord,
    ClientTag.Put,
    ClientTag.Presence,
    ClientTag.BlobDrop,
    ClientTag.MailboxOpen,
    ClientTag.MailboxJoin,
    ClientTag.MailboxSend,
    ClientTag.MailboxClose,
  ]);
  expect(sent).toEqual(Object.values(ClientTag).filter((tag) => !writing.has(tag)));
  socket.close();
  expect([sent.at(-1), socket.bufferedByteLength]).toEqual([-2, 7]);
});

test("of requests those that fetch are made, and no other", async () => {
  const made: string[] = [];
  const http = gettingOnly({
    request: ({ method }) => {
      made.push(method);
      return Promise.resolve(ok({ status: 200, headers: new Map(), body: new Uint8Array() }));
    },
  });
  for (const method of ["GET", "HEAD", "POST", "PUT", "DELETE"] as const) {
    const request: HttpRequest = {
      method,
      url: "https://relay.example/v1",
      headers: {},
      body: undefined,
      answerByteLengthMax: 1,
    };
    expect((await http.request(request)).ok).toBe(method === "GET" || method === "HEAD");
  }
  expect(made).toEqual(["GET", "HEAD"]);
});
