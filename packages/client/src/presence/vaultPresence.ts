/**
 * Who is where in a vault just now: y-protocols' awareness of each open document, sent sealed and signed,
 * and taken in from those who may write. Nothing of it is stored.
 */
import {
  decodePresence,
  openPresence,
  type PresenceError,
  type RandomBytes,
  sealPresence,
  type SignSecretKey,
  type VaultKey,
} from "@duro/crypto";
import {
  assert,
  type ChainId,
  err,
  type Malformed,
  ok,
  type Result,
  type SignPublicKey,
  type VersionUnsupported,
} from "@duro/crypto/types";
import { type DocId, type FormatUnsupported } from "@duro/protocol";
import { applyAwarenessUpdate, Awareness } from "y-protocols/awareness";
import type { Doc } from "yjs";
import type { Clock } from "../ports/clock.ts";
import { awarenessUpdate } from "./awarenessUpdate.ts";
import { createOutgoing } from "./outgoing.ts";
import { decodePresenceEntries, encodePresence, type PresenceEntry } from "./presenceForm.ts";
import { clientIdIn } from "../vault/clientIdIn.ts";

export interface VaultPresenceDeps {
  readonly clock: Clock;
  readonly randomBytes: RandomBytes;
  /** Our own, under which this device writes here. */
  readonly chain: ChainId;
  readonly signSecret: SignSecretKey;
  /** Of the newest epoch; undefined while we have none. */
  readonly vaultKey: () => VaultKey | undefined;
  /** Of a chain whose author may write now; undefined: of nobody that counts. */
  readonly signKeyOf: (chain: ChainId) => SignPublicKey | undefined;
  /** Goes nowhere while there is no connection. */
  readonly send: (sealed: Uint8Array) => void;
  /** A state of our own that is too long to send: others go on seeing the one before. */
  readonly onTooLong: (doc: DocId, byteLength: number) => void;
}

/** Ours, come back to us. */
interface PresenceOwn {
  readonly type: "PresenceOwn";
}

interface AuthorUnknown {
  readonly type: "AuthorUnknown";
  readonly chain: ChainId;
}

interface VaultKeyUnknown {
  readonly type: "VaultKeyUnknown";
}

/** None of them is worth an alarm: the next presence comes within seconds. */
type PresenceRefused =
  | PresenceError
  | Malformed
  | VersionUnsupported
  | FormatUnsupported
  | PresenceOwn
  | AuthorUnknown
  | VaultKeyUnknown;

export interface VaultPresence {
  /** Of a document that was opened: its clientID is ours there. Ends with the document, or by `destroy`. */
  join(doc: DocId, ydoc: Doc): Awareness;
  /** What came from the relay. */
  receive(bytes: Uint8Array): Result<void, PresenceRefused>;
  /** To those who are there by now: after a connection was made. */
  announce(): void;
  /** Says goodbye everywhere. */
  close(): void;
}

/** Whose doing a change of an awareness is, where it came from elsewhere. */
const elsewhere = "presence";

export const createVaultPresence = (deps: VaultPresenceDeps): VaultPresence => {
  const joined = new Map<DocId, Awareness>();
  const countsSeen = new Map<ChainId, number>();
  const { chain, signSecret, randomBytes } = deps;
  let count = 0;

  const sendSealed = (entries: readonly PresenceEntry[]): void => {
    const vaultKey = deps.vaultKey();
    if (vaultKey === undefined) return;
    // By the clock, so that it goes on rising when this device starts anew.
    count = Math.max(count + 1, deps.clock.nowMs());
    const place = { chain, count };
    deps.send(
      sealPresence({ randomBytes }, { vaultKey, signSecret }, place, encodePresence(entries)),
    );
  };
  const outgoing = createOutgoing({ ...deps, send: sendSealed });

  const queueOwn = (doc: DocId, awareness: Awareness): void =>
    outgoing.queue({ doc, state: awareness.getLocalState() });

  const take = (from: ChainId, clock: number, { doc, state }: PresenceEntry): void => {
    const awareness = joined.get(doc);
    if (awareness === undefined) return;
    const clientId = clientIdIn(from, doc);
    const isNew = state !== null && !awareness.states.has(clientId);
    applyAwarenessUpdate(awareness, awarenessUpdate({ clientId, clock, state }), elsewhere);
    // Whoever comes knows nothing yet of those who are there.
    if (isNew) queueOwn(doc, awareness);
  };

  return {
    join: (doc, ydoc) => {
      assert(!joined.has(doc), "a document is joined once");
      const ours = clientIdIn(chain, doc);
      assert(ydoc.clientID === ours, "the document has our clientID");
      const awareness = new Awareness(ydoc);
      joined.set(doc, awareness);
      awareness.on("update", (changed: AwarenessChange) => {
        if (isOf(changed, ours)) queueOwn(doc, awareness);
      });
      awareness.on("destroy", () => joined.delete(doc));
      queueOwn(doc, awareness);
      return awareness;
    },
    receive: (bytes) => {
      const opened = openFrom(deps, countsSeen, bytes);
      if (!opened.ok) return opened;
      const { from, count: clock, entries } = opened.value;
      for (const entry of entries) take(from, clock, entry);
      return ok(undefined);
    },
    announce: () => {
      for (const [doc, awareness] of joined) queueOwn(doc, awareness);
    },
    close: () => {
      for (const awareness of joined.values()) awareness.destroy();
    },
  };
};

interface AwarenessChange {
  readonly added: readonly number[];
  readonly updated: readonly number[];
  readonly removed: readonly number[];
}

const isOf = ({ added, updated, removed }: AwarenessChange, clientId: number): boolean =>
  [added, updated, removed].some((clientIds) => clientIds.includes(clientId));

interface OpenedPresence {
  readonly from: ChainId;
  readonly count: number;
  readonly entries: readonly PresenceEntry[];
}

/** Counts only what was opened: a forged count would else silence its author. */
const openFrom = (
  deps: Pick<VaultPresenceDeps, "chain" | "signKeyOf" | "vaultKey">,
  countsSeen: Map<ChainId, number>,
  bytes: Uint8Array,
): Result<OpenedPresence, PresenceRefused> => {
  const decoded = decodePresence(bytes);
  if (!decoded.ok) return decoded;
  const { chain: from, count } = decoded.value;
  if (from === deps.chain) return err({ type: "PresenceOwn" });
  const signKey = deps.signKeyOf(from);
  if (signKey === undefined) return err({ type: "AuthorUnknown", chain: from });
  const vaultKey = deps.vaultKey();
  if (vaultKey === undefined) return err({ type: "VaultKeyUnknown" });
  const countSeen = countsSeen.get(from) ?? 0;
  const opened = openPresence(vaultKey, decoded.value, { signKey, countSeen });
  if (!opened.ok) return opened;
  countsSeen.set(from, count);
  const entries = decodePresenceEntries(opened.value);
  return entries.ok ? ok({ from, count, entries: entries.value }) : entries;
};
