/** All routes of a relay, by name. */
import { aboutRoutes } from "./aboutRoutes.ts";
import { accountRoutes } from "./accountRoutes.ts";
import { blobRoutes } from "./blobRoutes.ts";

export const routes = { ...aboutRoutes, ...accountRoutes, ...blobRoutes } as const;
export type RouteName = keyof typeof routes;
