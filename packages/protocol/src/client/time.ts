/** Time that only goes on, made of a clock that people and time servers set. */
import type { ClientConnection, MachineTime } from "./clientState.ts";

/** A clock that was set back stood still for one step; one that was set on, or slept, has passed. */
export const passTo = ({ wallMs, timeMs }: MachineTime, nowMs: number): MachineTime => ({
  wallMs: nowMs,
  timeMs: timeMs + Math.max(0, nowMs - wallMs),
});

/** As the rim's clock will say it. */
export const wallOf = ({ time }: ClientConnection, atMs: number): number =>
  Math.ceil(time.wallMs + (atMs - time.timeMs));
