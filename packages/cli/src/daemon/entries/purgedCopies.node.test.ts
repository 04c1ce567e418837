import { err, ok } from "@duro/crypto/types";
import { expect, test } from "vitest";
import { copiesOf } from "./purgedCopies.ts";

const nowMs = Date.UTC(2026, 10, 21, 12);

const askedOf = async ({
  server = "https://relay.test",
  isCaughtUp = true,
  isFull = false,
}: {
  readonly server?: string | undefined;
  readonly isCaughtUp?: boolean;
  readonly isFull?: boolean;
}) => {
  const purged: string[] = [];
  const copies = await copiesOf(
    { nowMs: () => nowMs, settings: { now: { server } } },
    {
      engine: {
        purge: async (vault) => {
          purged.push(vault);
          return isFull ? err({ type: "StoreFull" }) : ok(undefined);
        },
      },
      vault: { id: "a vault" as never, status: { isCaughtUp } as never },
    },
  );
  return { purged, copies };
};

test("a machine with a relay owes it a checkpoint, and names the last day", async () => {
  const { purged, copies } = await askedOf({});
  expect(purged).toEqual(["a vault"]);
  expect(copies.goneBy).toBe("2027-01-05T12:00:00.000Z");
  expect(copies.relay).toContain("by 2027-01-05 at the latest, unless");
});

test("one that is not connected says from when the day counts", async () => {
  const { copies } = await askedOf({ isCaughtUp: false });
  expect(copies.relay).toContain("at the latest if it connects today");
});

test("one whose disk is full names no day", async () => {
  const { copies } = await askedOf({ isFull: true });
  expect(copies.goneBy).toBe(undefined);
  expect(copies.relay).toContain("two later checkpoints");
});
