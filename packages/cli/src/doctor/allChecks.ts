/** Every check, in the order in which a person reads them: what others stand on comes first. */
import type { Check, Checking } from "./check.ts";
import {
  alarmsCheck,
  daemonCheck,
  indexCheck,
  lingerCheck,
  proxyCheck,
  serviceCheck,
  setupCheck,
  socketCheck,
  wordsCheck,
} from "./daemonChecks.ts";
import type { Facts } from "./facts.ts";
import { clockCheck, connectedCheck, relayCheck, socketWayCheck } from "./networkChecks.ts";
import {
  diskCheck,
  foldersCheck,
  logCheck,
  nodeCheck,
  olderFoldersCheck,
  programCheck,
  seedCheck,
  settingsCheck,
  storeCheck,
} from "./placeChecks.ts";

const checkings: readonly Checking[] = [
  programCheck,
  nodeCheck,
  foldersCheck,
  diskCheck,
  settingsCheck,
  seedCheck,
  storeCheck,
  socketCheck,
  daemonCheck,
  setupCheck,
  serviceCheck,
  lingerCheck,
  proxyCheck,
  relayCheck,
  clockCheck,
  socketWayCheck,
  connectedCheck,
  alarmsCheck,
  indexCheck,
  wordsCheck,
  logCheck,
  olderFoldersCheck,
];

export const judge = (facts: Facts): readonly Check[] =>
  checkings.flatMap((checking) => checking(facts) ?? []);
