import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { bytesToHex } from "@duro/crypto/types";
import { systemRandomBytes } from "@duro/crypto/receipt";
import { afterAll, beforeEach, describe, expect, test } from "vitest";
import { Exit } from "../exits.ts";
import type { StorePlace } from "./command.ts";
import { createKeyFile, readKeyFile } from "./keyFile.ts";
import { openRelayKey } from "./relayKey.ts";

const parent = mkdtempSync(join(tmpdir(), "duro-key-"));
let count = 0;
let folder = "";
let path = "";
beforeEach(() => {
  folder = join(parent, `${(count += 1)}`);
  mkdirSync(folder);
  path = join(folder, "relay.key");
});
afterAll(() => rmSync(parent, { recursive: true }));

const place = (database: StorePlace["database"] = { kind: "embedded" }): StorePlace => ({
  dataFolder: folder,
  keyFile: path,
  database,
});
const open = async (store = place()) => openRelayKey(store, systemRandomBytes);
const failureOf = async (opened: ReturnType<typeof open>) => {
  const result = await opened;
  return result.ok ? undefined : result.error;
};
const hexSeed = "ab".repeat(32);

test("a new relay makes its key for this user alone, and keeps it", async () => {
  const first = await open();
  expect(first).toMatchObject({ ok: true, value: { isNew: true } });
  expect(statSync(path).mode & 0o777).toBe(0o600);
  expect(readFileSync(path, "utf8")).toMatch(/^[0-9a-f]{64}\n$/u);
  expect(readdirSync(folder)).toEqual(["relay.key"]);
  const second = await open();
  expect(second).toMatchObject({ ok: true, value: { isNew: false } });
  const keyOf = (opened: typeof first) => opened.ok && bytesToHex(opened.value.keys.signKey);
  expect(keyOf(second)).toBe(keyOf(first));
});

test("however many make a key at once, they end with the same one", async () => {
  const opened = await Promise.all(Array.from({ length: 16 }, async () => open()));
  const keys = opened.map((each) => each.ok && bytesToHex(each.value.keys.signKey));
  expect(new Set(keys).size).toBe(1);
  expect(keys[0]).toMatch(/^[0-9a-f]{64}$/u);
  expect(readdirSync(folder)).toEqual(["relay.key"]);
});

test("a key that is there is never written over", async () => {
  writeFileSync(path, `${hexSeed}\n`, { mode: 0o600 });
  await createKeyFile(path, new Uint8Array(32), systemRandomBytes);
  expect(readFileSync(path, "utf8")).toBe(`${hexSeed}\n`);
});

test("a missing key beside data that is there is not replaced", async () => {
  mkdirSync(join(folder, "cluster"));
  const failure = await failureOf(open());
  expect(failure).toMatchObject({ code: "RelayKeyMissing", exit: Exit.Safeguard });
  expect(failure?.message).toContain(path);
  expect(readdirSync(folder)).toEqual(["cluster"]);
});

test("with a database elsewhere a folder of the same name decides nothing", async () => {
  mkdirSync(join(folder, "cluster"));
  const elsewhere = { kind: "url", reveal: () => "postgres://x/y", shown: "" } as const;
  expect(await open(place(elsewhere))).toMatchObject({ ok: true, value: { isNew: true } });
});

test("a key without a newline is read, too", async () => {
  writeFileSync(path, hexSeed, { mode: 0o600 });
  const read = await readKeyFile(path);
  expect(read.ok && read.value && bytesToHex(read.value)).toBe(hexSeed);
});

describe("a file that holds no key is refused", () => {
  test.each([
    ["empty", ""],
    ["too short", hexSeed.slice(2)],
    ["too long", `${hexSeed}00`],
    ["two lines", `${hexSeed}\n\n`],
    ["in capitals", hexSeed.toUpperCase()],
    ["no hex", "zz".repeat(32)],
    ["raw bytes", "\u0000".repeat(32)],
  ])("%s", async (_, text) => {
    writeFileSync(path, text, { mode: 0o600 });
    const failure = await failureOf(open());
    expect(failure).toMatchObject({ code: "RelayKeyDamaged", exit: Exit.WrongKey });
    expect(readFileSync(path, "utf8")).toBe(text);
  });

  test("a folder", async () => {
    mkdirSync(path, { mode: 0o700 });
    expect(await failureOf(open())).toMatchObject({ code: "RelayKeyDamaged" });
  });
});

test.each([0o640, 0o604, 0o660, 0o644])(
  "a key with mode %o is refused, and the way out said",
  async (mode) => {
    writeFileSync(path, `${hexSeed}\n`);
    chmodSync(path, mode);
    expect(await failureOf(open())).toMatchObject({
      code: "RelayKeyOpen",
      exit: Exit.Safeguard,
      next: `chmod 600 ${path}`,
    });
    expect(statSync(path).mode & 0o777).toBe(mode);
  },
);

test("a link is refused, wherever it leads", async () => {
  const target = join(folder, "elsewhere");
  writeFileSync(target, `${hexSeed}\n`, { mode: 0o600 });
  symlinkSync(target, path);
  expect(await failureOf(open())).toMatchObject({ code: "RelayKeyIsLink" });
});

test("a folder that is gone is a reason, not a crash", async () => {
  rmSync(folder, { recursive: true });
  expect(await failureOf(open())).toMatchObject({ code: "FolderUnusable", exit: Exit.Unexpected });
});
