import { systemRandomBytes as randomBytes } from "@duro/crypto";
import { err, ok } from "@duro/crypto/types";
import {
  chmod,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rm,
  stat,
  symlink,
  writeFile,
} from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { keyStoreContract } from "../testing/keyStore.contract.ts";
import { createFileKeyStore } from "./fileKeyStore.ts";

const temporaryFolder = (): Promise<string> => mkdtemp(join(tmpdir(), "duro-seed-"));

keyStoreContract("fileKeyStore", async () => {
  const folder = await temporaryFolder();
  const path = join(folder, "device", "seed");
  return {
    open: () => createFileKeyStore({ path, randomBytes }),
    remove: () => rm(folder, { recursive: true }),
  };
});

const seed = new Uint8Array(32).fill(7);
const unsafe = (why: string) => err({ type: "KeyStoreUnsafe", why });

let outer: string;
let folder: string;
let path: string;
beforeEach(async () => {
  outer = await temporaryFolder();
  folder = join(outer, "device");
  path = join(folder, "seed");
});
afterEach(() => rm(outer, { recursive: true }));

const store = () => createFileKeyStore({ path, randomBytes });

test("nobody else can read the file or its folder, and nothing else is left there", async () => {
  const mask = process.umask(0);
  try {
    await store().save(seed);
  } finally {
    process.umask(mask);
  }
  expect((await stat(folder)).mode & 0o777).toBe(0o700);
  expect((await stat(path)).mode & 0o777).toBe(0o600);
  expect(await readdir(folder)).toEqual(["seed"]);
  expect(await readFile(path, "latin1")).toBe(`duro-device-seed-1 ${"07".repeat(32)}\n`);
});

test("a second seed leaves nothing behind", async () => {
  await store().save(seed);
  await store().save(seed);
  expect(await readdir(folder)).toEqual(["seed"]);
});

test.each([0o640, 0o604, 0o620])("a file that others may use is refused: mode %i", async (mode) => {
  await store().save(seed);
  await chmod(path, mode);
  expect(await store().load()).toEqual(unsafe("others can read it"));
  await chmod(path, 0o600);
  expect(await store().load()).toEqual(ok(seed));
});

test.each([0o770, 0o702])("a folder that others may write to is refused: mode %i", async (mode) => {
  await store().save(seed);
  await chmod(folder, mode);
  expect(await store().load()).toEqual(unsafe("others can replace it"));
  expect(await store().save(seed)).toEqual(unsafe("others can replace it"));
});

test("a link is not followed, wherever it leads", async () => {
  const elsewhere = join(outer, "elsewhere");
  await createFileKeyStore({ path: join(elsewhere, "seed"), randomBytes }).save(seed);
  await mkdir(folder, { mode: 0o700 });
  await symlink(join(elsewhere, "seed"), path);
  expect(await store().load()).toEqual(unsafe("it is a link"));
  expect(await store().save(seed)).toEqual(err({ type: "KeyStoreTaken" }));
});

test.each([
  ["nothing", ""],
  ["half a seed", `duro-device-seed-1 ${"07".repeat(16)}\n`],
  ["more than a seed", `duro-device-seed-1 ${"07".repeat(32)}\n\n`],
  ["another format", `duro-device-seed-2 ${"07".repeat(32)}\n`],
  ["another spelling", `duro-device-seed-1 ${"AB".repeat(32)}\n`],
])("a file with %s in it is refused, and stays as it is", async (_, text) => {
  await mkdir(folder, { mode: 0o700 });
  await writeFile(path, text, { mode: 0o600 });
  expect(await store().load()).toEqual(unsafe("no seed is in it"));
  expect(await store().save(seed)).toEqual(err({ type: "KeyStoreTaken" }));
  expect(await readFile(path, "latin1")).toBe(text);
});

test("a folder in the seed's place is refused", async () => {
  await mkdir(path, { recursive: true, mode: 0o700 });
  expect(await store().load()).toEqual(unsafe("no seed is in it"));
});

test("what cannot be read or written is not taken for what is not there", async () => {
  await writeFile(folder, "");
  expect(await store().load()).toEqual(err({ type: "KeyStoreUnavailable", code: "ENOTDIR" }));
  const saved = await store().save(seed);
  expect(saved).toEqual(err({ type: "KeyStoreUnavailable", code: "EEXIST" }));
});
