import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { findPlaces } from "../places/findPlaces.ts";
import type { Places } from "../places/places.ts";
import { removeData } from "./removeData.ts";

let home = "";
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "duro-remove-"));
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

const placesHere = (): Places => {
  const places = findPlaces(
    {
      platform: "linux",
      env: {},
      homeFolder: home,
      userId: 0,
      workingFolder: home,
      realPath: (path) => path,
      isFolder: () => false,
      hash: (text: string) => text,
    },
    home,
  );
  if (places === undefined) throw new Error("a home was named");
  for (const file of [
    places.settingsFile,
    places.seedFile,
    places.storeFile,
    `${places.storeFile}-wal`,
    places.indexFile,
    places.lockFile,
    join(places.dataFolder, "seen-devices.json"),
    places.startLockFile,
    places.socket,
    join(places.logFolder, "daemon.log"),
  ]) {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, "");
  }
  return places;
};

test("without a purge only the socket goes, and what stays is named", () => {
  const places = placesHere();
  const removed = removeData(places, { isPurge: false });
  expect(removed).toMatchObject({ ok: true, value: { removed: [places.socket] } });
  expect(removed.ok && removed.value.kept).toEqual([
    places.configFolder,
    places.dataFolder,
    places.stateFolder,
  ]);
  expect(existsSync(places.storeFile)).toBe(true);
  expect(existsSync(places.seedFile)).toBe(true);
});

test("a purge leaves nothing of ours, not even the folder", () => {
  const removed = removeData(placesHere(), { isPurge: true });
  expect(removed).toMatchObject({ ok: true, value: { kept: [] } });
  expect(existsSync(home)).toBe(false);
});

test("what somebody else put there stays, and its folder is named", () => {
  const places = placesHere();
  writeFileSync(join(places.dataFolder, "thesis.txt"), "");
  writeFileSync(join(home, "photo.jpg"), "");
  const removed = removeData(places, { isPurge: true });
  expect(removed).toMatchObject({ ok: true, value: { kept: [places.dataFolder] } });
  expect(readdirSync(places.dataFolder)).toEqual(["thesis.txt"]);
  expect(readdirSync(home).toSorted()).toEqual(["data", "photo.jpg"]);
});
