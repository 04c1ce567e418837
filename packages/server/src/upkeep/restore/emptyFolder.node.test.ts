import { mkdir, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { assert } from "@duro/crypto/types";
import { expect, test } from "vitest";
import { takeFolderLock } from "../../embedded/folderLock.ts";
import { placesIn } from "../../embedded/places.ts";
import { newFolder } from "../testing/upkeepRuns.ts";
import { refuseFolder } from "./emptyFolder.ts";

const asked = (dataFolder: string, keyFile = join(dataFolder, "relay.key")) =>
  refuseFolder({ dataFolder, keyFile, database: { kind: "embedded" } });

test("a folder takes a relay when it is not there, empty, or holds the key alone", async () => {
  const folder = await newFolder();
  expect(await asked(join(folder, "nowhere"))).toBeUndefined();
  expect(await asked(folder)).toBeUndefined();
  await writeFile(join(folder, "relay.key"), "");
  expect(await asked(folder)).toBeUndefined();
});

test("a folder takes a relay again after a restore that failed", async () => {
  const folder = await newFolder();
  for (const name of ["cluster", "lib", "socket"]) await mkdir(join(folder, name));
  for (const name of ["postgres.log", "relay.lock"]) await writeFile(join(folder, name), "");
  expect(await asked(folder)).toBeUndefined();
});

test("a folder takes a relay again after a program that was killed while it held the lock", async () => {
  const folder = await newFolder();
  const lock = await takeFolderLock(placesIn(folder));
  assert(lock.ok, "nobody else is here");
  // As a killed program leaves them: the lock is lifted, its files stay.
  expect(await readdir(folder)).not.toEqual([]);
  expect(await asked(folder)).toBeUndefined();
  lock.value.release();
});

test("a folder with anything else takes none", async () => {
  const folder = await newFolder();
  await writeFile(join(folder, "letter.txt"), "");
  expect(await asked(folder)).toMatchObject({ code: "PlaceNotEmpty", exit: 12 });
  const keys = await newFolder();
  await writeFile(join(keys, "other.key"), "");
  expect(await asked(keys)).toMatchObject({ code: "PlaceNotEmpty" });
  expect(await asked(keys, join(keys, "other.key"))).toBeUndefined();
  expect(await asked(join(folder, "letter.txt"))).toMatchObject({ code: "FileUnusable" });
});

test("an operator's own database is not a folder", async () => {
  const folder = await newFolder();
  await writeFile(join(folder, "letter.txt"), "");
  const database = { kind: "url", reveal: () => "", shown: "" } as const;
  const place = { dataFolder: folder, keyFile: join(folder, "relay.key"), database };
  expect(await refuseFolder(place)).toBeUndefined();
});
