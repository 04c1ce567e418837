/** Every route of the daemon, by name; each area declares its own. The answer is what `--json` prints. */
import type { DoctorCalls } from "./doctorCalls.ts";
import type { EntryCalls } from "./entryCalls.ts";
import type { MemoryCalls } from "./memoryCalls.ts";
import type { ExchangeTalks } from "./exchangeCalls.ts";
import type { SetupCalls, SetupTalks } from "./setupCalls.ts";
import type { SyncCalls, SyncTalks } from "./syncCalls.ts";

export type Calls = MemoryCalls & EntryCalls & SetupCalls & SyncCalls & DoctorCalls;
export type Talks = ExchangeTalks & SetupTalks & SyncTalks;
