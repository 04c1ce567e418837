/** What is on a newcomer's disk: nothing before it has joined, and everything at once. */
import { LogKind } from "@duro/crypto/types";
import type { LogName, UserId } from "@duro/protocol";
import { storeTables } from "../../packages/client/src/ports/localStore.ts";
import { factKey, recordsOf } from "../../packages/client/src/store/keys.ts";
import { type DiskImage, getFrom, rangeFrom } from "./diskTables.ts";

/** What whoever lets it in has seen of the logs by then. */
export interface MustKnow {
  readonly user: UserId;
  readonly relayUrl: string;
  readonly logs: readonly { readonly name: LogName; readonly headIndex: number }[];
}

const everything = { from: new Uint8Array(), end: undefined };
const recordCountMax = 1_000;

/** Undefined keeps nobody out: the name of each table in which something lies. */
export const checkUntouched = (image: DiskImage): readonly string[] =>
  storeTables
    .filter((table) => rangeFrom(image, table, everything, 1).length > 0)
    .map((table) => `something in ${table}`);

export const checkMovedIn = (image: DiskImage, { relayUrl, logs }: MustKnow): readonly string[] => [
  ...(getFrom(image, "facts", factKey("self")) === undefined ? ["does not know who it is"] : []),
  ...(getFrom(image, "facts", factKey("relayKey", relayUrl)) === undefined
    ? ["does not know its relay"]
    : []),
  ...logs.flatMap(({ name, headIndex }) => {
    const { length } = rangeFrom(image, "records", recordsOf(name), recordCountMax);
    const whose = name.kind === LogKind.Identity ? "its person" : "the vault";
    return length > headIndex
      ? []
      : [`has ${length} records of ${whose}'s log, where ${headIndex + 1} were seen`];
  }),
];
