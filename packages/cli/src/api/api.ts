/**
 * What a command may ask of the daemon. `call` is one question and one answer; `talk` is for what takes
 * several steps (pairing, recovery) or shows its progress: the daemon says lines, and may be answered.
 */
import type { Problem } from "../problem.ts";
import type { Result } from "../result.ts";
import type { Calls, Talks } from "./calls.ts";

export interface Api {
  call<N extends keyof Calls>(
    name: N,
    body: Calls[N]["body"],
  ): Promise<Result<Calls[N]["answer"], Problem>>;
  /** `hear` is told each line; what it gives back, other than undefined, answers that line. */
  talk<N extends keyof Talks>(
    name: N,
    body: Talks[N]["body"],
    hear: (line: Talks[N]["line"]) => Promise<Talks[N]["reply"] | undefined>,
  ): Promise<Result<Talks[N]["answer"], Problem>>;
}
