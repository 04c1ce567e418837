/** What runs on a machine: the engine, or the plain client that the world was proved with. */
import type { DeviceKeys, Phrase, RandomBytes } from "@duro/crypto";
import type { LogName } from "@duro/protocol";
import type { AlarmType } from "../../packages/client/src/index.ts";
import type { SinceCheckpoint } from "../../packages/client/src/checkpoints/checkpointDue.ts";
import type { LookDone } from "../../packages/client/src/compaction/compactor.ts";
import type { Clock } from "../../packages/client/src/ports/clock.ts";
import type { Http } from "../../packages/client/src/ports/http.ts";
import type { LocalStore } from "../../packages/client/src/ports/localStore.ts";
import type { Transport } from "../../packages/client/src/ports/transport.ts";
import type { Doorkeeper } from "./doorkeeper.ts";
import type { Sitting } from "./pairing.ts";
import type { Books } from "./people.ts";
import type { Rng } from "./rng.ts";
import type { Steward } from "./steward.ts";

export interface KnownLog {
  readonly name: LogName;
  readonly records: readonly Uint8Array[];
}

/** All that a program gets of the world, for one life of it. */
export interface ProgramDeps {
  readonly machine: string;
  readonly store: LocalStore;
  readonly transport: Transport;
  readonly http: Http;
  readonly clock: Clock;
  readonly randomBytes: RandomBytes;
  readonly device: DeviceKeys;
  readonly relayUrl: string;
  /** What may come until the next checkpoint; undefined: as an engine has it by itself. */
  readonly perCheckpoint: SinceCheckpoint | undefined;
  /** For what a program of a test looks up instead of learning it. */
  readonly books: Books;
  /** Whose machine it is, by number. */
  readonly owner: number;
  /** It only reads. */
  readonly isPhone: boolean;
  /** It lets itself in by these words. Undefined: somebody has let it in. */
  readonly phrase: Phrase | undefined;
  /** Somebody sits down in front of it to pair it. Undefined: it does not come in by pairing. */
  readonly sitDown: (() => Promise<Sitting | undefined>) | undefined;
  /** As whoever lets a machine in hands them over. */
  readonly logsNow: () => readonly KnownLog[];
  readonly note: (line: string) => void;
  /** Stands in every text that somebody writes. */
  readonly canary: string;
  readonly onAlarm: (type: AlarmType) => void;
  /** A bug came to light. */
  readonly fail: (cause: unknown) => void;
}

/** A document as somebody holds it. */
export interface Seen {
  readonly digest: string;
  /** All that somebody can read in it. */
  readonly text: string;
  readonly editIds: ReadonlySet<string>;
}

export interface Program {
  /** Resolves with whether it was said to be saved. */
  edit(document: number, editId: string, text: string, rng: Rng): Promise<boolean>;
  /** Looks after checkpoints at once. Undefined: it cannot. */
  compact(): Promise<LookDone | undefined>;
  look(): Promise<ReadonlyMap<number, Seen>>;
  /** Undefined: nothing of its own waits, and it knows of nothing that it has not. */
  readonly unrest: string | undefined;
  /** All that it ever raised in this life. */
  readonly alarms: readonly AlarmType[];
  /** Those that stand now, from whatever life: none is raised again by a restart. */
  readonly standingAlarms: readonly AlarmType[];
  /** Undefined: it cannot do anything about members and devices. */
  readonly steward: Steward | undefined;
  /** Undefined: it cannot let another machine in. */
  readonly doorkeeper: Doorkeeper | undefined;
  stop(): Promise<void>;
}

export type StartProgram = (deps: ProgramDeps) => Promise<Program>;
