/** Files in and out, as routes. */
import type { Route } from "../routes.ts";
import { exportRoute } from "./exportRoute.ts";
import { importRoute } from "./importRoute.ts";

export const exchangeRoutes: readonly Route[] = [importRoute, exportRoute];
