/** What every adapter of LogStore promises. */
import { DeviceScope, LogKind } from "@duro/crypto/types";
import { Role } from "@duro/crypto/verify";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { LogName } from "@duro/protocol";
import {
  accessOf,
  askerOf,
  deviceOf,
  deviceRowOf,
  foundVault,
  recordOf,
  recordsOf,
  registerAll,
  type Stores,
  userOf,
  vaultOf,
  vaultRecordOf,
  viewerOf,
} from "./storeSamples.ts";

const identityOf = (user: number): LogName => ({ kind: LogKind.Identity, log: userOf(user) });
const logOf = (vault: number): LogName => ({ kind: LogKind.Vault, log: vaultOf(vault) });

const headOf = (log: number, index: number) => ({ index, id: recordOf(log, index).id });
const moved = (head: ReturnType<typeof headOf> | undefined) => ({
  ok: false,
  error: { type: "HeadMoved", head },
});
const done = { ok: true, value: undefined };
const everything = { recordCountMax: 100, byteLengthMax: 1_000_000 };

export const logStoreContract = (adapter: string, open: () => Promise<Stores>): void => {
  describe(`LogStore contract, ${adapter}`, () => {
    let stores: Stores;

    beforeEach(async () => {
      stores = await open();
      await registerAll(stores, [1, 2, 3]);
    });
    afterEach(() => stores.close());

    describe("an identity log", () => {
      test("begins with what its account was registered with", async () => {
        expect(await stores.logStore.head(identityOf(1))).toEqual(headOf(1, 0));
        expect(await stores.logStore.read(identityOf(1), 0, everything)).toEqual([
          recordOf(1, 0).bytes,
        ]);
        expect(await stores.logStore.head(identityOf(9))).toBeUndefined();
        expect(await stores.logStore.read(identityOf(9), 0, everything)).toEqual([]);
      });

      test("takes a record behind its head, with the devices as they are then", async () => {
        const added = deviceRowOf(userOf(1), 11, { scope: DeviceScope.Paper, expiresAtMs: 5_000 });
        const devices = [deviceRowOf(userOf(1), 1, { isRevoked: true }), added];
        expect(await stores.logStore.appendIdentity(userOf(1), recordOf(1, 1), devices)).toEqual(
          done,
        );
        expect(await stores.logStore.head(identityOf(1))).toEqual(headOf(1, 1));
        expect(await stores.accountStore.devicesOf(userOf(1))).toEqual(devices);
      });

      test.each([
        ["of another branch", recordOf(1, 2, { branch: 7 }), recordOf(1, 1, { branch: 7 })],
        ["that leaves out one", recordOf(1, 3), recordOf(1, 2)],
        ["that stands there already", recordOf(1, 1), recordOf(1, 1)],
        ["at the place of the genesis", recordOf(1, 0, { branch: 7 }), recordOf(1, 0)],
      ])("refuses a record %s with its head, and changes nothing", async (_, record, before) => {
        await stores.logStore.appendIdentity(userOf(1), recordOf(1, 1), []);
        const late = { ...record, previous: before.id };
        const devices = [deviceRowOf(userOf(1), 12)];
        expect(await stores.logStore.appendIdentity(userOf(1), late, devices)).toEqual(
          moved(headOf(1, 1)),
        );
        expect(await stores.accountStore.device(deviceOf(12))).toBeUndefined();
        expect(await stores.logStore.read(identityOf(1), 0, everything)).toHaveLength(2);
      });

      test("of nobody takes no record", async () => {
        const outcome = stores.logStore.appendIdentity(userOf(9), recordOf(9, 0), []);
        expect(await outcome).toEqual(moved(undefined));
      });

      test("gets one of many records for one place", async () => {
        const branches = [0, 1, 2, 3, 4, 5];
        const outcomes = await Promise.all(
          branches.map((branch) =>
            stores.logStore.appendIdentity(userOf(1), recordOf(1, 1, { branch }), [
              deviceRowOf(userOf(1), 20 + branch),
            ]),
          ),
        );
        const winner = outcomes.findIndex(({ ok }) => ok);
        const head = { index: 1, id: recordOf(1, 1, { branch: winner }).id };
        expect(outcomes.filter(({ ok }) => ok)).toHaveLength(1);
        expect(outcomes.filter(({ ok }) => !ok)).toEqual(Array(5).fill(moved(head)));
        const devices = await stores.accountStore.devicesOf(userOf(1));
        expect(devices.map(({ device }) => device)).toEqual([deviceOf(1), deviceOf(20 + winner)]);
      });

      test("that names a device of somebody else does not get it", async () => {
        const taken = deviceRowOf(userOf(2), 1, { isRevoked: true });
        await stores.logStore.appendIdentity(userOf(2), recordOf(2, 1), [taken]);
        expect(await stores.accountStore.device(deviceOf(1))).toEqual(deviceRowOf(userOf(1), 1));
      });

      test("keeps when a device was seen, though its row is written anew", async () => {
        await stores.accountStore.seen([deviceOf(1)], 7_000);
        const devices = [deviceRowOf(userOf(1), 1)];
        await stores.logStore.appendIdentity(userOf(1), recordOf(1, 1), devices);
        expect((await stores.accountStore.accounts())[0]?.seenAtMs).toBe(7_000);
      });
    });

    describe("a vault log", () => {
      test("begins with a genesis, which makes the vault on its author's account", async () => {
        await foundVault(stores, 1, 1);
        expect(await stores.logStore.head(logOf(1))).toEqual(headOf(1, 0));
        expect(await stores.accountStore.accessTo(vaultOf(1), askerOf(1))).toEqual({
          kind: "member",
          role: Role.Owner,
        });
        expect(await stores.accountStore.payersOf([vaultOf(1), vaultOf(2)])).toEqual(
          new Map([[vaultOf(1), userOf(1)]]),
        );
      });

      test("has one genesis", async () => {
        const outcomes = await Promise.all(
          [1, 2, 3].map((user) =>
            stores.logStore.appendVault(
              vaultOf(1),
              vaultRecordOf(1, 0, [userOf(user)], { branch: user }),
              accessOf({ [user]: Role.Owner }),
              { payer: userOf(user), nowMs: 2_000 },
            ),
          ),
        );
        const winner = 1 + outcomes.findIndex(({ ok }) => ok);
        const head = { index: 0, id: recordOf(1, 0, { branch: winner }).id };
        expect(outcomes.filter(({ ok }) => !ok)).toEqual(Array(2).fill(moved(head)));
        expect(await stores.accountStore.vaultsOf(askerOf(winner))).toEqual([vaultOf(1)]);
        expect(await stores.accountStore.payersOf([vaultOf(1)])).toEqual(
          new Map([[vaultOf(1), userOf(winner)]]),
        );
      });

      test("is founded by nobody without an account", async () => {
        const access = accessOf({ 1: Role.Owner });
        // The log outlives the account, because vault 2 relies on it.
        await foundVault(stores, 2, 2, accessOf({ 1: Role.Writer, 2: Role.Owner }));
        await stores.accountStore.remove(userOf(1));
        const founding = { payer: userOf(1), nowMs: 2_000 };
        const genesis = vaultRecordOf(1, 0, [userOf(1)]);
        expect(await stores.logStore.appendVault(vaultOf(1), genesis, access, founding)).toEqual(
          moved(undefined),
        );
      });

      test("takes a record behind its head, and says anew who may open", async () => {
        await foundVault(stores, 1, 1, accessOf({ 1: Role.Owner, 2: Role.Writer }));
        const phone = deviceRowOf(userOf(1), 30, { scope: DeviceScope.Viewer });
        await stores.logStore.appendIdentity(userOf(1), recordOf(1, 1), [phone]);
        const viewers = [{ user: userOf(1), device: deviceOf(30) }];
        const outcome = await stores.logStore.appendVault(
          vaultOf(1),
          vaultRecordOf(1, 1, [userOf(1), userOf(3)]),
          accessOf({ 1: Role.Owner, 3: Role.Viewer }, viewers),
          undefined,
        );
        expect(outcome).toEqual(done);
        const { accountStore } = stores;
        expect(await accountStore.accessTo(vaultOf(1), askerOf(2))).toBeUndefined();
        expect(await accountStore.accessTo(vaultOf(1), askerOf(3))).toEqual({
          kind: "member",
          role: Role.Viewer,
        });
        expect(await accountStore.accessTo(vaultOf(1), viewerOf(1, 30))).toEqual({
          kind: "viewer",
        });
      });

      test.each([
        ["of another branch", recordOf(1, 2, { branch: 7 }), recordOf(1, 1, { branch: 7 })],
        ["that leaves out one", recordOf(1, 3), recordOf(1, 2)],
        ["that stands there already", recordOf(1, 1), recordOf(1, 0)],
      ])("refuses a record %s with its head, and changes nothing", async (_, record, before) => {
        await foundVault(stores, 1, 1);
        const access = accessOf({ 1: Role.Owner });
        const second = vaultRecordOf(1, 1, [userOf(1)]);
        await stores.logStore.appendVault(vaultOf(1), second, access, undefined);
        const outcome = await stores.logStore.appendVault(
          vaultOf(1),
          { ...record, previous: before.id, pinned: [userOf(1)] },
          accessOf({ 2: Role.Owner }),
          undefined,
        );
        expect(outcome).toEqual(moved(headOf(1, 1)));
        expect(await stores.accountStore.accessTo(vaultOf(1), askerOf(2))).toBeUndefined();
        expect(await stores.logStore.read(logOf(1), 0, everything)).toHaveLength(2);
      });

      test("that is not there takes no record but a genesis", async () => {
        const access = accessOf({ 1: Role.Owner });
        const second = vaultRecordOf(1, 1, [userOf(1)]);
        expect(await stores.logStore.appendVault(vaultOf(1), second, access, undefined)).toEqual(
          moved(undefined),
        );
      });

      test("gets one of many records for one place", async () => {
        await foundVault(stores, 1, 1);
        const outcomes = await Promise.all(
          [0, 1, 2, 3, 4, 5].map((branch) =>
            stores.logStore.appendVault(
              vaultOf(1),
              vaultRecordOf(1, 1, [userOf(1)], { branch }),
              accessOf({ 1: Role.Owner }),
              undefined,
            ),
          ),
        );
        const winner = outcomes.findIndex(({ ok }) => ok);
        const head = { index: 1, id: recordOf(1, 1, { branch: winner }).id };
        expect(outcomes.filter(({ ok }) => !ok)).toEqual(Array(5).fill(moved(head)));
        expect(await stores.logStore.head(logOf(1))).toEqual(head);
      });

      test("takes no record that pins somebody whose log is not here", async () => {
        await foundVault(stores, 1, 1);
        const outcome = stores.logStore.appendVault(
          vaultOf(1),
          vaultRecordOf(1, 1, [userOf(1), userOf(9)]),
          accessOf({ 1: Role.Owner, 9: Role.Writer }),
          undefined,
        );
        expect(await outcome).toEqual({ ok: false, error: { type: "PinnedLogGone" } });
        expect(await stores.logStore.head(logOf(1))).toEqual(headOf(1, 0));
      });

      test("is founded by a genesis only, and a genesis founds", async () => {
        const access = accessOf({ 1: Role.Owner });
        const founding = { payer: userOf(1), nowMs: 2_000 };
        const append = async (index: number, how: typeof founding | undefined) =>
          stores.logStore.appendVault(
            vaultOf(1),
            vaultRecordOf(1, index, [userOf(1)]),
            access,
            how,
          );
        await expect(append(0, undefined)).rejects.toThrow("a genesis founds");
        await expect(append(1, founding)).rejects.toThrow("a genesis founds");
      });
    });

    test("heads are of those logs that exist, of both kinds", async () => {
      await foundVault(stores, 1, 1);
      await stores.logStore.appendIdentity(userOf(2), recordOf(2, 1), []);
      const names = [identityOf(1), identityOf(2), identityOf(9), logOf(1), logOf(9)];
      expect(await stores.logStore.heads(names)).toEqual(
        new Map<string, ReturnType<typeof headOf>>([
          [userOf(1), headOf(1, 0)],
          [userOf(2), headOf(2, 1)],
          [vaultOf(1), headOf(1, 0)],
        ]),
      );
      expect(await stores.logStore.heads([])).toEqual(new Map());
    });

    describe.each([
      ["an identity log", identityOf(7)],
      ["a vault log", logOf(7)],
    ])("reading %s", (_, name) => {
      /** Six records of 100 bytes. */
      beforeEach(async () => {
        await registerAll(stores, [7]);
        await foundVault(stores, 7, 7);
        for (const record of recordsOf(7, 6).slice(1)) {
          await stores.logStore.appendIdentity(userOf(7), record, []);
          const pinned = [userOf(7)];
          const access = accessOf({ 7: Role.Owner });
          await stores.logStore.appendVault(vaultOf(7), { ...record, pinned }, access, undefined);
        }
      });

      const places = async (fromIndex: number, recordCountMax: number, byteLengthMax: number) => {
        const limit = { recordCountMax, byteLengthMax };
        const records = await stores.logStore.read(name, fromIndex, limit);
        return records.map(([first]) => (first ?? 0) - 1);
      };

      test("begins at the index and rises", async () => {
        expect(await places(0, 100, 10_000)).toEqual([0, 1, 2, 3, 4, 5]);
        expect(await places(4, 100, 10_000)).toEqual([4, 5]);
        expect(await places(6, 100, 10_000)).toEqual([]);
      });

      test("ends at the count", async () => {
        expect(await places(1, 3, 10_000)).toEqual([1, 2, 3]);
      });

      test("ends before the bytes are too many", async () => {
        expect(await places(1, 100, 300)).toEqual([1, 2, 3]);
        expect(await places(1, 100, 299)).toEqual([1, 2]);
      });

      test("brings a first record that is longer than that", async () => {
        expect(await places(2, 100, 1)).toEqual([2]);
      });
    });
  });
};
