/**
 * Ids for programs that know their documents by name: the same on every device of a vault. No secret is
 * needed, since the id of a document stands nowhere that a relay can read.
 */
import { hash16 } from "./hash.ts";
import { vaultIds, type VaultId } from "./ids.ts";
import { labels } from "./labels.ts";

export const documentIdOf = (vault: VaultId, name: string): Uint8Array =>
  hash16(labels.documentId, vaultIds.toBytes(vault), new TextEncoder().encode(name));
