import { LogKind } from "@duro/crypto/types";
import { mailboxNumbers } from "@duro/protocol";
import { describe, expect, test } from "vitest";
import type { Growth } from "../ports/notifier.ts";
import { userOf, vaultOf } from "../testing/storeSamples.ts";
import { growthsToPayloads, parsePayload, payloadByteLengthMax } from "./growthText.ts";

const nodeId = "0123456789abcdef";
const vault = vaultOf(1);
const growths: readonly Growth[] = [
  { kind: "vault", vault, position: Number.MAX_SAFE_INTEGER },
  { kind: "log", name: { kind: LogKind.Vault, log: vault }, index: 0 },
  { kind: "log", name: { kind: LogKind.Identity, log: userOf(2) }, index: 41 },
  { kind: "mailbox", mailbox: mailboxNumbers.fromNumber(0) },
];

describe("a payload", () => {
  test("reads back as it was written", () => {
    const [payload = "", ...more] = growthsToPayloads(nodeId, growths);
    expect(more).toEqual([]);
    expect(parsePayload(payload)).toEqual({ nodeId, growths, unreadableCount: 0 });
  });

  test("is a node alone where nothing grew", () => {
    expect(growthsToPayloads(nodeId, [])).toEqual([nodeId]);
    expect(parsePayload(nodeId)).toEqual({ nodeId, growths: [], unreadableCount: 0 });
  });

  test("is as long as Postgres takes, and the rest goes into the next", () => {
    const many = Array.from({ length: 1_000 }, (_, number): Growth => ({
      kind: "vault",
      vault: vaultOf(number),
      position: Number.MAX_SAFE_INTEGER - number,
    }));
    const payloads = growthsToPayloads(nodeId, many);
    expect(payloads.flatMap((payload) => parsePayload(payload)?.growths ?? [])).toEqual(many);
    for (const payload of payloads)
      expect(payload.length).toBeLessThanOrEqual(payloadByteLengthMax);
    expect(payloads[0]?.length).toBeGreaterThan(payloadByteLengthMax - 60);
  });

  test.each([
    ["an unknown kind", `x${vault}.1`],
    ["no number", `v${vault}`],
    ["an empty number", `v${vault}.`],
    ["a padded number", `v${vault}.01`],
    ["a negative number", `v${vault}.-1`],
    ["a number that is not whole", `v${vault}.1.5`],
    ["a number in another spelling", `v${vault}.1e3`],
    ["a number beyond all positions", `v${vault}.9007199254740992`],
    ["an id in capitals", `v${"AB".repeat(16)}.1`],
    ["an id that is short", `v${vault.slice(2)}.1`],
    ["an id that is long", `v${vault}00.1`],
    ["a mailbox beyond all numbers", "m32768"],
    ["a padded mailbox", "m01"],
    ["a mailbox with a place", "m1.1"],
    ["nothing", ""],
    ["a line end", `v${vault}.1\n`],
    ["something in front", ` v${vault}.1`],
  ])("with %s is read without it, and counted", (_, thing) => {
    expect(parsePayload(`${nodeId};m7;${thing}`)).toEqual({
      nodeId,
      growths: [{ kind: "mailbox", mailbox: 7 }],
      unreadableCount: 1,
    });
  });

  test.each(["", ";", "hello", `${nodeId}0`, nodeId.toUpperCase(), `;m7`, `m7;${nodeId}`])(
    "that begins with no node is not of a relay: %j",
    (text) => {
      expect(parsePayload(text)).toBeUndefined();
    },
  );
});
