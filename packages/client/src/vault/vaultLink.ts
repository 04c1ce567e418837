/** What a vault says to the connection. Nothing of it fails: without a connection it goes nowhere. */
import type { Run, VaultId, Vector } from "@duro/protocol";

export interface VaultLink {
  /** So many bytes more wait to be sealed: the answer is `seal`, when it is time. */
  dirty(vault: VaultId, byteLength: number): void;
  /** What is edited now is to be sealed at once, and may be put without being asked for. */
  isIdle(vault: VaultId): boolean;
  /** The answer to `seal`, behind its puts: so much waits still. */
  sealed(vault: VaultId, remainingByteLength: number): void;
  /** The other answer: not now. `dirty` follows when it can be. */
  sealLater(vault: VaultId): void;
  put(vault: VaultId, run: Run): void;
  /** So many bytes of envelopes were dealt with. */
  taken(byteLength: number): void;
  /** What is missing behind this vector is to be sent. */
  pull(vault: VaultId, vector: Vector): void;
}
