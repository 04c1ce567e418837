/** What every connection of a node shares. */
import type { RandomBytes, RelayKeys } from "@duro/crypto/receipt";
import type { RelaySelf } from "@duro/protocol";
import type { AccountStore } from "../ports/accountStore.ts";
import type { BlobStore } from "../ports/blobStore.ts";
import type { ChainStore } from "../ports/chainStore.ts";
import type { LogStore } from "../ports/logStore.ts";
import type { MailboxStore } from "../ports/mailboxStore.ts";
import type { Notifier } from "../ports/notifier.ts";
import type { Appender } from "./appender.ts";
import type { Hub } from "./hub.ts";
import type { KnownLogs } from "./knownLogs.ts";
import type { MailboxHall } from "./mailboxHall.ts";
import type { RelayMetrics } from "./relayMetrics.ts";

export interface RelayStores {
  readonly logStore: LogStore;
  readonly accountStore: AccountStore;
  readonly chainStore: ChainStore;
  readonly blobStore: BlobStore;
  readonly mailboxStore: MailboxStore;
}

export interface RelayQuotas {
  /** Of an account without one of its own; undefined: unlimited. */
  readonly byteLength: number | undefined;
  readonly deviceCountMax: number;
  readonly vaultCountMax: number;
}

export interface RelayContext extends RelayStores {
  readonly notifier: Notifier;
  readonly keys: RelayKeys;
  readonly self: RelaySelf;
  readonly quotas: RelayQuotas;
  readonly nowMs: () => number;
  readonly randomBytes: RandomBytes;
  readonly metrics: RelayMetrics;
  readonly logs: KnownLogs;
  readonly hub: Hub;
  readonly appender: Appender;
  readonly hall: MailboxHall;
  /** A bug or a store that failed: counted and logged, without values. */
  readonly onFailure: (where: string, cause: unknown) => void;
}
