/**
 * Where the device's seed lies: 32 bytes, from which both its key pairs follow. Adapters: fileKeyStore
 * (Node), memoryKeyStore (tests); a browser's comes with the viewer.
 */
import type { Result } from "@duro/crypto/types";

/** It is there and cannot be read now: never a reason to make another. */
export interface KeyStoreUnavailable {
  readonly type: "KeyStoreUnavailable";
  readonly code: string;
}

/** Somebody else may read it or put another in its place, or it holds something else. Nothing is mended. */
export interface KeyStoreUnsafe {
  readonly type: "KeyStoreUnsafe";
  readonly why:
    "others can read it" | "others can replace it" | "it is a link" | "no seed is in it";
}

/** A seed is there already: nothing was written. */
export interface KeyStoreTaken {
  readonly type: "KeyStoreTaken";
}

export interface KeyStore {
  /** Undefined: there is none yet. */
  load(): Promise<Result<Uint8Array | undefined, KeyStoreUnavailable | KeyStoreUnsafe>>;
  /** Durable once it resolves. */
  save(
    seed: Uint8Array,
  ): Promise<Result<void, KeyStoreUnavailable | KeyStoreUnsafe | KeyStoreTaken>>;
}
