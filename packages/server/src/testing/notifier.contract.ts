/** What every adapter of Notifier promises. */
import { LogKind } from "@duro/crypto/types";
import { mailboxNumbers } from "@duro/protocol";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Growth, Notifier } from "../ports/notifier.ts";
import { userOf, vaultOf } from "./storeSamples.ts";

export interface OpenedNotifiers {
  /** One more node of the relay, which listens when this resolves. */
  node(heard: Growth[]): Promise<Notifier>;
  close(): Promise<void>;
}

export const vaultAt = (number: number, position: number): Growth => ({
  kind: "vault",
  vault: vaultOf(number),
  position,
});

const oneOfEach: readonly Growth[] = [
  vaultAt(1, 7),
  { kind: "log", name: { kind: LogKind.Vault, log: vaultOf(1) }, index: 3 },
  { kind: "log", name: { kind: LogKind.Identity, log: userOf(1) }, index: 0 },
  { kind: "mailbox", mailbox: mailboxNumbers.fromNumber(32_767) },
];

export const notifierContract = (adapter: string, open: () => Promise<OpenedNotifiers>): void => {
  describe(`Notifier contract, ${adapter}`, () => {
    let opened: OpenedNotifiers;
    const heard: { here: Growth[]; there: Growth[]; elsewhere: Growth[] } = {
      here: [],
      there: [],
      elsewhere: [],
    };
    let here: Notifier;
    let there: Notifier;

    beforeEach(async () => {
      for (const growths of Object.values(heard)) growths.length = 0;
      opened = await open();
      here = await opened.node(heard.here);
      there = await opened.node(heard.there);
      await opened.node(heard.elsewhere);
    });
    afterEach(() => opened.close());

    test("every other node hears whatever grew, and the node itself does not", async () => {
      for (const growth of oneOfEach) here.publish(growth);
      await expect.poll(() => heard.there).toHaveLength(oneOfEach.length);
      await expect.poll(() => heard.elsewhere).toHaveLength(oneOfEach.length);
      expect(heard.there).toEqual(expect.arrayContaining([...oneOfEach]));
      expect(heard.elsewhere).toEqual(expect.arrayContaining([...oneOfEach]));
      there.publish(vaultAt(2, 1));
      await expect.poll(() => heard.here).toHaveLength(1);
      expect(heard.here).toEqual([vaultAt(2, 1)]);
    });

    test("of many growths of one thing the newest is heard, whichever came last", async () => {
      for (let position = 1; position <= 500; position++) here.publish(vaultAt(1, position));
      here.publish(vaultAt(1, 20));
      here.publish(vaultAt(2, 1));
      await expect.poll(() => heard.there).toContainEqual(vaultAt(2, 1));
      expect(heard.there).toContainEqual(vaultAt(1, 500));
    });

    test("things that grow one after the other are all heard", async () => {
      for (let number = 1; number <= 30; number++) {
        here.publish(vaultAt(number, number));
        await new Promise((resolve) => {
          setTimeout(resolve, number % 5);
        });
      }
      await expect.poll(() => heard.there).toHaveLength(30);
    });

    test("a node that closed neither hears nor tells", async () => {
      await there.close();
      there.publish(vaultAt(1, 1));
      here.publish(vaultAt(2, 2));
      await expect.poll(() => heard.elsewhere).toContainEqual(vaultAt(2, 2));
      expect(heard.elsewhere).toHaveLength(1);
      expect(heard.there).toEqual([]);
    });
  });
};
