/** An app with the shell and the routes about the relay, without its core. */
import { buildHttp } from "../../http/buildHttp.ts";
import { createLoginNonces } from "../../login/loginNonces.ts";
import { registerAbout } from "../../routes/aboutRoutes.ts";
import type { BuildApp } from "../appDeps.ts";

export const buildShell =
  (onStop: () => Promise<void> = async () => {}): BuildApp =>
  async (deps) => {
    const { keys, generation, config, sql, nowMs } = deps;
    const http = buildHttp({
      ...deps,
      trustedProxies: config.trustedProxies,
      logsAddresses: config.logsAddresses,
      isHttps: false,
    });
    await http.register(registerAbout, {
      relayKey: keys.signKey,
      generation,
      registration: config.registration,
      nonces: createLoginNonces({ ...deps, seed: keys.seed }),
      askDatabase: () => sql`select 1`,
      nowMs,
    });
    return { http, stop: onStop };
  };
