import { documentIdOf } from "@duro/crypto";
import { type DocId, docIds, type VaultId } from "@duro/protocol";

/** For programs that know their documents by name: the same id on every device of a vault. */
export const docIdOfName = (vault: VaultId, name: string): DocId =>
  docIds.fromBytes(documentIdOf(vault, name));
