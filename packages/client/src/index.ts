/** The door of the package. Adapters of one platform are behind `./node` and `./browser`. */
export type { Alarm, AlarmType } from "./alarms/alarms.ts";
export { type AlarmMeaning, alarmText, catalogue, heals, type NameOf } from "./alarms/catalogue.ts";
export { type StandingAlarm, standingAlarms } from "./alarms/standing.ts";
export { type DeviceKeys, deviceKeysFromSeed, secret, systemRandomBytes } from "@duro/crypto";
export { docIdOfName } from "./vault/docIdOfName.ts";
export { systemClock } from "./clock/systemClock.ts";
export {
  type Engine,
  type EngineDeps,
  type EngineStatus,
  type NotSetUp,
  openEngine,
} from "./engine/engine.ts";
export type { AlarmChange } from "./watch/engineWatch.ts";
export type { Author, OpenDoc, Vault, VaultStatus } from "./engine/vaults.ts";
export type { ApproveDeps } from "./flows/addNewcomer.ts";
export {
  type Approval,
  type ApproveError,
  approvePairing,
  inviteByPairing,
  type InviteError,
  type LetIn,
} from "./flows/approvePairing.ts";
export { askRelay, type AskRelayError, type RelayAbout } from "./flows/askRelay.ts";
export { cleanLabel, type DeviceCard, namelessCard } from "./flows/deviceCard.ts";
export { vaultFingerprint } from "./flows/fingerprint.ts";
export { type Founded, type Founding, foundIdentity } from "./flows/foundIdentity.ts";
export { identityRecords } from "./flows/identityRecords.ts";
export {
  type JoinAs,
  type JoinDeps,
  joinByPairing,
  type JoinError,
} from "./flows/joinByPairing.ts";
export type { JoinScreen } from "./flows/joinLine.ts";
export {
  dropRegistration,
  makeRegistration,
  readRegistration,
  type Registering,
  registrationWrite,
} from "./flows/keptRegistration.ts";
export { addMember, type Joining, removeMember, setRole } from "./flows/members.ts";
export { openToLook } from "./flows/openToLook.ts";
export { newPhrase, type NewPhraseError } from "./flows/newPhrase.ts";
export { recover, type RecoverError, type Recovery } from "./flows/recover.ts";
export {
  type Revoked,
  revokeDevice,
  type RevokeDeps,
  type RevokeError,
} from "./flows/revokeDevice.ts";
export { settleFork, type SettleForkError, type Stands } from "./flows/settleFork.ts";
export { registerAccount, type RegistrationRefused } from "./flows/registerAccount.ts";
export type { Clock } from "./ports/clock.ts";
export type { AnswerTooLong, Http, HttpAnswer, HttpRequest, Unreachable } from "./ports/http.ts";
export type {
  KeyStore,
  KeyStoreTaken,
  KeyStoreUnavailable,
  KeyStoreUnsafe,
} from "./ports/keyStore.ts";
export {
  type CommitError,
  type Entry,
  type KeyRange,
  type LocalStore,
  type OpenError,
  type StoreBroken,
  type StoreClosed,
  type StoreFull,
  type StoreNewer,
  type StoreReader,
  type StoreTable,
  storeTables,
  storeVersion,
  wholeTable,
  type Write,
} from "./ports/localStore.ts";
export type { Socket, SocketClosed, SocketEvents, Transport } from "./ports/transport.ts";
export {
  createPhrase,
  deviceFromSeed,
  ensureDevice,
  isOfWords,
  keepFounding,
  newSeed,
  parseWords,
  type Phrase,
  type PhraseError,
  type PhraseRefused,
  prepareFounding,
  readFounding,
  settleFounding,
  tryWords,
} from "./setup.ts";
