/** Does what this device owes its vaults: soon where others wait for it, later where anybody may. */
import { err, LogKind, ok, type Result } from "@duro/crypto/types";
import type { LogRecord } from "@duro/crypto/verify";
import type { LogName, VaultId } from "@duro/protocol";
import type { Clock } from "../ports/clock.ts";
import type { ChainRow } from "../store/rows.ts";
import type { LogView } from "../vault/view.ts";
import { type Duty, dutyOf } from "./dutyOf.ts";
import { type Doer, dutyRecord } from "./dutyRecord.ts";
import type { PostError } from "./posts.ts";

export interface Duties {
  /** Its log is here as far as the relay has it: is something owed? */
  look(vault: VaultId): void;
  /** Everything that is owed there, at once. */
  doNow(vault: VaultId): Promise<Result<void, PostError>>;
  stop(): void;
}

export interface DutiesDeps {
  readonly clock: Clock;
  readonly doer: Doer;
  readonly viewOf: (vault: VaultId) => LogView | undefined;
  readonly chainsOf: (vault: VaultId) => Iterable<ChainRow>;
  /** Everything that the relay has is here; false: the connection is gone. */
  readonly refresh: (vault: VaultId) => Promise<boolean>;
  readonly post: (
    name: LogName,
    make: () => LogRecord | undefined,
  ) => Promise<Result<void, PostError>>;
}

/** Any of many devices may do it: whoever draws the shortest time does, and the others see that it is done. */
const rotationDelayMs = 30_000;
/** Nobody else can say that this device is here. */
const pinDelayMs = 0;
const cutDelayMs = 2_000;

const delayOf = (duty: Duty): number => {
  switch (duty.kind) {
    case "pin":
      return pinDelayMs;
    case "cut":
      return cutDelayMs;
    case "rotate":
      return rotationDelayMs;
  }
};

/** Some devices to cut and a rotation: more is a duty that does not end. */
const dutiesAtOnceMax = 300;

const jitterSteps = 2 ** 16;

export const createDuties = (deps: DutiesDeps): Duties => {
  const { clock, doer, viewOf, chainsOf, refresh, post } = deps;
  const planned = new Map<VaultId, () => void>();
  const self = { user: doer.user, device: doer.device.id };
  let isStopped = false;

  const owed = (vault: VaultId): Duty | undefined => {
    const view = viewOf(vault);
    return view === undefined ? undefined : dutyOf(view, self, clock.nowMs());
  };

  const make = (vault: VaultId): LogRecord | undefined => {
    const view = viewOf(vault);
    const duty = owed(vault);
    return view === undefined || duty === undefined
      ? undefined
      : dutyRecord(doer, view, chainsOf(vault), duty);
  };

  const doNext = async (vault: VaultId): Promise<Result<void, PostError>> => {
    // A cut names how far chains are here: one that is too low takes work away that others have built on.
    if (owed(vault)?.kind === "cut" && !(await refresh(vault))) return err({ type: "RecordLost" });
    return post({ kind: LogKind.Vault, log: vault }, () => make(vault));
  };

  const doPlanned = async (vault: VaultId): Promise<void> => {
    const done = await doNext(vault);
    planned.delete(vault);
    // What was refused or lost is looked at when the log has grown, or on the next connection.
    if (done.ok) look(vault);
  };

  const look = (vault: VaultId): void => {
    const duty = owed(vault);
    if (isStopped || duty === undefined || planned.has(vault)) return;
    const [high = 0, low = 0] = doer.randomBytes(2);
    const jitter = (high * 256 + low) / jitterSteps;
    const takeBack = clock.after(delayOf(duty) * (1 + jitter), () => {
      void doPlanned(vault);
    });
    planned.set(vault, takeBack);
  };

  return {
    look,
    doNow: async (vault) => {
      planned.get(vault)?.();
      planned.delete(vault);
      for (let left = dutiesAtOnceMax; left > 0 && owed(vault) !== undefined; left -= 1) {
        const done = await doNext(vault);
        if (!done.ok) return done;
      }
      return ok(undefined);
    },
    stop: () => {
      isStopped = true;
      for (const takeBack of planned.values()) takeBack();
      planned.clear();
    },
  };
};
