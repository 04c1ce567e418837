/** The record by which a duty is done, made from what stands: made anew whenever somebody else was first. */
import {
  cutRecord,
  type DeviceKeys,
  pinRecord,
  type RandomBytes,
  rotateRecord,
} from "@duro/crypto";
import { assert } from "@duro/crypto/types";
import { type ChainCut, type LogRecord } from "@duro/crypto/verify";
import type { DeviceId, UserId } from "@duro/protocol";
import type { ChainRow } from "../store/rows.ts";
import { currentKey } from "../vault/seal.ts";
import type { LogView } from "../vault/view.ts";
import { type Duty, newestOf } from "./dutyOf.ts";

export interface Doer {
  readonly user: UserId;
  readonly device: DeviceKeys;
  readonly randomBytes: RandomBytes;
}

export const dutyRecord = (
  { user, device, randomBytes }: Doer,
  view: LogView,
  chains: Iterable<ChainRow>,
  duty: Duty,
): LogRecord | undefined => {
  const identity = view.identity(user);
  assert(identity !== undefined, "whoever has a duty has followed their own log");
  const author = { device, identity };
  switch (duty.kind) {
    case "cut": {
      const newest = view.identity(duty.user);
      assert(newest !== undefined, "devices that are gone stand in a log that is here");
      const rows = [...chains];
      const cuts = duty.devices.map((gone) => ({ device: gone, chains: cutsOf(rows, gone) }));
      return cutRecord(view.state, author, "cutDevice", { identity: newest, cuts });
    }
    case "pin":
      return pinRecord(view.state, author, [identity]);
    case "rotate": {
      const key = currentKey(view);
      // Somebody with the key does it, or mends our box first.
      if (key === undefined) return undefined;
      return rotateRecord({ randomBytes }, view.state, author, newestOf(view), key).record;
    }
  }
};

/** As far as its chains are here: what it had sent by then stays. */
export const cutsOf = (chains: Iterable<ChainRow>, device: DeviceId): readonly ChainCut[] =>
  [...chains]
    .filter((row) => row.device === device && row.head.at > 0)
    .map(({ incarnation, head }) => ({ incarnation, seq: head.at, id: head.id }))
    .toSorted((left, right) => (left.incarnation < right.incarnation ? -1 : 1));
