/** How machines come to a memory and back: the routes of daemons, at the relay's own program. */
import { createServer, type Server } from "node:http";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { createDeviceKeys } from "@duro/crypto";
import { assert, DeviceScope } from "@duro/crypto/types";
import { joinByPairing, systemClock, systemRandomBytes, vaultFingerprint } from "@duro/client";
import { createNodeTransport } from "@duro/client/node";
import { remember } from "@duro/memory";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { type RelayProgram, startRelay, until } from "../client/tools/machines.ts";
import {
  createMemoryDisk,
  openMemoryLocalStore,
} from "../../packages/client/src/testing/memoryLocalStore.ts";
import { newFolder } from "../relay/tools/folders.ts";
import { endEverything, startProgram } from "../relay/tools/program.ts";
import { lookAt, type Newcomer, showCode } from "../client/tools/pairing.ts";
import { closeDaemons, type InnerDaemon, openDaemon } from "./tools/daemons.ts";

let relay: RelayProgram;
beforeAll(async () => {
  relay = await startRelay();
});
afterEach(async () => {
  await closeDaemons();
  for (const server of servers.splice(0)) server.close();
});
afterAll(endEverything);

const card = { name: "first", system: "Linux x64" };
const yes = { yes: true };

const valueOf = <T>(result: { ok: true; value: T } | { ok: false; error: unknown }): T => {
  if (!result.ok) throw new Error(JSON.stringify(result.error));
  return result.value;
};

const init = async (inner: InnerDaemon, server: string | null = relay.url) => {
  let words = "";
  let sheet = "";
  const answer = await inner.talk(
    "init",
    { server: server ?? undefined, isLocal: server === null, card },
    (line) => {
      if (line.step === "words") ({ words, sheet } = line);
      return yes;
    },
  );
  return { answer, words, sheet };
};

const note = async ({ daemon }: InnerDaemon, claim: string) => {
  assert(daemon.home !== undefined, "somebody lives here");
  return valueOf(await daemon.home.write((memory) => remember(memory, { claim })));
};

const isCurrent = ({ daemon: { home } }: InnerDaemon): boolean =>
  home?.vault.status.isCaughtUp === true && home.vault.status.pendingCount === 0;

/** A person in front of both machines. */
const pairUp = async (
  old: InnerDaemon,
  fresh: InnerDaemon,
  find: (check: string) => string = (check) => check,
) => {
  const code = Promise.withResolvers<string>();
  const check = Promise.withResolvers<string>();
  const joining = fresh.talk(
    "join",
    { server: relay.url, card: { name: "second", system: "macOS arm64" } },
    (line) => {
      if ("code" in line) code.resolve(line.code);
      if ("check" in line) check.resolve(line.check);
      return undefined;
    },
  );
  void joining.then((joined) => (joined.ok ? undefined : code.resolve(JSON.stringify(joined))));
  let shown: unknown;
  const approved = await old.talk("approve", { code: await code.promise }, async (line) => {
    shown = line.card;
    return { number: find(await check.promise) };
  });
  return { approved, joined: await joining, shown, code: await code.promise };
};

test("a memory that stays here is founded, and the same again; a relay may come later", async () => {
  const inner = await openDaemon();
  const { answer, words, sheet } = await init(inner, null);
  const who = valueOf(answer);
  expect(who).toEqual({
    user: expect.stringMatching(/^[0-9a-f]{32}$/u) as string,
    device: inner.daemon.home?.engine.device,
    vault: inner.daemon.home?.vault.id,
    server: null,
  });
  expect(words.split(" ")).toHaveLength(24);
  expect(sheet.split("\n")[0]).toBe(words);
  expect(await init(inner, null)).toEqual({ answer, words: "", sheet: "" });
  await note(inner, "before the relay");
  const linked = await init(inner);
  expect(linked).toEqual({
    answer: { ok: true, value: { ...who, server: relay.url } },
    words: "",
    sheet: "",
  });
  await until(() => isCurrent(inner), "what was there is sent");
  expect(valueOf(await inner.call("tryWords", { words }))).toMatchObject({ opens: true });
  expect(valueOf(await inner.call("devices", { isSeen: false })).devices).toMatchObject([
    { name: "first", system: "Linux x64", scope: "full", isThis: true, revoked: false },
    { scope: "paper", revoked: false },
  ]);
});

test("an init that ended behind the file goes on with it, and one that nobody saw begins anew", async () => {
  const inner = await openDaemon();
  let sheet = "";
  const wish = { isLocal: true, card };
  const gone = await inner.talk("init", wish, (line) => {
    if (line.step === "words") ({ sheet } = line);
    return undefined;
  });
  expect(gone).toMatchObject({ ok: false, error: { code: "WordsNotKept", exit: 2 } });
  const other = await inner.talk("init", { ...wish, sheet: "a letter" }, () => yes);
  expect(other).toMatchObject({ ok: false, error: { code: "RecoveryFileExists", exit: 2 } });
  await inner.close();
  const after = await openDaemon(inner.folder);
  const asked: string[] = [];
  const hear = ({ step }: { step: string }) => {
    asked.push(step);
    return yes;
  };
  const who = valueOf(await after.talk("init", { ...wish, sheet }, hear));
  expect([asked, sheet]).toEqual([[], expect.stringContaining(who.vault)]);
  const words = sheet.split("\n")[0] ?? "";
  expect(valueOf(await after.call("tryWords", { words }))).toMatchObject({ opens: true });
  const unseen = await openDaemon();
  await unseen.talk("init", wish, () => undefined);
  const anew = await init(unseen, null);
  expect(valueOf(anew.answer).user).not.toBe(who.user);
  expect((await unseen.call("tryWords", { words: anew.words })).ok).toBe(true);
});

test("a relay that takes people by invitation says so, and takes whoever brings one", async () => {
  const data = newFolder();
  const flags = ["--json", "--data", data];
  const program = startProgram([...flags, "--port", "0"]);
  const server = await program.url();
  const first = await openDaemon();
  valueOf((await init(first, server)).answer);
  const second = await openDaemon();
  const refused = (await init(second, server)).answer;
  expect(refused).toMatchObject({ ok: false, error: { code: "InviteNeeded", exit: 8 } });
  const alone = { user: second.daemon.home?.engine.user, server: null };
  expect((await init(second, null)).answer).toMatchObject({ ok: true, value: alone });
  const admin = startProgram(["admin", "invite", ...flags]);
  await admin.ended;
  const { invite } = JSON.parse(admin.out()) as { readonly invite: string };
  const linked = await second.talk(
    "init",
    { server, invite, isLocal: false, card },
    () => undefined,
  );
  expect(linked).toMatchObject({ ok: true, value: { ...alone, server } });
  await until(() => isCurrent(second), "it is taken in");
  await program.stop();
});

test("a machine that was set up while the relay was away is registered by the next daemon", async () => {
  const data = newFolder();
  const flags = ["--json", "--data", data, "--registration", "open"];
  const before = startProgram([...flags, "--port", "0"]);
  const server = await before.url();
  await before.stop();
  const inner = await openDaemon();
  const queued = (await init(inner, server)).answer;
  expect(queued).toMatchObject({ ok: false, error: { code: "RelayUnreachable", exit: 7 } });
  await note(inner, "offline");
  await inner.close();
  const after = startProgram([...flags, "--port", new URL(server).port]);
  await after.url();
  const next = await openDaemon(inner.folder);
  await until(() => isCurrent(next), "it is registered, and all is sent");
  expect((await init(next, server)).answer).toMatchObject({ ok: true, value: { server } });
  await next.close();
  await after.stop();
});

test("a phone that reads the link is let in to read, until the day that was said", async () => {
  const inner = await openDaemon();
  valueOf((await init(inner)).answer);
  const phone = createDeviceKeys({ randomBytes: systemRandomBytes });
  const url = Promise.withResolvers<string>();
  const paired = inner.talk("pair", { days: 7 }, (line) => {
    if ("url" in line) {
      url.resolve(line.url);
      return undefined;
    }
    return { number: line.check };
  });
  const { origin, pathname, hash } = new URL(await url.promise);
  expect([origin, pathname]).toEqual([relay.url, "/"]);
  const joined = await joinByPairing(
    {
      store: openMemoryLocalStore(createMemoryDisk()),
      transport: createNodeTransport(),
      clock: systemClock,
      randomBytes: systemRandomBytes,
      device: phone,
      relayUrl: origin,
      program: "phone 1",
    },
    { showCode: () => {}, showCheckNumber: () => {} },
    { scope: DeviceScope.Viewer, card: { name: "phone", system: "iOS" }, code: hash.slice(1) },
  );
  expect(joined.ok).toBe(true);
  const { device, expires } = valueOf(await paired);
  expect([device, expires]).toEqual([phone.id, expect.stringMatching(/^\d{4}-/u)]);
  const { devices } = valueOf(await inner.call("devices", { isSeen: false }));
  expect(devices.find(({ id }) => id === device)).toMatchObject({
    name: "phone",
    scope: "viewer",
    expires,
  });
});

test("a second machine joins, has all of it, and both show the same words to compare", async () => {
  const [old, fresh] = [await openDaemon(), await openDaemon()];
  const founded = valueOf((await init(old)).answer);
  await note(old, "a fact");
  const { approved, joined, shown } = await pairUp(old, fresh);
  expect(shown).toMatchObject({ name: "second", system: "macOS arm64" });
  const who = valueOf(joined);
  expect([who.user, who.vault]).toEqual([founded.user, founded.vault]);
  expect(valueOf(approved)).toEqual({ device: who.device, name: "second" });
  expect(fresh.daemon.home?.index.countByType().get("fact")).toBe(1);
  const words = async (inner: InnerDaemon) =>
    valueOf(await inner.call("fingerprint", {})).fingerprint;
  await until(() => isCurrent(old) && isCurrent(fresh), "both are in step");
  let same: readonly string[] = [];
  for (let left = 100; left > 0 && new Set(same).size !== 1; left -= 1) {
    same = [await words(old), await words(fresh)];
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  expect(new Set(same).size).toBe(1);
  expect(same[0]?.split(" ")).toHaveLength(8);
  const names = valueOf(await old.call("devices", { isSeen: false })).devices.map(
    ({ name }) => name,
  );
  expect(names).toEqual(["first", "second", "recovery words"]);
});

test("a wrong number ends both sides with 10, and the code is good for nobody", async () => {
  const [old, fresh] = [await openDaemon(), await openDaemon()];
  valueOf((await init(old)).answer);
  const wrong = (check: string): string => (check === "000000" ? "000001" : "000000");
  const { approved, joined, code } = await pairUp(old, fresh, wrong);
  expect(approved).toMatchObject({ ok: false, error: { code: "CheckNumberRefused", exit: 10 } });
  expect(joined).toMatchObject({ ok: false, error: { code: "CodeBurnt", exit: 10 } });
  const again = await old.talk("approve", { code }, () => ({ number: "" }));
  expect(again).toMatchObject({ ok: false, error: { code: "CodeUnknown", exit: 10 } });
  const typed = await old.talk("approve", { code: "AAAA-BBBB" }, () => ({ number: "" }));
  expect(typed).toMatchObject({ ok: false, error: { code: "CodeMalformed", exit: 10 } });
  expect(fresh.daemon.home).toBeUndefined();
});

test("a machine that died behind its signature joins again, and is added once", async () => {
  const old = await openDaemon();
  valueOf((await init(old)).answer);
  const device = createDeviceKeys({ randomBytes: systemRandomBytes });
  const full = { ok: false, error: { type: "StoreFull" } } as const;
  const store = openMemoryLocalStore(createMemoryDisk());
  const dying = { ...store, commit: () => Promise.resolve(full) };
  const approve = async (newcomer: Newcomer) =>
    old.talk("approve", { code: await newcomer.code }, async ({ choices }) => ({
      number: (await lookAt(newcomer)(choices)) ?? "",
    }));
  const first = showCode(relay.url, { store: dying, device });
  expect(await approve(first)).toMatchObject({ ok: true, value: { device: device.id } });
  expect(await first.joined).toEqual(full);
  const again = showCode(relay.url, { store, device });
  expect(await approve(again)).toMatchObject({ ok: true, value: { device: device.id } });
  expect((await again.joined).ok).toBe(true);
  const ids = valueOf(await old.call("devices", { isSeen: false })).devices.map((one) => one.id);
  expect(ids.filter((id) => id === device.id)).toHaveLength(1);
});

/** Of all that this machine and the relay have. */
const fingerprintOf = ({ daemon: { home } }: InnerDaemon): string => {
  assert(home !== undefined, "somebody lives here");
  const words = vaultFingerprint(home.engine, home.vault.id);
  return `${home.engine.identity(home.engine.user)?.head.index} ${words?.join(" ")}`;
};

const filesIn = (folder: string): Readonly<Record<string, string>> =>
  Object.fromEntries(
    readdirSync(folder, { withFileTypes: true, recursive: true })
      // What SQLite's readers share: locks, and nothing that is kept.
      .filter((entry) => entry.isFile() && !entry.name.endsWith("-shm"))
      .map((entry) => {
        const path = join(entry.parentPath, entry.name);
        return [path, readFileSync(path, "base64")];
      }),
  );

test("the words bring everything back, and wrong ones change not a byte", async () => {
  const old = await openDaemon();
  const { answer, words, sheet } = await init(old);
  const who = valueOf(answer);
  await note(old, "kept");
  await note(old, "kept too");
  await until(() => isCurrent(old), "it is sent");
  const fingerprint = fingerprintOf(old);
  const fresh = await openDaemon();
  const wish = { server: relay.url, words, isDryRun: false, card };
  const before = filesIn(fresh.folder);
  const list = words.split(" ");
  const other = await openDaemon();
  const others = await init(other, null);
  for (const [typed, code] of [
    [list.slice(1).join(" "), "PhraseWordCount"],
    [["notaword", ...list.slice(1)].join(" "), "PhraseWordUnknown"],
    ["", "PhraseWordCount"],
    [others.words, "WordsUnknown"],
  ] as const) {
    const refused = await fresh.talk("recover", { ...wish, words: typed }, () => yes);
    expect(refused).toMatchObject({ ok: false, error: { code, exit: 10 } });
  }
  const looked = valueOf(await fresh.talk("recover", { ...wish, isDryRun: true }, () => yes));
  expect(looked).toMatchObject({ user: who.user, vault: who.vault, device: null, devices: 1 });
  expect(filesIn(fresh.folder)).toEqual(before);
  expect(fingerprintOf(old)).toBe(fingerprint);
  const head = /head of the log: (?<head>.+)/u.exec(sheet)?.groups?.["head"];
  const back = valueOf(await fresh.talk("recover", { ...wish, head }, () => yes));
  expect(back).toMatchObject({ user: who.user, vault: who.vault, restored: 2, devices: 2 });
  expect([looked.restored, looked.newest]).toEqual([back.restored, back.newest]);
  expect(Math.abs(Date.parse(back.newest ?? "") - Date.now())).toBeLessThan(60_000);
  const again = valueOf(await fresh.talk("recover", wish, () => yes));
  expect(again).toEqual(back);
});

const servers: Server[] = [];
const answering = (status: number, headers: Record<string, string>, text: string) =>
  new Promise<string>((resolve) => {
    const server = createServer((_, response) => {
      response.writeHead(status, headers).end(text);
    });
    servers.push(server);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      resolve(`http://127.0.0.1:${typeof address === "object" ? address?.port : 0}`);
    });
  });

test("whoever answers at the address and is no relay of ours is named, and nothing is made", async () => {
  const page = "<html><head><title>Welcome to nginx!</title></head></html>";
  const nginx = await answering(200, { server: "nginx/1.27", "content-type": "text/html" }, page);
  const about = { name: "duro", versionMin: 0, versionMax: 0, registration: "open" };
  const oldRelay = await answering(
    200,
    { "content-type": "application/json" },
    JSON.stringify(about),
  );
  const inner = await openDaemon();
  const before = filesIn(inner.folder);
  for (const [server, exit, says] of [
    [nginx, 7, /nginx\/1\.27 answered with text\/html.*Welcome to nginx!/u],
    [oldRelay, 13, /older than this program/u],
    ["http://127.0.0.1:9", 7, /nothing listens there \(ECONNREFUSED\)/u],
    ["relay.example.com", 2, /https:\/\//u],
    [relay.url.replace("http:", "https:"), 7, /does not speak TLS/u],
  ] as const) {
    const joined = await inner.talk("join", { server, card }, () => undefined);
    const founded = await inner.talk("init", { server, isLocal: false, card }, () => undefined);
    for (const refused of [joined, founded]) {
      expect(refused).toMatchObject({ ok: false, error: { exit } });
      expect(!refused.ok && refused.error.message).toMatch(says);
    }
  }
  expect(filesIn(inner.folder)).toEqual(before);
});
