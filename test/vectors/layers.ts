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
import { makeKeyBox } from "./make/keyBox.ts";
import { makeKeyWrap } from "./make/keyWrap.ts";
import { makeBlob } from "./make/blob.ts";
import { makePresence } from "./make/presence.ts";
import { makeBlobDrop, makeLogin, makeReceipt } from "./make/signatures.ts";
import { makePairing } from "./make/pairing.ts";
import { makePairingChannel, makePairingCode } from "./make/pairingParts.ts";
import { makeCheckNumber, makeFingerprint } from "./make/compare.ts";
import { makePassphrase } from "./make/passphrase.ts";
import { makeBody, makeDataContent } from "./make/body.ts";
import { makeClientFrame } from "./make/clientFrame.ts";
import { makeRelayFrame } from "./make/relayFrame.ts";
import { makeWireRun } from "./make/wireRun.ts";
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
import { runKeyBox } from "./run/keyBox.ts";
import { runKeyWrap } from "./run/keyWrap.ts";
import { runBlob } from "./run/blob.ts";
import { runPresence } from "./run/presence.ts";
import { runBlobDrop, runLogin, runReceipt } from "./run/signatures.ts";
import { runPairing, runPairingChannel, runPairingCode } from "./run/pairing.ts";
import { runCheckNumber, runFingerprint } from "./run/compare.ts";
import { runPassphrase } from "./run/passphrase.ts";
import { runBody, runDataContent } from "./run/body.ts";
import { runClientFrame, runRelayFrame, runWireRun } from "./run/frames.ts";

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
  layer("key-box", { make: makeKeyBox, run: runKeyBox, main: ["box"] }),
  layer("key-wrap", { make: makeKeyWrap, run: runKeyWrap, main: ["wrap"] }),
  layer("blob", { make: makeBlob, run: runBlob, main: ["chunks"] }),
  layer("presence", { make: makePresence, run: runPresence, main: ["presence"] }),
  layer("login", { make: makeLogin, run: runLogin, main: ["signature"] }),
  layer("receipt", { make: makeReceipt, run: runReceipt, main: ["signature"] }),
  layer("blob-drop", { make: makeBlobDrop, run: runBlobDrop, main: ["signature"] }),
  layer("pairing-code", { make: makePairingCode, run: runPairingCode, main: ["secret"] }),
  layer("pairing", { make: makePairing, run: runPairing, main: ["received"] }),
  layer("pairing-channel", { make: makePairingChannel, run: runPairingChannel, main: ["bytes"] }),
  layer("check-number", { make: makeCheckNumber, run: runCheckNumber, main: ["sessionKey"] }),
  layer("fingerprint", { make: makeFingerprint, run: runFingerprint, main: ["heads"] }),
  layer("passphrase", { make: makePassphrase, run: runPassphrase, main: ["salt"] }),
  layer("body", { make: makeBody, run: runBody, main: ["plaintext"] }),
  layer("data-content", { make: makeDataContent, run: runDataContent, main: ["content"] }),
  layer("client-frame", { make: makeClientFrame, run: runClientFrame, main: ["frame"] }),
  layer("relay-frame", { make: makeRelayFrame, run: runRelayFrame, main: ["frame"] }),
  layer("wire-run", { make: makeWireRun, run: runWireRun, main: ["frame"] }),
];
