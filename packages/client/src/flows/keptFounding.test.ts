/** A founding that waits: it reads back as it was, counts once it is settled, and not before. */
import { createDeviceKeys, createPhrase } from "@duro/crypto";
import { seededRandomBytes } from "@duro/crypto/testing/seededRandomBytes";
import { ok } from "@duro/crypto/types";
import { expect, test } from "vitest";
import { readSelf } from "../engine/self.ts";
import { openFollowedLogs } from "../logs/followedLogs.ts";
import { wholeTable } from "../ports/localStore.ts";
import { isOfWords, prepareFounding } from "../setup.ts";
import { createMemoryDisk, openMemoryLocalStore } from "../testing/memoryLocalStore.ts";
import type { Http } from "../ports/http.ts";
import { keepFounding, readFounding, settleFounding } from "./keptFounding.ts";
import { makeRegistration, readRegistration, registrationWrite } from "./keptRegistration.ts";

const deps = { randomBytes: seededRandomBytes("kept founding") };
const device = createDeviceKeys(deps);
const phrase = createPhrase(deps);

const openStore = () => openMemoryLocalStore(createMemoryDisk());

test("nobody lives here until it is settled, and then nothing of the waiting is left", async () => {
  const store = openStore();
  const founding = prepareFounding(deps, device, phrase);
  expect(await readFounding(store)).toBeUndefined();
  await keepFounding(store, founding);
  expect(await readFounding(store)).toEqual(founding);
  expect(await readSelf(store)).toBeUndefined();
  expect(await store.range("records", wholeTable, 9)).toEqual([]);
  await settleFounding(store, founding);
  expect(await readSelf(store)).toBe(founding.user);
  expect(await readFounding(store)).toBeUndefined();
  const logs = await openFollowedLogs(store);
  expect(logs.identity(founding.user)?.head).toEqual(founding.sheetHead);
  expect([...(logs.identity(founding.user)?.devices.keys() ?? [])]).toEqual([
    device.id,
    founding.paper,
  ]);
  expect(logs.vaults).toEqual([founding.vault]);
});

test("it is of its own words and of no others", () => {
  const founding = prepareFounding(deps, device, phrase);
  expect(isOfWords(founding, ` ${phrase.reveal().toUpperCase()} `)).toBe(true);
  expect(isOfWords(founding, createPhrase(deps).reveal())).toBe(false);
  expect(isOfWords(founding, phrase.reveal().slice(1))).toBe(false);
});

test.each([undefined, "ab".repeat(16)])(
  "a registration with invite %s waits until the relay has taken it",
  async (invite) => {
    const store = openStore();
    const founding = prepareFounding(deps, device, phrase);
    const wanted = { relayUrl: "https://relay.example", invite };
    await settleFounding(store, founding, [registrationWrite(wanted)]);
    expect(await readRegistration(store)).toEqual(wanted);
    const bodies: unknown[] = [];
    const relay = (status: number): Http => ({
      request: ({ body }) => {
        bodies.push(JSON.parse(new TextDecoder().decode(body)));
        return Promise.resolve(ok({ status, headers: new Map(), body: new Uint8Array() }));
      },
    });
    const refused = await makeRegistration({ store, http: relay(503) }, founding.user);
    expect(refused).toMatchObject({ ok: false, error: { type: "RegistrationRefused" } });
    expect(await readRegistration(store)).toEqual(wanted);
    const made = await makeRegistration({ store, http: relay(201) }, founding.user);
    expect(made).toEqual({ ok: true, value: wanted });
    expect(bodies.at(-1)).toMatchObject(invite === undefined ? {} : { invite });
    expect(await readRegistration(store)).toBeUndefined();
    const again = await makeRegistration({ store, http: relay(201) }, founding.user);
    expect([again, bodies.length]).toEqual([{ ok: true, value: undefined }, 2]);
  },
);
