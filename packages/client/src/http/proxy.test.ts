import { err, ok } from "@duro/crypto/types";
import { expect, test } from "vitest";
import { parseProxy } from "./proxy.ts";

test("a machine that names no proxy has none", () => {
  expect(parseProxy({})).toEqual(ok(undefined));
  expect(parseProxy({ HTTPS_PROXY: " ", NO_PROXY: "relay.test" })).toEqual(ok(undefined));
  expect(parseProxy({ HTTP_PROXY: "http://proxy.test" })).toEqual(ok(undefined));
});

test("the lower case comes before the upper, and what is empty is not there", () => {
  const upper = { HTTPS_PROXY: "http://upper.test:3128/" };
  expect(parseProxy({ ...upper, https_proxy: "http://lower.test" })).toEqual(
    ok({ url: "http://lower.test/", except: "" }),
  );
  expect(parseProxy({ ...upper, https_proxy: "" })).toEqual(
    ok({ url: "http://upper.test:3128/", except: "" }),
  );
});

test("a proxy without a scheme speaks plain http", () => {
  expect(parseProxy({ https_proxy: "proxy.test:3128" })).toEqual(
    ok({ url: "http://proxy.test:3128/", except: "" }),
  );
});

test("who is excepted is so with what is below them", () => {
  const proxy = { https_proxy: "http://proxy.test" };
  expect(parseProxy({ ...proxy, no_proxy: "a.test, .b.test,,*.c.test,*" })).toEqual(
    ok({ url: "http://proxy.test/", except: "a.test,.a.test,.b.test,*.c.test,*" }),
  );
});

test.each([
  ["socks5://proxy.test", "socks5:"],
  ["http://", ""],
])("a proxy that we cannot speak to is named instead of gone around: %s", (url, scheme) => {
  expect(parseProxy({ https_proxy: url })).toEqual(err({ type: "NotAProxy", scheme }));
});
