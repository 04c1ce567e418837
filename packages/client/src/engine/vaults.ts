/** The vaults that are open on this device, and where each stands with the relay. */
import type { DeviceKeys, RandomBytes } from "@duro/crypto";
import type { ChainId, DeviceId, DocId, LogHead, UserId, VaultId } from "@duro/protocol";
import { err, type Result } from "@duro/crypto/types";
import { standingAlarms } from "../alarms/standing.ts";
import type { Awareness } from "y-protocols/awareness";
import type { Live } from "../docs/liveDocs.ts";
import type { FollowedLogs } from "../logs/followedLogs.ts";
import { createKeyRing } from "../logs/keyRing.ts";
import type { Clock } from "../ports/clock.ts";
import type { CommitError, LocalStore } from "../ports/localStore.ts";
import type { ApplyGuard } from "../updates/applyGuard.ts";
import type { EditRefused } from "../vault/outbox.ts";
import { createAuthors } from "../vault/authors.ts";
import { documentMark, documentMarks } from "../vault/documentMarks.ts";
import { createSignal } from "./signal.ts";
import { createVaultAwareness, type VaultAwareness } from "./vaultAwareness.ts";
import type { RunTaken } from "../vault/takeRun.ts";
import { waitingHolds } from "../vault/waitingHolds.ts";
import { openVaultCore, type VaultCore } from "../vault/vault.ts";
import type { WatchDeps } from "../watch/watchKeeper.ts";
import type { VaultLink } from "../vault/vaultLink.ts";
import type { LogView } from "../vault/view.ts";

export interface Vault {
  readonly id: VaultId;
  open(doc: DocId): Promise<OpenDoc>;
  readonly status: VaultStatus;
  /** Every document that is here, with a mark that differs once what counts of it has changed. */
  documents(): Promise<ReadonlyMap<DocId, string>>;
  /** The mark of one; undefined: nothing of it is here. */
  markOf(doc: DocId): Promise<string | undefined>;
  /** Tells which documents have changed, here or elsewhere; undefined: any may have. */
  onDocuments(listener: (docs: readonly DocId[] | undefined) => void): () => void;
  /** Whose clientID it is in that document; undefined: of no chain that counts. */
  authorOf(doc: DocId, clientId: number): Author | undefined;
  /** When something of a device was last heard here, by this machine's clock; to the hour. */
  readonly heard: ReadonlyMap<DeviceId, number>;
}

export interface Author {
  readonly user: UserId;
  readonly device: DeviceId;
  readonly chain: ChainId;
  /** As its newest beacon says that counts and is here: nothing of it can be later. */
  readonly lastBeaconMs: number | undefined;
}

export interface VaultStatus {
  /** On this connection everything that the relay had is here. */
  readonly isCaughtUp: boolean;
  /** Edits and envelopes that the relay has not receipted. */
  readonly pendingCount: number;
  /** Edits were made that are not durable on this machine yet. */
  readonly hasUnsaved: boolean;
  /** Chains that wait for something that may come. */
  readonly heldCount: number;
  /** Alarms that stand over this vault. */
  readonly alarmCount: number;
  /** Edits are kept and wait here, since an alarm stands that says so. */
  readonly isSealingStopped: boolean;
}

export interface OpenDoc extends AsyncDisposable {
  /** Who has it open elsewhere, sealed as everything else; another one after `onReplaced`. */
  readonly awareness: Awareness;
  /** Another one after `onReplaced`: operations that no longer count cannot be taken out of a document. */
  readonly doc: Live["ydoc"];
  onReplaced(listener: () => void): () => void;
  /**
   * Every edit of the vault made so far outlives a crash of this machine. `EditRefused`: edits of this
   * document were taken back, and everything else stands.
   */
  saved(): Promise<Result<void, CommitError | EditRefused>>;
}

export interface OpenedVault {
  readonly core: VaultCore;
  readonly awareness: VaultAwareness;
  readonly face: Vault;
  /** Asked for on this connection. */
  isOpening: boolean;
  /** How far the vault's log was here then. */
  askedWith: LogHead | undefined;
  isCaughtUp: boolean;
}

export interface Vaults {
  get(vault: VaultId): OpenedVault | undefined;
  all(): readonly OpenedVault[];
  /** What its jobs look at, as the logs stand now. */
  viewOf(vault: VaultId): LogView | undefined;
  /** Opens it where its log is here, and looks again at what counts. */
  refresh(vault: VaultId): Promise<OpenedVault | undefined>;
}

export interface VaultsDeps {
  readonly store: LocalStore;
  readonly clock: Clock;
  readonly watch: WatchDeps;
  readonly guard: ApplyGuard;
  readonly logs: FollowedLogs;
  readonly user: UserId;
  readonly device: DeviceKeys;
  readonly randomBytes: RandomBytes;
  readonly link: VaultLink;
  readonly sendPresence: (vault: VaultId, sealed: Uint8Array) => void;
  readonly onChange: () => void;
  readonly onAuthorUnknown: (user: UserId, vault: VaultId) => void;
  readonly isLogHere: (vault: VaultId) => boolean;
  readonly onLogAhead: (vault: VaultId) => void;
  readonly onRefused: (vault: VaultId, chain: ChainId, taken: RunTaken) => void;
  readonly onOwnChainElsewhere: (vault: VaultId, chain: ChainId) => void;
  readonly onFailure: (cause: unknown) => void;
}

export const createVaults = (deps: VaultsDeps): Vaults => {
  const { store, logs, user, device, randomBytes, link } = deps;
  const keyRing = createKeyRing(device);
  const opened = new Map<VaultId, OpenedVault>();

  const viewOf = (vault: VaultId): LogView | undefined => {
    const state = logs.vault(vault);
    const identity = logs.identity(user);
    if (state === undefined || identity === undefined) return undefined;
    const { byEpoch, failures } = keyRing.vaultKeys(identity, state);
    const fallen = logs.branches.fallen(vault);
    return {
      state,
      keys: byEpoch,
      keyFailures: failures,
      identityAt: logs.identityAt,
      identity: logs.identity,
      fallen: fallen && {
        records: fallen.records,
        keys: () => keyRing.vaultKeys(identity, fallen.state).byEpoch,
      },
    };
  };

  const open = async (vault: VaultId, view: LogView): Promise<OpenedVault> => {
    const documentsChanged = createSignal<readonly DocId[] | undefined>();
    const core = await openVaultCore(
      {
        store,
        clock: deps.clock,
        watch: deps.watch,
        guard: deps.guard,
        owner: { user, device, randomBytes },
        link,
        onChange: deps.onChange,
        onDocuments: documentsChanged.tell,
        onAuthorUnknown: (author) => deps.onAuthorUnknown(author, vault),
        isLogHere: () => deps.isLogHere(vault),
        onLogAhead: () => deps.onLogAhead(vault),
        onRefused: (chain, taken) => deps.onRefused(vault, chain, taken),
        onOwnChainElsewhere: (chain) => deps.onOwnChainElsewhere(vault, chain),
        onFailure: deps.onFailure,
      },
      vault,
      view,
    );
    const awareness = createVaultAwareness({
      clock: deps.clock,
      randomBytes,
      device,
      memory: core.memory,
      send: (sealed) => deps.sendPresence(vault, sealed),
    });
    const entry: OpenedVault = {
      core,
      awareness,
      face: faceOf(core, awareness, {
        isCaughtUp: () => entry.isCaughtUp,
        onDocuments: documentsChanged.listen,
      }),
      isOpening: false,
      askedWith: undefined,
      isCaughtUp: false,
    };
    opened.set(vault, entry);
    return entry;
  };

  return {
    get: (vault) => opened.get(vault),
    all: () => [...opened.values()],
    viewOf,
    refresh: async (vault) => {
      const view = viewOf(vault);
      if (view === undefined) return undefined;
      const known = opened.get(vault);
      if (known === undefined) return open(vault, view);
      await known.core.viewChanged(view);
      return known;
    },
  };
};

const faceOf = (
  core: VaultCore,
  awareness: VaultAwareness,
  { isCaughtUp, onDocuments }: { readonly isCaughtUp: () => boolean } & Pick<Vault, "onDocuments">,
): Vault => ({
  id: core.vault,
  // In their turn: no mark is ahead of a document that is open.
  documents: () => core.job(() => documentMarks(core.memory)),
  markOf: (doc) => core.job(() => documentMark(core.memory, doc)),
  onDocuments,
  authorOf: createAuthors(core.memory),
  get heard() {
    return core.watch.state.notes.heard;
  },
  open: async (doc) => {
    const live = await core.hold(doc);
    let toldCount = core.takenBack(doc)?.count ?? 0;
    return {
      get doc() {
        return live.ydoc;
      },
      get awareness() {
        return awareness.of(live);
      },
      onReplaced: (listener) => live.onReplaced(listener),
      saved: async () => {
        const before = toldCount;
        const saved = await core.saved();
        const taken = core.takenBack(doc);
        if (!saved.ok || taken === undefined || taken.count === before) return saved;
        toldCount = taken.count;
        return err(taken.last);
      },
      [Symbol.asyncDispose]: async () => {
        await core.saved();
        core.release(doc);
      },
    };
  },
  get status() {
    const { waiting, pending, chains, own } = core.memory;
    const row = chains.get(own.chain);
    const unreceipted = row === undefined ? 0 : row.head.at - row.receipted;
    return {
      isCaughtUp: isCaughtUp(),
      pendingCount: waiting.length + pending.length + unreceipted,
      hasUnsaved: pending.length > 0,
      heldCount: waitingHolds(core.memory).length,
      alarmCount: standingAlarms(core.watch.book).length,
      isSealingStopped: core.memory.isSealingStopped,
    };
  },
});
