/** Everything that the daemon can be asked. */
import { entryRoutes } from "./entries/entryRoutes.ts";
import type { Route } from "./routes.ts";
import { syncRoutes } from "./sync/syncRoutes.ts";

export const allRoutes: readonly Route[] = [...entryRoutes, ...syncRoutes];
