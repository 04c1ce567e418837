/** Alarms over what others signed, at whole engines at the real relay: each is raised there, and heals as docs/alarms.md says. */
import { rotateRecord, systemRandomBytes } from "@duro/crypto";
import { withoutDevice } from "@duro/crypto/testing/people";
import { assert, LogKind } from "@duro/crypto/types";
import { createNodeTransport } from "@duro/client/node";
import type { Engine } from "@duro/client";
import { afterEach, expect, test } from "vitest";
import type { LocalStore, StoreReader } from "../../../packages/client/src/ports/localStore.ts";
import { removeFolders } from "../../relay/tools/folders.ts";
import {
  closeStations,
  docOf,
  longText,
  openCompactingWorld,
  openIn,
  type Station,
} from "../../client/tools/compacting.ts";
import { type Lies, throughLies } from "../../client/tools/lyingRelay.ts";
import { endWorlds, openWorld, textOf, until } from "../../client/tools/world.ts";

afterEach(async () => {
  const failures = await closeStations();
  await endWorlds();
  await removeFolders();
  if (failures.length > 0) throw new Error("a device failed at something");
});

const isStanding = (engine: Engine, type: string): boolean =>
  engine.alarms.some(({ alarm, healedAtMs }) => alarm.type === type && healedAtMs === undefined);

const isHealed = (engine: Engine, type: string): boolean =>
  engine.alarms.some(({ alarm, healedAtMs }) => alarm.type === type && healedAtMs !== undefined);

/** A device whose moments leave an update out, as long as it is so. */
const forgetful =
  (isSo: () => boolean) =>
  (folder: string): LocalStore => {
    const store = openIn(folder);
    const less = (reader: StoreReader): StoreReader => ({
      get: (table, key) => reader.get(table, key),
      range: async (table, range, countMax) => {
        const entries = await reader.range(table, range, countMax);
        return table === "updates" && isSo() ? entries.slice(1) : entries;
      },
    });
    return { ...store, view: (work) => store.view((reader) => work(less(reader))) };
  };

const fill = async (station: Station): Promise<void> => {
  for (let doc = 1; doc <= 3; doc += 1) await station.write(longText(), docOf(doc));
};

const hasAllOf = (vault: Parameters<Engine["chains"]>[0], to: Station, from: Station): boolean => {
  const heads = new Map([...to.engine.chains(vault)].map(({ chain, counted }) => [chain, counted]));
  return [...from.engine.chains(vault)].every(({ chain, head }) => heads.get(chain) === head.at);
};

test("CheckpointMismatch stands once a device that writes has come to something else, stops no sealing, and heals by one on which both agree", async () => {
  const world = await openCompactingWorld();
  const { vault } = world.vault.state;
  let isForgetting = true;
  const a = await world.station(world.first, { openStore: forgetful(() => isForgetting) });
  const b = await world.station(world.second);
  const meet = (to: Station, from: Station) =>
    until(() => hasAllOf(vault, to, from) && to.vault.status.isCaughtUp, 20_000);
  await fill(a);
  await meet(b, a);
  expect(isStanding(b.engine, "CheckpointMismatch")).toBe(false);
  expect(await a.compact()).toMatchObject({ hasWritten: true });
  await meet(b, a);
  expect(await b.compact()).toMatchObject({ hasAttested: true });
  await until(() => isStanding(a.engine, "CheckpointMismatch"), 20_000);
  const { alarm } = a.engine.alarms.find((one) => one.alarm.type === "CheckpointMismatch") ?? {};
  expect(alarm).toMatchObject({ attester: world.second.id });
  expect(a.vault.status.isSealingStopped).toBe(false);

  isForgetting = false;
  await fill(a);
  expect(await a.compact()).toMatchObject({ hasWritten: true });
  await meet(b, a);
  expect(await b.compact()).toMatchObject({ hasAttested: true });
  await until(() => isHealed(a.engine, "CheckpointMismatch"), 20_000);
  expect(isStanding(a.engine, "CheckpointMismatch")).toBe(false);
});

test("RotatedToOldKey stands once a key came that was sealed to an outdated one, stops sealing, and heals by the next rotation", async () => {
  const { person, vault, first, second, third, open } = await openWorld();
  const { vault: id } = vault.state;
  const name = { kind: LogKind.Vault, log: id } as const;
  const self = { kind: LogKind.Identity, log: person.state.user } as const;
  const reader = await open(first);
  const a = await textOf(reader, id);
  await until(() => a.vault.status.isCaughtUp && a.vault.status.pendingCount === 0);
  // It is kept from the second that a device was revoked, so it seals the next key to the older one.
  let isHiding = true;
  const lies: Lies = {
    down: (frame) =>
      isHiding && frame.type === "LogRecords" && frame.name.kind === LogKind.Identity
        ? []
        : isHiding && frame.type === "LogNudge" && frame.name.kind === LogKind.Identity
          ? []
          : [frame],
  };
  const unknowing = await open(second, undefined, undefined, {
    transport: throughLies(createNodeTransport(), () => lies),
  });
  await until(() => unknowing.vault(id)?.status.isCaughtUp === true);
  const revoked = withoutDevice({ randomBytes: systemRandomBytes }, person, third);
  const record = revoked.records.at(-1);
  assert(record !== undefined, "a log has a record");
  const known = reader.identity(person.state.user)?.head.id;
  const ended = await reader.post(self, () =>
    reader.identity(person.state.user)?.head.id === known ? record : undefined,
  );
  expect(ended.ok).toBe(true);
  const at = vault.state.epochs.length;
  const rotated = await unknowing.post(name, () => {
    const state = unknowing.vaultLog(id);
    const author = { device: second, identity: person.state };
    const identities = new Map([[person.state.user, person.state]]);
    if (state === undefined || state.epochs.length > at) return undefined;
    return rotateRecord({ randomBytes: systemRandomBytes }, state, author, identities, vault.key)
      .record;
  });
  expect(rotated.ok).toBe(true);
  await until(() => isStanding(reader, "RotatedToOldKey"));
  expect(a.vault.status.isSealingStopped).toBe(true);
  a.text().insert(0, "waits");
  expect((await a.open.saved()).ok).toBe(true);
  expect(a.vault.status.pendingCount).toBeGreaterThan(0);

  isHiding = false;
  expect((await reader.doDuties(id)).ok).toBe(true);
  await until(() => isHealed(reader, "RotatedToOldKey") && a.vault.status.pendingCount === 0);
  expect(isStanding(reader, "RotatedToOldKey")).toBe(false);
});
