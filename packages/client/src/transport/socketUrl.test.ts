import { expect, test } from "vitest";
import { socketUrlOf } from "./socketUrl.ts";

test.each([
  ["http://relay.test", "ws://relay.test/v1/socket"],
  ["https://relay.test:8443/", "wss://relay.test:8443/v1/socket"],
  ["https://name:word@[::1]/else?where#there", "wss://[::1]/v1/socket"],
])("the socket of %s is %s", (url, socket) => {
  expect(socketUrlOf(url)).toBe(socket);
});

test.each(["", "relay.test", "ws://relay.test", "javascript:1"])("%j is no relay's", (url) => {
  expect(socketUrlOf(url)).toBeUndefined();
});
