/** What changes the memory, as routes. */
import type { Route } from "../routes.ts";
import { editRoute } from "./editRoute.ts";
import { episodeRoutes } from "./episodeRoutes.ts";
import { forgetRoute } from "./forgetRoute.ts";
import { skillRoutes } from "./skillRoutes.ts";
import { writeRoutes } from "./writeRoutes.ts";

export const entryRoutes: readonly Route[] = [
  ...writeRoutes,
  editRoute,
  forgetRoute,
  ...episodeRoutes,
  ...skillRoutes,
];
