/**
 * Gives the relay what it lost of the logs, or never had: a vault that was founded without one. Record by
 * record, since each stands on the one before; a vault's record also stands on what it pins of its people.
 */
import { LogKind } from "@duro/crypto/types";
import type { LogName, VaultId } from "@duro/protocol";
import type { Posts } from "../duties/posts.ts";
import type { Clock } from "../ports/clock.ts";
import type { StoreReader } from "../ports/localStore.ts";
import { recordKey, recordsOf } from "../store/keys.ts";
import { readRange } from "../store/readRange.ts";
import { createLogWait } from "./logWait.ts";

export interface GiveBack {
  from(name: LogName, fromIndex: number): Promise<void>;
  /** The relay has more of that log than before. */
  grownThere(name: LogName): void;
  disconnected(): void;
}

export interface GiveBackDeps {
  readonly store: StoreReader;
  readonly clock: Clock;
  readonly append: Posts["append"];
  /** Its answer tells what is still to be given. */
  readonly follow: (name: LogName) => void;
}

export const createGiveBack = ({ store, clock, append, follow }: GiveBackDeps): GiveBack => {
  const wait = createLogWait<VaultId>({
    clock,
    again: (vaults) => {
      for (const vault of vaults) follow({ kind: LogKind.Vault, log: vault });
    },
  });

  return {
    from: async (name, fromIndex) => {
      const range = { ...recordsOf(name), from: recordKey(name, fromIndex) };
      for (const { value } of await readRange(store, "records", range)) {
        const appended = await append(value);
        if (appended.ok) continue;
        const { error } = appended;
        const isEarly = error.type === "RecordRefused" && error.refusal === "LogHeadUnknown";
        if (isEarly && name.kind === LogKind.Vault) wait.refused(name.log);
        // Somebody else was first, or the connection is gone: what is there shows the next time.
        return;
      }
      follow(name);
    },
    grownThere: ({ kind }) => {
      if (kind === LogKind.Identity) wait.logGrew();
    },
    disconnected: () => wait.stop(),
  };
};
