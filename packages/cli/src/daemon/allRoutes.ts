/** Everything that the daemon can be asked. */
import { doctorRoutes } from "./doctorRoutes.ts";
import { entryRoutes } from "./entries/entryRoutes.ts";
import { exchangeRoutes } from "./exchange/exchangeRoutes.ts";
import { readRoutes } from "./read/readRoutes.ts";
import type { Route } from "./routes.ts";
import { setupRoutes } from "./setup/setupRoutes.ts";
import { syncRoutes } from "./sync/syncRoutes.ts";

export const allRoutes: readonly Route[] = [
  ...doctorRoutes,
  ...entryRoutes,
  ...exchangeRoutes,
  ...readRoutes,
  ...setupRoutes,
  ...syncRoutes,
];
