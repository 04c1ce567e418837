/**
 * What of others' updates becomes part of a document: what it does not have yet, without types that lie too
 * deep. The same whether the document is open or not.
 */
import type { DocId } from "@duro/protocol";
import { boundDepth } from "../updates/nestingDepth.ts";
import { newPart } from "../updates/newPart.ts";
import type { VaultView } from "./view.ts";

export interface BoundDepthDeps {
  /** The document's updates, as they are in the store. */
  readonly load: (doc: DocId) => Promise<readonly Uint8Array[]>;
  readonly nextTurn: () => Promise<void>;
}

export const createBoundDepth =
  ({ load, nextTurn }: BoundDepthDeps): VaultView["boundDepth"] =>
  async (draft, change) => {
    const { doc } = change;
    const { depth, clocks } = await draft.document(doc);
    const { brings } = change;
    const known = brings === undefined ? 0 : (clocks.get(brings.clientId) ?? 0);
    const update = newPart(change.update, brings, known);
    const updates = async (): Promise<readonly Uint8Array[]> => [
      ...(await load(doc)),
      ...(draft.applied.get(doc) ?? []),
    ];
    return {
      ...change,
      ...(await boundDepth({ ...change, update }, { depth, updates }, nextTurn)),
    };
  };
