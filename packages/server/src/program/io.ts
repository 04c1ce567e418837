/** What a command may touch of the process it runs in; main.ts hands in the real one. */
import type { RandomBytes } from "@duro/crypto/receipt";
import type { MachineNames } from "../http/hostNames.ts";
import type { StopRequest } from "./stopRequest.ts";

export interface Io {
  readonly writeOut: (text: string) => void;
  readonly writeErr: (text: string) => void;
  /** Colour is for a terminal, and NO_COLOR is honoured. */
  readonly hasColour: boolean;
  readonly isErrTerminal: boolean;
  readonly nowMs: () => number;
  readonly randomBytes: RandomBytes;
  readonly machine: () => MachineNames;
  /** Undefined: nobody is there to be asked. */
  readonly ask: ((question: string) => Promise<boolean>) | undefined;
  readonly stop: StopRequest;
}
