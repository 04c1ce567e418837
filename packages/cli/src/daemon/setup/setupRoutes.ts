/** All routes by which a machine comes to its identity, and devices come and go. */
import type { Route } from "../routes.ts";
import { devicesRoute, renameDeviceRoute, revokeDeviceRoute } from "./deviceRoutes.ts";
import { initRoute } from "./initRoute.ts";
import { joinRoute } from "./joinRoute.ts";
import { fingerprintRoute, keysRoute, newPhraseRoute, tryWordsRoute } from "./keyRoutes.ts";
import { approveRoute, pairRoute } from "./letInRoutes.ts";
import { recoverRoute } from "./recoverRoute.ts";

export const setupRoutes: readonly Route[] = [
  initRoute,
  joinRoute,
  approveRoute,
  pairRoute,
  recoverRoute,
  devicesRoute,
  revokeDeviceRoute,
  renameDeviceRoute,
  keysRoute,
  tryWordsRoute,
  newPhraseRoute,
  fingerprintRoute,
];
