/** Every layer, in the order in which an implementation is best built. */
import { layer, type Layer } from "./layer.ts";
import { makeDerivation } from "./make/derivation.ts";
import { makeEnvelope } from "./make/envelope.ts";
import { makeHead } from "./make/head.ts";
import { makeIdentityLog } from "./make/identityLog.ts";
import { makeIds } from "./make/ids.ts";
import { makeDeviceKeys, makeUserKeys, makeVaultKeys } from "./make/keys.ts";
import { makePadding } from "./make/padding.ts";
import { makePhrase } from "./make/phrase.ts";
import { makeRun } from "./make/run.ts";
import { makeVaultLog } from "./make/vaultLog.ts";
import { makeStanding } from "./make/standing.ts";
import { makePlace } from "./make/place.ts";
import { makeLogKeys } from "./make/logKeys.ts";
import { makeAcceptPhrase } from "./make/acceptPhrase.ts";
import { runDerivation } from "./run/derivation.ts";
import { runEnvelope } from "./run/envelope.ts";
import { runHead } from "./run/head.ts";
import { runIdentityLog } from "./run/identityLog.ts";
import { runIds } from "./run/ids.ts";
import { runDeviceKeys, runUserKeys, runVaultKeys } from "./run/keys.ts";
import { runPadding } from "./run/padding.ts";
import { runPhrase } from "./run/phrase.ts";
import { runRun } from "./run/run.ts";
import { runVaultLog } from "./run/vaultLog.ts";
import { runStanding } from "./run/standing.ts";
import { runPlace } from "./run/place.ts";
import { runLogKeys } from "./run/logKeys.ts";
import { runAcceptPhrase } from "./run/acceptPhrase.ts";

export const layers: readonly Layer[] = [
  layer("derivation", { make: makeDerivation, run: runDerivation, main: ["key", "parts"] }),
  layer("ids", { make: makeIds, run: runIds, main: ["salt", "incarnation"] }),
  layer("padding", { make: makePadding, run: runPadding, main: ["content", "padded"] }),
  layer("device-keys", { make: makeDeviceKeys, run: runDeviceKeys, main: ["seed"] }),
  layer("user-keys", { make: makeUserKeys, run: runUserKeys, main: ["key"] }),
  layer("vault-keys", { make: makeVaultKeys, run: runVaultKeys, main: ["key"] }),
  layer("phrase", { make: makePhrase, run: runPhrase, main: [] }),
  layer("head", { make: makeHead, run: runHead, main: ["head"] }),
  layer("envelope", { make: makeEnvelope, run: runEnvelope, main: ["envelope"] }),
  layer("run", { make: makeRun, run: runRun, main: [] }),
  layer("identity-log", { make: makeIdentityLog, run: runIdentityLog, main: [] }),
  layer("vault-log", { make: makeVaultLog, run: runVaultLog, main: [] }),
  layer("standing", { make: makeStanding, run: runStanding, main: [] }),
  layer("place", { make: makePlace, run: runPlace, main: [] }),
  layer("log-keys", { make: makeLogKeys, run: runLogKeys, main: [] }),
  layer("accept-phrase", { make: makeAcceptPhrase, run: runAcceptPhrase, main: [] }),
];
