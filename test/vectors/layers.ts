/** Every layer, in an order in which an implementation can be built. */
import { layer, type Layer } from "./layer.ts";
import { makeAcceptPhrase } from "./make/acceptPhrase.ts";
import { makeBlob } from "./make/blob.ts";
import { makeBody } from "./make/body.ts";
import { makeClientFrame } from "./make/clientFrame.ts";
import { makeCheckNumber, makeFingerprint } from "./make/compare.ts";
import { makeDataContent } from "./make/dataContent.ts";
import { makeDerivation } from "./make/derivation.ts";
import { makeEnvelope } from "./make/envelope.ts";
import { makeHead } from "./make/head.ts";
import { makeIdentityLog } from "./make/identityLog.ts";
import { makeIds } from "./make/ids.ts";
import { makeKeyBox } from "./make/keyBox.ts";
import { makeDeviceKeys, makeUserKeys, makeVaultKeys } from "./make/keys.ts";
import { makeKeyWrap } from "./make/keyWrap.ts";
import { makeLogKeys } from "./make/logKeys.ts";
import { makePadding } from "./make/padding.ts";
import { makePairing } from "./make/pairing.ts";
import { makePairingChannel, makePairingCode } from "./make/pairingParts.ts";
import { makePassphrase } from "./make/passphrase.ts";
import { makePhrase } from "./make/phrase.ts";
import { makePlace } from "./make/place.ts";
import { makePresence } from "./make/presence.ts";
import { makeRelayFrame } from "./make/relayFrame.ts";
import { makeRun } from "./make/run.ts";
import { makeBlobDrop, makeLogin, makeReceipt } from "./make/signatures.ts";
import { makeStanding } from "./make/standing.ts";
import { makeVaultLog } from "./make/vaultLog.ts";
import { makeWireRun } from "./make/wireRun.ts";
import { runAcceptPhrase } from "./run/acceptPhrase.ts";
import { runBlob } from "./run/blob.ts";
import { runBody, runDataContent } from "./run/body.ts";
import { runCheckNumber, runFingerprint } from "./run/compare.ts";
import { runDerivation } from "./run/derivation.ts";
import { runEnvelope } from "./run/envelope.ts";
import { runClientFrame, runRelayFrame, runWireRun } from "./run/frames.ts";
import { runHead } from "./run/head.ts";
import { runIdentityLog } from "./run/identityLog.ts";
import { runIds } from "./run/ids.ts";
import { runKeyBox } from "./run/keyBox.ts";
import { runDeviceKeys, runUserKeys, runVaultKeys } from "./run/keys.ts";
import { runKeyWrap } from "./run/keyWrap.ts";
import { runLogKeys } from "./run/logKeys.ts";
import { runPadding } from "./run/padding.ts";
import { runPairing, runPairingChannel, runPairingCode } from "./run/pairing.ts";
import { runPassphrase } from "./run/passphrase.ts";
import { runPhrase } from "./run/phrase.ts";
import { runPlace } from "./run/place.ts";
import { runPresence } from "./run/presence.ts";
import { runRun } from "./run/run.ts";
import { runBlobDrop, runLogin, runReceipt } from "./run/signatures.ts";
import { runStanding } from "./run/standing.ts";
import { runVaultLog } from "./run/vaultLog.ts";

/** With the inputs, if there are any, of which a flipped bit must show. */
export const layers: readonly Layer[] = [
  layer("derivation", makeDerivation, runDerivation, ["key", "parts"]),
  layer("ids", makeIds, runIds, ["salt", "incarnation", "kemKey"]),
  layer("device-keys", makeDeviceKeys, runDeviceKeys, ["seed"]),
  layer("user-keys", makeUserKeys, runUserKeys, ["key"]),
  layer("vault-keys", makeVaultKeys, runVaultKeys, ["key", "vault"]),
  layer("phrase", makePhrase, runPhrase),
  layer("padding", makePadding, runPadding, ["content", "padded"]),
  layer("head", makeHead, runHead, ["head"]),
  layer("envelope", makeEnvelope, runEnvelope, ["envelope", "body", "signKey"]),
  layer("run", makeRun, runRun, ["signKey"]),
  layer("key-box", makeKeyBox, runKeyBox, ["box", "kemKey", "encapsulationSeed"]),
  layer("key-wrap", makeKeyWrap, runKeyWrap, ["wrap", "newer", "older"]),
  layer("identity-log", makeIdentityLog, runIdentityLog),
  layer("vault-log", makeVaultLog, runVaultLog),
  layer("standing", makeStanding, runStanding),
  layer("place", makePlace, runPlace, ["head"]),
  layer("log-keys", makeLogKeys, runLogKeys, ["deviceSeed"]),
  layer("accept-phrase", makeAcceptPhrase, runAcceptPhrase),
  layer("blob", makeBlob, runBlob, ["header", "content", "chunks", "salt"]),
  layer("presence", makePresence, runPresence, ["presence"]),
  layer("login", makeLogin, runLogin, ["signature", "relayNonce"]),
  layer("receipt", makeReceipt, runReceipt, ["signature", "envelopes"]),
  layer("blob-drop", makeBlobDrop, runBlobDrop, ["signature", "blob"]),
  layer("pairing-code", makePairingCode, runPairingCode, ["secret"]),
  layer("pairing", makePairing, runPairing, ["received", "secret", "kemSeed"]),
  layer("pairing-channel", makePairingChannel, runPairingChannel, ["bytes", "sessionKey"]),
  layer("check-number", makeCheckNumber, runCheckNumber, ["sessionKey"]),
  layer("fingerprint", makeFingerprint, runFingerprint, ["heads"]),
  layer("passphrase", makePassphrase, runPassphrase, ["salt"]),
  layer("body", makeBody, runBody, ["clear", "plaintext"]),
  layer("data-content", makeDataContent, runDataContent, ["content"]),
  layer("client-frame", makeClientFrame, runClientFrame, ["frame"]),
  layer("relay-frame", makeRelayFrame, runRelayFrame, ["frame"]),
  layer("wire-run", makeWireRun, runWireRun, ["frame"]),
];
