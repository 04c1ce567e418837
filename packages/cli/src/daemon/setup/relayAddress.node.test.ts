import { expect, test } from "vitest";
import { parseRelayAddress } from "./relayAddress.ts";

test.each([
  ["https://relay.example.com", "https://relay.example.com"],
  [" https://Relay.Example.com:443/ ", "https://relay.example.com"],
  ["http://127.0.0.1:8080", "http://127.0.0.1:8080"],
])("%j is the relay at %s", (typed, url) => {
  expect(parseRelayAddress(typed)).toEqual({ ok: true, value: url });
});

test.each([
  ["relay.example.com", "--server https://relay.example.com"],
  ["relay:8080", "--server https://relay:8080"],
  ["", "--server https://relay.example.com"],
  ["ftp://relay.example.com", "--server https://relay.example.com"],
  ["https://me:secret@relay.example.com", "--server https://relay.example.com"],
  ["https://relay.example.com/sync", "--server https://relay.example.com"],
  ["https://relay.example.com/?key=1", "--server https://relay.example.com"],
  ["https://relay.example.com/#code", "--server https://relay.example.com"],
])("%j is refused with 2, and what may be meant is named", (typed, next) => {
  const refused = parseRelayAddress(typed);
  expect(refused).toMatchObject({ ok: false, error: { code: "ServerInvalid", exit: 2, next } });
  expect(JSON.stringify(refused)).not.toContain("secret");
});
