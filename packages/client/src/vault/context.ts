/** What the jobs of one vault share. */
import type { ChainId, DocId, Receipt, Run, UserId, Vector } from "@duro/protocol";
import type { CommitError, LocalStore } from "../ports/localStore.ts";
import type { Clock } from "../ports/clock.ts";
import type { LogWait } from "../engine/logWait.ts";
import type { LiveDocs } from "../docs/liveDocs.ts";
import type { ApplyGuard } from "../updates/applyGuard.ts";
import type { OwnBeacons } from "../watch/ownBeacons.ts";
import type { VaultWatch } from "../watch/vaultWatch.ts";
import type { WatchDeps } from "../watch/watchKeeper.ts";
import type { RunTaken } from "./takeRun.ts";
import type { TakenBack } from "./takeBack.ts";
import type { Tidying } from "./tidying.ts";
import type { Uploads } from "./uploads.ts";
import type { VaultLink } from "./vaultLink.ts";
import type { VaultMemory, VaultOwner } from "./vaultMemory.ts";

export interface VaultDeps {
  readonly store: LocalStore;
  readonly clock: Clock;
  readonly guard: ApplyGuard;
  readonly owner: VaultOwner;
  readonly watch: WatchDeps;
  readonly link: VaultLink;
  /** Something that a status shows has changed. */
  readonly onChange: () => void;
  /** What counts of them has changed, or of any document at all: undefined. */
  readonly onDocuments: (docs: readonly DocId[] | undefined) => void;
  /** Their log is needed before anything of theirs can be verified. */
  readonly onAuthorUnknown: (user: UserId) => void;
  /** What the relay sent and no honest one sends. */
  readonly onRefused: (chain: ChainId, taken: RunTaken) => void;
  /** The vault's log is here as far as the relay says that it goes. */
  readonly isLogHere: () => boolean;
  /** The relay goes by another log than ours. */
  readonly onLogAhead: () => void;
  /** This device's chain went on without it: its data was copied, or is older than what it sent. */
  readonly onOwnChainElsewhere: (chain: ChainId) => void;
  /** A bug, or a store that cannot be read: what was asked for is not done. */
  readonly onFailure: (cause: unknown) => void;
}

export type ReceiptSaid = Omit<Receipt, "type" | "channel">;

export interface VaultContext {
  readonly deps: VaultDeps;
  readonly memory: VaultMemory;
  readonly docs: LiveDocs;
  readonly uploads: Uploads;
  /** Chains that the relay did not take for want of a record. */
  readonly logWait: LogWait<ChainId>;
  readonly watch: VaultWatch;
  readonly beacons: OwnBeacons;
  readonly tidying: Tidying;
  /** What came and was not looked at yet. */
  readonly arrived: { readonly run: Run; readonly byteLength: number }[];
  /** Chains of which the relay showed another branch on this connection. */
  readonly parted: Set<ChainId>;
  /** What the relay had when this connection opened the vault. */
  relayHas: Vector | undefined;
  /** The machine was told that it will be `dirty` again. */
  isSealLater: boolean;
  saveError: CommitError | undefined;
  readonly takenBack: Map<DocId, TakenBack>;
  /** The store did not take something: tried again after a while. */
  isTryingLater: boolean;
  readonly tryLater: () => void;
}
