import { describe, expect, test } from "vitest";
import {
  allowedHosts,
  createHostNames,
  localUrl,
  type NamesInput,
  ownOrigins,
} from "./hostNames.ts";

const machine = {
  hostName: "Box",
  addresses: ["127.0.0.1", "192.168.1.5", "fe80::1", "2001:db8::5"],
};
const input = (changed: Partial<NamesInput>): NamesInput => ({
  publicUrls: [],
  listening: undefined,
  machine,
  ...changed,
});
const on = (address: string, port: number, host = address) => ({
  host,
  addresses: [{ address, port }],
});

describe("a login may be signed for", () => {
  test("the public names and no other, where there are some", () => {
    const names = input({
      publicUrls: [
        "https://Relay.Example:443/",
        "http://relay.example:80",
        "https://other.example:8443",
      ],
      listening: on("0.0.0.0", 8787),
    });
    expect(allowedHosts(names)).toEqual(["relay.example", "other.example:8443"]);
  });

  test.each([["127.0.0.1"], ["::1"], ["127.0.0.9"]])("every name of loopback on %s", (address) => {
    expect(allowedHosts(input({ listening: on(address, 8787) }))).toEqual([
      "localhost:8787",
      "127.0.0.1:8787",
      "[::1]:8787",
    ]);
  });

  test.each([["0.0.0.0"], ["::"]])("every address and name of the machine on %s", (address) => {
    expect(allowedHosts(input({ listening: on(address, 8787) }))).toEqual([
      "localhost:8787",
      "127.0.0.1:8787",
      "[::1]:8787",
      "192.168.1.5:8787",
      "[fe80::1]:8787",
      "[2001:db8::5]:8787",
      "box:8787",
    ]);
  });

  test("one address, and the name by which it was asked for", () => {
    const listening = on("192.168.1.5", 8787, "relay.lan");
    expect(allowedHosts(input({ listening }))).toEqual(["192.168.1.5:8787", "relay.lan:8787"]);
  });

  test("a host without its port, where that is the scheme's own", () => {
    expect(allowedHosts(input({ listening: on("192.168.1.5", 80) }))).toEqual(["192.168.1.5"]);
  });

  test("nothing before it listens", () => {
    expect(allowedHosts(input({}))).toEqual([]);
  });

  test("no name that no URL can hold", () => {
    const odd = { hostName: "no such name", addresses: ["fe80::1%eth0"] };
    const hosts = allowedHosts(input({ listening: on("0.0.0.0", 1), machine: odd }));
    expect(hosts).toEqual(["localhost:1", "127.0.0.1:1", "[::1]:1"]);
  });
});

test("a page of ours has the origin that clients dial", () => {
  expect(ownOrigins(input({ publicUrls: ["https://relay.example:443/"] }))).toEqual([
    "https://relay.example",
  ]);
  expect(ownOrigins(input({ listening: on("127.0.0.1", 8787) }))).toContain(
    "http://localhost:8787",
  );
});

test.each([
  ["127.0.0.1", "http://127.0.0.1:8787"],
  ["0.0.0.0", "http://127.0.0.1:8787"],
  ["::", "http://[::1]:8787"],
  ["::1", "http://[::1]:8787"],
  ["192.168.1.5", "http://192.168.1.5:8787"],
])("what listens on %s is dialled here as %s", (address, url) => {
  expect(localUrl(on(address, 8787))).toBe(url);
});

describe("a tunnel on this machine", () => {
  const namesOn = (listening: ReturnType<typeof on>, publicUrls: readonly string[] = []) => {
    const names = createHostNames({ publicUrls, allowedOrigins: [], machine });
    names.listensOn(listening);
    return names;
  };

  test.each(["127.0.0.1:9000", "localhost:9000", "[::1]:9000", "LOCALHOST:9000"])(
    "that is dialled as %s is a name of a relay of this machine",
    (dialled) => {
      const names = namesOn(on("127.0.0.1", 8787));
      expect(names.hostsFor(dialled)[0]).toBe(dialled.toLowerCase());
      expect(names.hosts()).not.toContain(dialled.toLowerCase());
    },
  );

  test.each(["relay.example:9000", "127.0.0.1.example:9000", "localhost", "192.168.1.5:9000", ""])(
    "is nothing that is dialled as %j",
    (dialled) => {
      const names = namesOn(on("127.0.0.1", 8787));
      expect(names.hostsFor(dialled)).toEqual(names.hosts());
    },
  );

  test("ends at no relay that has a public name, or that listens elsewhere", () => {
    const far = namesOn(on("127.0.0.1", 8787), ["https://relay.example"]);
    expect(far.hostsFor("127.0.0.1:9000")).toEqual(["relay.example"]);
    const lan = namesOn(on("192.168.1.5", 8787));
    expect(lan.hostsFor("127.0.0.1:9000")).not.toContain("127.0.0.1:9000");
  });
});

test("names are known once the port is", () => {
  const names = createHostNames({
    publicUrls: [],
    allowedOrigins: ["https://view.example"],
    machine,
  });
  expect([...names.origins()]).toEqual(["https://view.example"]);
  names.listensOn(on("127.0.0.1", 4321));
  expect(names.hosts()).toContain("127.0.0.1:4321");
  expect(names.origins()).toContain("http://localhost:4321");
});
