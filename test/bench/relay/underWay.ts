/**
 * How many puts a writer of either side has under way. Whoever gathers has one, and gathers the next
 * while it is stored; whoever puts every envelope by itself sends on without waiting.
 */
import { limits } from "@duro/protocol";

/** Of one writer, about. */
const envelopesUnderWay = 100;

export const putsUnderWay = (putSize: number): number =>
  Math.max(1, Math.min(limits.putsInFlightMax, Math.floor(envelopesUnderWay / putSize)));
