/** What envelopes of our own chain changed: read back where they do not count any more. */
import { openBody, type VaultKey } from "@duro/crypto";
import { assert, EnvelopeKind } from "@duro/crypto/types";
import { verifyEnvelope } from "@duro/crypto/verify";
import { decodeBody, decodeDataContent } from "@duro/protocol";
import type { Edit } from "./outbox.ts";
import { readEnvelopes } from "./readEnvelopes.ts";
import type { VaultMemory } from "./vaultMemory.ts";

export const ownEditsFrom = async (
  memory: VaultMemory,
  fromSeq: number,
  keys: ReadonlyMap<number, VaultKey> = memory.view.keys,
): Promise<readonly Edit[]> => {
  const { own } = memory;
  const head = memory.chains.get(own.chain)?.head.at ?? 0;
  const edits: Edit[] = [];
  for (let seq = fromSeq; seq <= head;) {
    const page = await readEnvelopes(memory, own.chain, seq, head + 1);
    assert(page.length > 0, "what a chain's row names is in the store");
    seq += page.length;
    for (const envelope of page) {
      if (envelope.head.kind !== EnvelopeKind.Data) continue;
      const key = keys.get(envelope.head.epoch);
      const verified = verifyEnvelope(envelope, own.device.signKey);
      assert(key !== undefined && verified.ok, "what we sealed is ours, and we have its key");
      // Dropped here behind a checkpoint: what is left of it stands in the documents.
      if (verified.value.body === undefined) continue;
      const content = openBody(key, verified.value);
      assert(content.ok, "what we sealed opens");
      const body = decodeBody(envelope.head, content.value);
      assert(body.ok && body.value.type === "Data", "what we sealed can be read");
      const data = decodeDataContent(body.value.plaintext.content);
      assert(data.ok, "what we sealed can be read");
      edits.push(...data.value.updates);
    }
  }
  return edits;
};
