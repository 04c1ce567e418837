/** The vault that a machine lives in: there at once, or with what the relay brings to one just let in. */
import type { Clock, Engine, Vault } from "@duro/client";
import { Exit } from "../exits.ts";
import type { Problem } from "../problem.ts";

/** A machine that was just let in waits for the vault's log. */
const vaultWaitMsMax = 20_000;

export const firstVault = (engine: Engine, clock: Clock): Promise<Vault | undefined> =>
  new Promise((resolve) => {
    const [now] = engine.vaults;
    if (now !== undefined || engine.status.link === "none") return resolve(now);
    const settle = (vault: Vault | undefined): void => {
      giveUp();
      stop();
      resolve(vault);
    };
    const giveUp = clock.after(vaultWaitMsMax, () => settle(undefined));
    const stop = engine.onChange(() => {
      const [vault] = engine.vaults;
      const { link, ended } = engine.status;
      const isHopeless = ended !== undefined && (link === "waiting" || link === "stopped");
      if (vault !== undefined || isHopeless) settle(vault);
    });
  });

export const vaultNotHere: Problem = {
  code: "VaultNotHere",
  exit: Exit.Offline,
  message: "This machine was let in, but the vault has not come from the relay yet.",
  next: "check the connection, then: duro status",
};
