import { describe, expect, test } from "vitest";
import { Exit } from "../exits.ts";
import { err } from "../result.ts";
import { judge } from "./allChecks.ts";
import { type Check, isFinding } from "./check.ts";
import type { Facts } from "./facts.ts";
import { healthy, healthyDaemon, withDaemon } from "./testing/healthy.ts";

const found = (facts: Facts): readonly Check[] => judge(facts).filter(isFinding);

/** That one thing and nothing else. */
const only = (facts: Facts): Check => {
  const [first, ...others] = found(facts);
  expect(others).toEqual([]);
  if (first === undefined) throw new Error("nothing was found");
  return first;
};

test("nothing is found where nothing is wrong, and every check says what it saw", () => {
  expect(found(healthy)).toEqual([]);
  for (const { text, name } of judge(healthy)) {
    expect(name).toMatch(/^[a-z-]+$/u);
    expect(text).toMatch(/\.$/u);
  }
});

test("whatever is found names what to do", () => {
  const bad: Facts = {
    ...withDaemon({ isRemoved: true, index: { documentCount: 3, missingCount: 1 } }),
    freeByteLength: 1,
    settings: { path: "/x", trouble: "it is not JSON" },
    store: { kind: "other", path: "/y" },
    log: { folder: "/z", byteLength: 1e9 },
  };
  expect(found(bad)).toHaveLength(6);
  for (const { fix } of found(bad)) expect(fix).toMatch(/\w/u);
});

describe("the program", () => {
  test("another duro that the shell finds first is named", () => {
    const copies = [
      { path: "/opt/old/duro", isThis: false },
      { path: "/usr/local/bin/duro", isThis: true },
    ];
    expect(only({ ...healthy, copies })).toMatchObject({ name: "program", result: "warning" });
    expect(only({ ...healthy, copies }).text).toContain("/opt/old/duro");
  });

  test("two links to the same duro are one", () => {
    const copies = ["/usr/bin/duro", "/bin/duro"].map((path) => ({ path, isThis: true }));
    expect(found({ ...healthy, copies })).toEqual([]);
  });

  test("a Node that goes around proxies is found where there is one, its password hidden", () => {
    const node = { version: "24.4.1", path: "/usr/bin/node" };
    const url = "http://ann:secret@proxy.example:3128";
    expect(found({ ...healthy, node })).toEqual([]);
    const check = only({ ...healthy, node, proxy: { shell: url, service: url } });
    expect(check).toMatchObject({ name: "node", result: "warning" });
    expect(JSON.stringify(judge({ ...healthy, proxy: { shell: url, service: url } }))).not.toMatch(
      /secret|ann:/u,
    );
  });
});

describe("the places", () => {
  const [folder] = healthy.folders;
  if (folder === undefined) throw new Error("a healthy machine has a folder");

  test.each([
    [{ mode: 0o755 }, /look into/u, /chmod 700/u],
    [{ mode: 0o777 }, /write to/u, /chmod 700/u],
    [{ isOurs: false }, /another user/u, /chown/u],
    [{ copiedBy: "Dropbox" }, /Dropbox/u, /DURO_HOME/u],
    [{ isOnNetwork: true }, /network drive/u, /DURO_HOME/u],
  ])("a folder with %j is found", (fault, text, fix) => {
    const check = only({ ...healthy, folders: [{ ...folder, ...fault }] });
    expect(check).toMatchObject({ name: "folders", result: "warning" });
    expect(check.text).toMatch(text);
    expect(check.fix).toMatch(fix);
  });

  test("a folder that is not there yet is no fault", () => {
    expect(found({ ...healthy, folders: [{ ...folder, isThere: false, mode: 0 }] })).toEqual([]);
  });

  test.each([
    [600_000_000, "ok"],
    [400_000_000, "warning"],
    [40_000_000, "error"],
  ])("%i bytes of room are %s", (freeByteLength, result) => {
    expect(judge({ ...healthy, freeByteLength })).toContainEqual(
      expect.objectContaining({ name: "disk", result }),
    );
  });

  test("a key that others can read is an error, but on Windows, where its mode says nothing", () => {
    const seed = { path: "/s", isFile: true, isOurs: true, mode: 0o644 };
    expect(only({ ...healthy, seed })).toMatchObject({ name: "seed", result: "error" });
    expect(found({ ...healthy, seed, platform: "win32" })).toEqual([]);
  });

  test("a store that a newer Duro wrote is told from one that is damaged", () => {
    const newer = only({ ...healthy, store: { kind: "store", path: "/s", version: 2 } });
    const damaged = only({ ...healthy, store: { kind: "other", path: "/s" } });
    expect(newer.text).toContain("newer");
    expect(damaged.text).toContain("damaged");
  });
});

describe("the daemon and its service", () => {
  const problem = {
    code: "DaemonNotStarted",
    exit: Exit.DaemonUnreachable,
    message: "The daemon could not be started: why.",
    next: "duro doctor; the daemon's log is in /log",
  } as const;

  test("a daemon that does not start is the finding, and the rest is still looked at", () => {
    const facts = { ...healthy, daemon: err(problem) };
    expect(only(facts)).toMatchObject({
      name: "daemon",
      result: "error",
      text: problem.message,
      fix: "the daemon's log is in /log",
    });
    expect(judge(facts).map(({ name }) => name)).toContain("disk");
    expect(judge(facts)).toContainEqual(
      expect.objectContaining({ name: "relay", result: "skipped" }),
    );
  });

  test("a machine that is not set up has nothing wrong with it", () => {
    const fresh = withDaemon({
      isSetUp: false,
      server: null,
      link: "none",
      relay: null,
      index: null,
      wordsTested: null,
    });
    expect(found({ ...fresh, seed: undefined, store: { kind: "missing" } })).toEqual([]);
  });

  test("a device that was removed is an error", () => {
    expect(only(withDaemon({ isRemoved: true }))).toMatchObject({ name: "setup", result: "error" });
  });

  test("no service is no fault; one that is old, off, or fails is", () => {
    const { service } = healthy;
    const having = (fault: Partial<typeof service>): Facts => ({
      ...healthy,
      service: { ...service, ...fault },
    });
    expect(found(having({ isInstalled: false, isCurrent: false, starts: "never" }))).toEqual([]);
    expect(only(having({ isCurrent: false }))).toMatchObject({
      name: "service",
      result: "warning",
    });
    expect(only(having({ starts: "never" }))).toMatchObject({ name: "service", result: "warning" });
    expect(only(having({ lastFailure: "duro was not found" }))).toMatchObject({
      name: "service",
      result: "error",
    });
  });

  test("a service that ends at logout is found", () => {
    const service = { ...healthy.service, lingers: false, starts: "login" } as const;
    expect(only({ ...healthy, service }).fix).toContain("loginctl enable-linger");
  });

  test("a service that has another proxy than this shell is found", () => {
    const proxy = { shell: "http://new.example", service: "http://old.example" };
    expect(only({ ...healthy, proxy })).toMatchObject({ name: "proxy", result: "warning" });
    expect(only({ ...healthy, proxy: { ...proxy, shell: undefined } }).text).toContain("none");
    const service = { ...healthy.service, isInstalled: false };
    expect(found({ ...healthy, proxy, service })).toEqual([]);
  });

  test("a stale socket is mentioned, and is nobody's work", () => {
    expect(judge({ ...healthy, socket: "stale" })).toContainEqual(
      expect.objectContaining({ name: "socket", result: "info" }),
    );
  });

  test("an alarm stands with its own next step; a notice does not count", () => {
    const alarm = { code: "rollback", message: "The relay shows less.", next: "wait", since: "" };
    const alert = withDaemon({ alarms: [{ ...alarm, severity: "alert" }] });
    expect(only(alert)).toMatchObject({ name: "alarms", result: "error", fix: "wait" });
    expect(found(withDaemon({ alarms: [{ ...alarm, severity: "notice" }] }))).toEqual([]);
  });

  test("an index that lacks documents is found", () => {
    const index = { documentCount: 3, missingCount: 1 };
    expect(only(withDaemon({ index })).text).toContain("1 of 3");
  });

  test("words that nobody tried are a word to the wise", () => {
    expect(judge(withDaemon({ wordsTested: null }))).toContainEqual(
      expect.objectContaining({
        name: "words",
        result: "info",
        fix: expect.stringContaining("key verify"),
      }),
    );
  });
});

describe("the relay", () => {
  const { relay } = healthyDaemon;
  if (relay?.isRelay !== true) throw new Error("a healthy daemon has a relay");

  test("what answered instead of a relay is the finding, and nothing is said of its socket", () => {
    const facts = withDaemon({
      link: "waiting",
      relay: { isRelay: false, code: "NotARelay", message: "nginx answered.", next: "ask" },
    });
    expect(only(facts)).toMatchObject({ name: "relay", text: "nginx answered.", fix: "ask" });
    expect(judge(facts).map(({ name }) => name)).not.toContain("websocket");
  });

  test("a proxy that lets no WebSocket through is named with its status", () => {
    const socket = { isOpen: false, status: 400, failure: null } as const;
    const check = only(withDaemon({ relay: { ...relay, socket } }));
    expect(check).toMatchObject({ name: "websocket", result: "error" });
    expect(check.text).toContain("400");
  });

  test.each([
    [59_000, 0],
    [-61_000, 1],
    [3_600_000, 1],
  ])("a clock that is %i ms ahead gives %i findings", (aheadMs, count) => {
    expect(found(withDaemon({ relay: { ...relay, aheadMs } }))).toHaveLength(count);
  });

  test("a device that the relay refuses is an error; a pause is not", () => {
    expect(only(withDaemon({ link: "stopped" }))).toMatchObject({ name: "connected" });
    expect(found(withDaemon({ link: "none", isPaused: true }))).toEqual([]);
  });

  test("without the network nothing is said of it but that", () => {
    const facts = { ...withDaemon({ relay: null }), isNetworkAsked: false };
    expect(found(facts)).toEqual([]);
    expect(judge(facts)).toContainEqual(
      expect.objectContaining({
        name: "relay",
        result: "skipped",
        text: expect.stringContaining("--no-network"),
      }),
    );
  });
});
