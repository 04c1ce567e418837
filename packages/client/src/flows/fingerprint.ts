/** Eight words over what this device holds of a vault. Two devices with equal words see one world. */
import { fingerprintWords } from "@duro/crypto";
import { encode, envelopeIds, chainIds, recordIds, vaultIds } from "@duro/crypto/types";
import type { VaultId } from "@duro/protocol";
import type { Engine } from "../engine/engine.ts";

/** Undefined: the vault is not here. docs/crypto.md §10. */
export const vaultFingerprint = (
  engine: Pick<Engine, "vaultLog" | "chains">,
  vault: VaultId,
): readonly string[] | undefined => {
  const log = engine.vaultLog(vault);
  if (log === undefined) return undefined;
  const vector = [...engine.chains(vault)]
    .filter(({ head }) => head.at > 0)
    .toSorted((left, right) => (left.chain < right.chain ? -1 : 1));
  return fingerprintWords(
    encode((to) => {
      vaultIds.write(to, vault);
      to.varUint(log.head.index);
      recordIds.write(to, log.head.id);
      to.list(vector, (_, { chain, head }) => {
        chainIds.write(to, chain);
        to.varUint(head.at);
        envelopeIds.write(to, head.id);
      });
    }),
  );
};
