/** Records whose content no writer of ours writes, signed like any other. */
import { encode } from "../../../packages/crypto/src/bytes/writer.ts";
import { hash32 } from "../../../packages/crypto/src/hash.ts";
import { deviceIds } from "../../../packages/crypto/src/ids.ts";
import { labels } from "../../../packages/crypto/src/labels.ts";
import type { RecordSigner } from "../../../packages/crypto/src/logs/record.ts";
import { sign } from "../../../packages/crypto/src/sign.ts";

export const rawRecord = (content: Uint8Array, signers: readonly RecordSigner[]): Uint8Array => {
  const id = hash32(labels.recordId, content);
  return encode((to) => {
    to.bytes(content);
    to.list(signers, (_, signer) => {
      deviceIds.write(to, signer.id);
      to.bytes(sign(signer.signSecret, labels.signRecord, id));
    });
  });
};
