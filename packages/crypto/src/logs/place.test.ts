/** Only what a place depends on; everything else of the head is of no matter here. */
import { describe, expect, test } from "vitest";
import type { EnvelopeHead } from "../envelope/head.ts";
import { noRecord } from "../ids.ts";
import { createDeviceKeys } from "../keys/deviceKeys.ts";
import { bodyByteLengthMin, nonceByteLength } from "../sizes.ts";
import { someHeadFields } from "../testing/samples.ts";
import { seededRandomBytes } from "../testing/seededRandomBytes.ts";
import { createTeam, type Team } from "../testing/team.ts";
import { rotating, stepped } from "../testing/vaultMoves.ts";
import { checkPlace } from "./place.ts";

const headAt = ({ vault }: Team, index: number, epoch: number): EnvelopeHead => {
  const device = createDeviceKeys({ randomBytes: seededRandomBytes("place") });
  const logHead = vault.records[index]?.id ?? noRecord;
  const fields = someHeadFields(device, { vault: vault.state.vault, epoch, logHead });
  return {
    ...fields,
    nonce: new Uint8Array(nonceByteLength),
    bodyByteLength: bodyByteLengthMin,
    bodyHash: new Uint8Array(32),
  };
};

/** Epoch 2 begins with record 5, which is the newest. */
const rotatedTeam = (): Team => {
  const at = createTeam("place");
  return stepped(at, rotating(at));
};

const place = (at: Team, lastLogIndex: number, head: EnvelopeHead): string => {
  const checked = checkPlace(at.vault.state, lastLogIndex, head);
  if (checked.ok) return `index ${checked.value}`;
  return checked.error.type === "PlaceWrong" ? checked.error.rule : checked.error.type;
};

describe("where an envelope stands", () => {
  test.each([
    [0, 4, 1],
    [4, 4, 1],
    [4, 5, 2],
    [5, 5, 2],
  ])("[PLACE3] behind index %i, under index %i and in epoch %i is its place", (last, at, epoch) => {
    const team = rotatedTeam();
    expect(place(team, last, headAt(team, at, epoch))).toBe(`index ${at}`);
  });

  test("[PLACE1] an envelope under a record that is not here is held until it is", () => {
    const ahead = rotatedTeam();
    const head = headAt(ahead, 5, 2);
    expect(place(createTeam("place"), 0, head)).toBe("LogHeadUnknown");
    expect(place(ahead, 0, head)).toBe("index 5");
  });

  test("[PLACE2] an envelope under an older record than the one before it is refused", () => {
    const team = rotatedTeam();
    expect(place(team, 5, headAt(team, 4, 1))).toBe("log head never goes back");
  });

  test.each([
    ["the epoch before, after the rotation was seen,", 5, 1],
    ["the next epoch, before the rotation,", 4, 2],
    ["an epoch that does not exist", 5, 3],
  ])("[PLACE3] an envelope in %s is refused", (_, at, epoch) => {
    const team = rotatedTeam();
    expect(place(team, 0, headAt(team, at, epoch))).toBe("epoch is the one of its log head");
  });
});
