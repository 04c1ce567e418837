import type { Home } from "./daemon.ts";

/** Of those that a list shows. */
export const entryCountOf = ({ index }: Pick<Home, "index">): number =>
  [...index.countByType().values()].reduce((sum, count) => sum + count, 0);
