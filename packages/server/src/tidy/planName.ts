/** Tells one plan from another, so that bodies that were held against it need not be looked at again. */
import { createHash } from "node:crypto";
import { bytesToHex } from "@duro/crypto/types";
import type { TidyPlan } from "./planTidy.ts";

/** Rises when `fateOf` comes to other answers, so that every body is looked at anew. */
const rulesVersion = 1;

export const planNameOf = (plan: TidyPlan): string => {
  const { covered, beaconsBefore, purged, kept, unreadBefore } = plan;
  const hash = createHash("sha256").update(`${rulesVersion} ${unreadBefore}`);
  const add = (name: string, entries: readonly string[]): void => {
    hash.update(`\n${name}`);
    for (const entry of entries.toSorted()) hash.update(`\n${entry}`);
  };
  add(
    "covered",
    [...covered].map(([chain, seq]) => `${chain} ${seq}`),
  );
  add(
    "beacons",
    [...beaconsBefore].map(([chain, seq]) => `${chain} ${seq}`),
  );
  add("purged", [...purged].map(String));
  add("kept", [...kept].map(String));
  return bytesToHex(hash.digest());
};
