import type { FuzzTarget } from "./targets.ts";

export const protocolTargets: readonly FuzzTarget[] = [];
