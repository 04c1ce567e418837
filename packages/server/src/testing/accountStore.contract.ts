/** What every adapter of AccountStore promises. */
import { DeviceScope, LogKind } from "@duro/crypto/types";
import { Role } from "@duro/crypto/verify";
import { limits, loginNonces } from "@duro/protocol";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import {
  accessOf,
  accountOf,
  askerOf,
  deviceOf,
  deviceRowOf,
  foundVault,
  paperOf,
  recordOf,
  recordsOf,
  registerAll,
  type Stores,
  userOf,
  vaultOf,
  vaultRecordOf,
  viewerOf,
} from "./storeSamples.ts";

const done = { ok: true, value: undefined };
const refused = (type: string) => ({ ok: false, error: { type } });
const codeHash = new Uint8Array(32).fill(7);
const otherHash = new Uint8Array(32).fill(8);
const someNonce = loginNonces.fromBytes(new Uint8Array(32).fill(9));
const everything = { recordCountMax: 100, byteLengthMax: 1_000_000 };

export const accountStoreContract = (adapter: string, open: () => Promise<Stores>): void => {
  describe(`AccountStore contract, ${adapter}`, () => {
    let stores: Stores;

    beforeEach(async () => {
      stores = await open();
      // A store with connections has them open from here on, so that what comes at once does.
      await Promise.all(Array.from({ length: 8 }, () => stores.accountStore.accounts()));
    });
    afterEach(() => stores.close());

    const identityLength = async (user: number): Promise<number> => {
      const name = { kind: LogKind.Identity, log: userOf(user) };
      return (await stores.logStore.read(name, 0, everything)).length;
    };

    describe("registering", () => {
      test.each([
        { kind: "open" },
        { kind: "closed" },
        { kind: "invite", codeHash: undefined },
      ] as const)(
        "needs no admission for the first account where it is $kind",
        async (admission) => {
          expect(await stores.accountStore.register(accountOf(1), admission)).toEqual(done);
          expect(await stores.accountStore.devicesOf(userOf(1))).toEqual([
            deviceRowOf(userOf(1), 1),
          ]);
        },
      );

      test("is refused to a second account where it is closed", async () => {
        await registerAll(stores, [1]);
        const outcome = await stores.accountStore.register(accountOf(2), { kind: "closed" });
        expect(outcome).toEqual(refused("RegistrationClosed"));
        expect(await stores.accountStore.usage(userOf(2))).toBeUndefined();
        expect(await stores.accountStore.devicesOf(userOf(2))).toEqual([]);
        expect(await identityLength(2)).toBe(0);
      });

      test("needs admission when the first account is gone again", async () => {
        await registerAll(stores, [1]);
        await stores.accountStore.remove(userOf(1));
        const outcome = await stores.accountStore.register(accountOf(2), { kind: "closed" });
        expect(outcome).toEqual(refused("RegistrationClosed"));
      });

      test("makes one first account of many that come at once", async () => {
        const outcomes = await Promise.all(
          [1, 2, 3, 4, 5].map((user) =>
            stores.accountStore.register(accountOf(user), { kind: "closed" }),
          ),
        );
        expect(outcomes.filter(({ ok }) => ok)).toHaveLength(1);
        expect(await stores.accountStore.accounts()).toHaveLength(1);
      });

      test.each([{ kind: "open" }, { kind: "closed" }, { kind: "invite", codeHash }] as const)(
        "says of a user who is here that they are, where it is $kind",
        async (admission) => {
          await registerAll(stores, [1, 2]);
          await stores.accountStore.createInvite({ codeHash, createdAtMs: 1, expiresAtMs: 9_000 });
          expect(await stores.accountStore.register(accountOf(2), admission)).toEqual(
            refused("AccountExists"),
          );
          // The invite is as good as before.
          const outcome = stores.accountStore.register(accountOf(3), { kind: "invite", codeHash });
          expect(await outcome).toEqual(done);
        },
      );

      test("takes an invite once, though many bring it at once", async () => {
        await registerAll(stores, [1]);
        await stores.accountStore.createInvite({ codeHash, createdAtMs: 1, expiresAtMs: 9_000 });
        const outcomes = await Promise.all(
          [2, 3, 4, 5].map((user) =>
            stores.accountStore.register(accountOf(user), { kind: "invite", codeHash }),
          ),
        );
        expect(outcomes.filter(({ ok }) => ok)).toHaveLength(1);
        expect(outcomes.filter(({ ok }) => !ok)).toEqual(Array(3).fill(refused("InviteInvalid")));
        expect(await stores.accountStore.accounts()).toHaveLength(2);
      });

      test("takes an invite until it is over, and no unknown or missing one", async () => {
        await registerAll(stores, [1]);
        await stores.accountStore.createInvite({ codeHash, createdAtMs: 1, expiresAtMs: 5_000 });
        const bring = (user: number, nowMs: number, hash: Uint8Array | undefined) =>
          stores.accountStore.register(accountOf(user, { nowMs }), {
            kind: "invite",
            codeHash: hash,
          });
        expect(await bring(2, 5_000, codeHash)).toEqual(refused("InviteInvalid"));
        expect(await bring(2, 1_000, otherHash)).toEqual(refused("InviteInvalid"));
        expect(await bring(2, 1_000, undefined)).toEqual(refused("InviteInvalid"));
        expect(await bring(2, 4_999, codeHash)).toEqual(done);
      });

      test("keeps every record and the devices as they are after them", async () => {
        const devices = [
          deviceRowOf(userOf(1), 1, { isRevoked: true }),
          deviceRowOf(userOf(1), 2, { scope: DeviceScope.Viewer, expiresAtMs: 77 }),
        ];
        const account = accountOf(1, { records: recordsOf(1, 3), devices });
        await stores.accountStore.register(account, { kind: "open" });
        expect(await identityLength(1)).toBe(3);
        expect(await stores.accountStore.devicesOf(userOf(1))).toEqual(devices);
        expect(await stores.accountStore.device(deviceOf(2))).toEqual(devices[1]);
        expect(await stores.accountStore.device(deviceOf(9))).toBeUndefined();
      });
    });

    describe("who may open a vault", () => {
      /** Device 2 is a phone of user 1, 3 their paper, 4 a phone that is revoked. */
      beforeEach(async () => {
        await registerAll(stores, [1, 5, 6]);
        await stores.logStore.appendIdentity(userOf(1), recordOf(1, 1), [
          deviceRowOf(userOf(1), 2, { scope: DeviceScope.Viewer }),
          deviceRowOf(userOf(1), 3, { scope: DeviceScope.Paper }),
          deviceRowOf(userOf(1), 4, { scope: DeviceScope.Viewer, isRevoked: true }),
          deviceRowOf(userOf(1), 10, { isRevoked: true }),
        ]);
        const members = { 1: Role.Writer, 5: Role.Owner } as const;
        const viewers = [2, 4].map((number) => ({ user: userOf(1), device: deviceOf(number) }));
        await foundVault(stores, 3, 5, accessOf(members, viewers));
        await foundVault(stores, 2, 5, accessOf(members));
        await foundVault(stores, 1, 1);
        await foundVault(stores, 4, 6);
      });

      test.each([
        ["a full device opens what its user is a member of", askerOf(1), [1, 2, 3]],
        ["a paper device does too", paperOf(1, 3), [1, 2, 3]],
        ["a viewer device opens what it was granted", viewerOf(1, 2), [3]],
        ["a revoked viewer device opens nothing", viewerOf(1, 4), []],
        ["a revoked full device opens nothing", { ...askerOf(1), device: deviceOf(10) }, []],
        ["an unknown device opens nothing", { ...askerOf(1), device: deviceOf(9) }, []],
        ["a device opens nothing of another user", { ...askerOf(1), user: userOf(5) }, []],
        ["a viewer device does not open as a full one", { ...askerOf(1), device: deviceOf(2) }, []],
        ["a full device does not open as a viewer", viewerOf(1, 1), []],
      ])("%s", async (_, asker, expected) => {
        expect(await stores.accountStore.vaultsOf(asker)).toEqual(expected.map(vaultOf));
        for (const number of [1, 2, 3, 4]) {
          const access = await stores.accountStore.accessTo(vaultOf(number), asker);
          expect(access !== undefined).toBe(expected.includes(number));
        }
      });

      test("a member has their role there, and a viewer device none", async () => {
        const { accountStore } = stores;
        expect(await accountStore.accessTo(vaultOf(2), askerOf(1))).toEqual({
          kind: "member",
          role: Role.Writer,
        });
        expect(await accountStore.accessTo(vaultOf(2), askerOf(5))).toEqual({
          kind: "member",
          role: Role.Owner,
        });
        expect(await accountStore.accessTo(vaultOf(3), viewerOf(1, 2))).toEqual({ kind: "viewer" });
        expect(await accountStore.accessTo(vaultOf(9), askerOf(1))).toBeUndefined();
      });

      test("no more vaults are listed than one user may have, the first ones", async () => {
        for (let number = 100; number < 100 + limits.vaultsPerUserMax; number++)
          await foundVault(stores, number, 1);
        const vaults = await stores.accountStore.vaultsOf(askerOf(1));
        expect(vaults).toHaveLength(limits.vaultsPerUserMax);
        expect(vaults.slice(0, 4)).toEqual([1, 2, 3, 100].map(vaultOf));
        expect(vaults).toEqual(vaults.toSorted());
      });
    });

    test("a nonce is used once, though many bring it at once", async () => {
      const uses = await Promise.all(
        [1, 2, 3].map(() => stores.accountStore.useNonce(someNonce, 100)),
      );
      expect(uses.filter((isFirst) => isFirst)).toHaveLength(1);
      await stores.accountStore.forgetExpired(99);
      expect(await stores.accountStore.useNonce(someNonce, 100)).toBe(false);
      await stores.accountStore.forgetExpired(100);
      expect(await stores.accountStore.useNonce(someNonce, 200)).toBe(true);
    });

    test("an invite that is over is forgotten, and no other", async () => {
      await registerAll(stores, [1]);
      const { accountStore } = stores;
      await accountStore.createInvite({ codeHash, createdAtMs: 1, expiresAtMs: 100 });
      await accountStore.createInvite({ codeHash: otherHash, createdAtMs: 1, expiresAtMs: 101 });
      await accountStore.forgetExpired(100);
      const bring = (user: number, hash: Uint8Array) =>
        accountStore.register(accountOf(user, { nowMs: 50 }), { kind: "invite", codeHash: hash });
      expect(await bring(2, codeHash)).toEqual(refused("InviteInvalid"));
      expect(await bring(2, otherHash)).toEqual(done);
    });

    describe("accounts", () => {
      test("show what they pay for, what they may and when they were seen", async () => {
        await registerAll(stores, [2, 1]);
        await foundVault(stores, 2, 1);
        await foundVault(stores, 1, 1);
        await foundVault(stores, 3, 2, accessOf({ 1: Role.Owner, 2: Role.Owner }));
        const { accountStore } = stores;
        await stores.logStore.appendIdentity(userOf(1), recordOf(1, 1), [
          deviceRowOf(userOf(1), 11),
          deviceRowOf(userOf(1), 12, { isRevoked: true }),
        ]);
        await accountStore.seen([deviceOf(1), deviceOf(99)], 500);
        await accountStore.seen([deviceOf(1), deviceOf(11)], 400);
        expect(await accountStore.setQuota(userOf(1), 10_000)).toBe(true);
        expect(await accountStore.setDeletion(userOf(1), 9_000)).toBe(true);
        expect(await accountStore.accounts()).toEqual([
          {
            user: userOf(1),
            registeredAtMs: 1_000,
            usedByteLength: 0,
            quotaByteLength: 10_000,
            vaultCount: 2,
            deviceCount: 2,
            seenAtMs: 500,
            deleteAfterMs: 9_000,
          },
          {
            user: userOf(2),
            registeredAtMs: 1_000,
            usedByteLength: 0,
            quotaByteLength: undefined,
            vaultCount: 1,
            deviceCount: 1,
            seenAtMs: undefined,
            deleteAfterMs: undefined,
          },
        ]);
        expect(await accountStore.usage(userOf(1))).toEqual({
          usedByteLength: 0,
          quotaByteLength: 10_000,
          vaults: [1, 2].map((number) => ({ vault: vaultOf(number), usedByteLength: 0 })),
          deleteAfterMs: 9_000,
        });
        expect(await accountStore.usage(userOf(9))).toBeUndefined();
      });

      test("take a quota and a wish to be deleted back", async () => {
        await registerAll(stores, [1]);
        const { accountStore } = stores;
        await accountStore.setQuota(userOf(1), 0);
        await accountStore.setDeletion(userOf(1), 9_000);
        expect(await accountStore.usage(userOf(1))).toMatchObject({ quotaByteLength: 0 });
        expect(await accountStore.setQuota(userOf(1), undefined)).toBe(true);
        expect(await accountStore.setDeletion(userOf(1), undefined)).toBe(true);
        expect(await accountStore.usage(userOf(1))).toEqual({
          usedByteLength: 0,
          quotaByteLength: undefined,
          vaults: [],
          deleteAfterMs: undefined,
        });
        expect(await accountStore.setQuota(userOf(9), 1)).toBe(false);
        expect(await accountStore.setDeletion(userOf(9), 1)).toBe(false);
      });

      test("are due for deletion from the moment they named", async () => {
        await registerAll(stores, [1, 2, 3]);
        const { accountStore } = stores;
        await accountStore.setDeletion(userOf(3), 100);
        await accountStore.setDeletion(userOf(1), 200);
        expect(await accountStore.deletionsDue(99)).toEqual([]);
        expect(await accountStore.deletionsDue(100)).toEqual([userOf(3)]);
        expect(await accountStore.deletionsDue(200)).toEqual([userOf(1), userOf(3)]);
      });
    });

    test("a vault is held up by its last owner while somebody else is in it", async () => {
      await registerAll(stores, [1, 2, 3]);
      await foundVault(stores, 5, 1, accessOf({ 1: Role.Owner, 2: Role.Viewer }));
      await foundVault(stores, 4, 1, accessOf({ 1: Role.Owner, 3: Role.Admin }));
      await foundVault(stores, 1, 1);
      await foundVault(stores, 2, 1, accessOf({ 1: Role.Owner, 2: Role.Owner, 3: Role.Writer }));
      await foundVault(stores, 3, 1, accessOf({ 1: Role.Admin, 2: Role.Owner }));
      expect(await stores.accountStore.vaultsHeldUp(userOf(1))).toEqual([vaultOf(4), vaultOf(5)]);
      // Whoever has no account any more is neither an owner who remains nor somebody who waits.
      await stores.accountStore.remove(userOf(2));
      expect(await stores.accountStore.vaultsHeldUp(userOf(1))).toEqual([vaultOf(2), vaultOf(4)]);
    });

    describe("removing an account", () => {
      test("takes it, its devices, its log and the vaults that only it was in", async () => {
        await registerAll(stores, [1, 2]);
        await foundVault(stores, 1, 1);
        await stores.accountStore.remove(userOf(1));
        const { accountStore, logStore } = stores;
        expect(await accountStore.usage(userOf(1))).toBeUndefined();
        expect(await accountStore.devicesOf(userOf(1))).toEqual([]);
        expect(await identityLength(1)).toBe(0);
        expect(await logStore.head({ kind: LogKind.Vault, log: vaultOf(1) })).toBeUndefined();
        expect(await accountStore.vaultsOf(askerOf(1))).toEqual([]);
        expect((await accountStore.accounts()).map(({ user }) => user)).toEqual([userOf(2)]);
        await accountStore.remove(userOf(1));
      });

      test.each([
        ["an owner", { 1: Role.Owner, 2: Role.Admin, 3: Role.Owner }, 3],
        ["the highest role", { 1: Role.Owner, 2: Role.Writer, 3: Role.Admin, 4: Role.Viewer }, 3],
        ["the lowest id of one role", { 1: Role.Owner, 4: Role.Writer, 3: Role.Writer }, 3],
      ] as const)("lets %s pay for a vault that others use", async (_, roles, payer) => {
        await registerAll(stores, [1, 2, 3, 4]);
        await foundVault(stores, 1, 1, accessOf(roles));
        await stores.accountStore.remove(userOf(1));
        expect(await stores.accountStore.payersOf([vaultOf(1)])).toEqual(
          new Map([[vaultOf(1), userOf(payer)]]),
        );
        expect(await stores.accountStore.accessTo(vaultOf(1), askerOf(payer))).toBeDefined();
      });

      test("leaves the payer of a vault that somebody else pays for", async () => {
        await registerAll(stores, [1, 2, 3]);
        await foundVault(stores, 1, 3, accessOf({ 1: Role.Owner, 2: Role.Owner, 3: Role.Viewer }));
        await stores.accountStore.remove(userOf(1));
        expect(await stores.accountStore.payersOf([vaultOf(1)])).toEqual(
          new Map([[vaultOf(1), userOf(3)]]),
        );
      });

      test("takes a vault that nobody with an account is left in, whoever pays", async () => {
        await registerAll(stores, [1, 2]);
        await foundVault(stores, 1, 1, accessOf({ 1: Role.Owner, 2: Role.Owner }));
        const left = accessOf({ 2: Role.Owner });
        const leaving = vaultRecordOf(1, 1, [userOf(1), userOf(2)]);
        await stores.logStore.appendVault(vaultOf(1), leaving, left, undefined);
        await stores.accountStore.remove(userOf(2));
        expect(await stores.accountStore.payersOf([vaultOf(1)])).toEqual(new Map());
        expect(await identityLength(2)).toBe(0);
      });

      test("leaves its log as long as a vault of others relies on it", async () => {
        await registerAll(stores, [1, 2, 3]);
        await foundVault(stores, 1, 2, accessOf({ 1: Role.Writer, 2: Role.Owner }));
        const gone = vaultRecordOf(1, 1, [userOf(2)]);
        // A member no more, but the first record pins them still.
        await stores.logStore.appendVault(vaultOf(1), gone, accessOf({ 2: Role.Owner }), undefined);
        await stores.accountStore.remove(userOf(1));
        expect(await identityLength(1)).toBe(1);
        expect(await stores.accountStore.devicesOf(userOf(1))).toEqual([]);
        const onward = stores.logStore.appendIdentity(userOf(1), recordOf(1, 1), []);
        expect(await onward).toEqual({ ok: false, error: { type: "HeadMoved", head: undefined } });
        await stores.accountStore.remove(userOf(3));
        expect(await identityLength(1)).toBe(1);
        await stores.accountStore.remove(userOf(2));
        expect(await identityLength(1)).toBe(0);
      });

      test("leaves no log of the last of two who shared a vault", async () => {
        await registerAll(stores, [1, 2]);
        await foundVault(stores, 1, 1, accessOf({ 1: Role.Owner, 2: Role.Owner }));
        await Promise.all([1, 2].map((user) => stores.accountStore.remove(userOf(user))));
        expect(await stores.accountStore.payersOf([vaultOf(1)])).toEqual(new Map());
        expect([await identityLength(1), await identityLength(2)]).toEqual([0, 0]);
      });

      test("lets the same user come back, but not with fewer records than a vault relies on", async () => {
        await registerAll(stores, [1, 2]);
        await foundVault(stores, 1, 2, accessOf({ 1: Role.Writer, 2: Role.Owner }));
        const revoked = deviceRowOf(userOf(1), 11, { isRevoked: true });
        await stores.logStore.appendIdentity(userOf(1), recordOf(1, 1), [revoked]);
        await stores.accountStore.remove(userOf(1));
        const head = { index: 1, id: recordOf(1, 1).id };
        const moved = { ok: false, error: { type: "HeadMoved", head } };
        const comeBack = (records: ReturnType<typeof recordsOf>) =>
          stores.accountStore.register(accountOf(1, { records }), { kind: "open" });
        expect(await comeBack(recordsOf(1, 1))).toEqual(moved);
        expect(await comeBack([recordOf(1, 0), recordOf(1, 1, { branch: 3 })])).toEqual(moved);
        expect(await comeBack(recordsOf(1, 3))).toEqual(done);
        expect(await identityLength(1)).toBe(3);
        expect(await stores.accountStore.accessTo(vaultOf(1), askerOf(1))).toBeDefined();
      });

      test("makes an invite that the user came with good for nobody", async () => {
        await registerAll(stores, [1]);
        const { accountStore } = stores;
        await accountStore.createInvite({ codeHash, createdAtMs: 1, expiresAtMs: 9_000 });
        await accountStore.register(accountOf(2), { kind: "invite", codeHash });
        await accountStore.remove(userOf(2));
        const outcome = accountStore.register(accountOf(3), { kind: "invite", codeHash });
        expect(await outcome).toEqual(refused("InviteInvalid"));
      });
    });
  });
};
