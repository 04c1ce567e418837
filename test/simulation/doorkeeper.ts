/** A machine that runs the engine and lets another one in. */
import { LogKind } from "@duro/crypto/types";
import type { LogName, VaultId } from "@duro/protocol";
import { approvePairing, type Engine, inviteByPairing } from "../../packages/client/src/index.ts";
import type { MustKnow } from "./movedIn.ts";
import type { ProgramDeps } from "./program.ts";

type Approving = Parameters<typeof approvePairing>[1];
type Inviting = Parameters<typeof inviteByPairing>[1];

export interface Doorkeeper {
  approve(approval: Approving): ReturnType<typeof approvePairing>;
  invite(invitation: Inviting): ReturnType<typeof inviteByPairing>;
  /** What it has seen of the logs, and whoever it lets in must find again. */
  known(): MustKnow;
}

export const createDoorkeeper = (deps: ProgramDeps, engine: Engine, vault: VaultId): Doorkeeper => {
  const approving = { ...deps, engine };
  return {
    approve: (approval) => approvePairing(approving, approval),
    invite: (invitation) => inviteByPairing(approving, invitation),
    known: () => {
      const { user } = engine;
      const heads: readonly (readonly [LogName, number | undefined])[] = [
        // The newcomer itself comes behind it.
        [{ kind: LogKind.Identity, log: user }, engine.identity(user)?.head.index],
        [{ kind: LogKind.Vault, log: vault }, engine.vaultLog(vault)?.head.index],
      ];
      return {
        user,
        relayUrl: deps.relayUrl,
        // Looked at when it has joined: who was removed by then shows it nothing of that vault.
        get logs() {
          const isIn = engine.vaultLog(vault)?.members.has(user) === true;
          return heads.flatMap(([name, headIndex]) =>
            headIndex === undefined || (name.kind === LogKind.Vault && !isIn)
              ? []
              : [{ name, headIndex }],
          );
        },
      };
    },
  };
};
