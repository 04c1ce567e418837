/** Protections of the memory from its own tools: what is deleted, read in, written out and believed. */
import { type Guard, guard, on } from "./guard.ts";

const entries = (file: string): string => `cli/src/daemon/entries/${file}`;
const exchange = (file: string): string => `cli/src/daemon/exchange/${file}`;
const forgetTests = [entries("forgetRoute.node.test.ts")];
const writeTests = [entries("writeRoutes.node.test.ts")];
const noticeTests = [entries("massDeletionNotices.node.test.ts")];
const importTests = [exchange("importRoute.node.test.ts")];
const exportTests = [exchange("exportRoute.node.test.ts")];
const roundTripTests = ["memory/src/exchange/roundTrip.test.ts"];

export const entryGuards: readonly Guard[] = [
  guard(
    "a mass deletion waits for a yes",
    entries("forgetRoute.ts"),
    "isMass({ count: ids.length, visibleCount })",
    forgetTests,
  ),
  guard(
    "a purge waits for a yes",
    entries("forgetRoute.ts"),
    'how === "purge"\n',
    forgetTests,
    "false\n",
  ),
  guard(
    "a mass deletion of another device is named",
    entries("massDeletionNotices.ts"),
    "isMass({ count, visibleCount: visibleCount + count })",
    noticeTests,
  ),
  guard(
    "one who deletes slowly is named too",
    entries("massDeletionNotices.ts"),
    "atMs - burst.untilMs <= pauseMs",
    noticeTests,
  ),
  guard(
    "what is forgotten is not worked on",
    entries("showPresent.ts"),
    "item.value.forgottenMs === undefined",
    writeTests,
    on,
  ),
  guard(
    "what an agent took from the web has the web's trust",
    entries("provenance.ts"),
    '{ provenance: "web" }',
    writeTests,
    "{}",
  ),
  guard(
    "a link that leads out of a folder is named",
    exchange("readFiles.ts"),
    "await leadsOut(root, name)",
    importTests,
  ),
  guard(
    "a link in a folder is not followed",
    exchange("readFiles.ts"),
    "if (entry.isDirectory())",
    importTests,
    'if (entry.isDirectory() || entry.name === "elsewhere")',
  ),
  guard(
    "JSON that is too deep is no memory",
    "memory/src/json.ts",
    "isTooDeep(value) ? undefined : value",
    importTests,
    "value",
  ),
  guard(
    "an export replaces nothing but an export",
    exchange("writeFolder.ts"),
    "foreign !== undefined) return err",
    exportTests,
    "(false as boolean)) return err",
  ),
  guard(
    "an import that was cut short goes on with its ids",
    "memory/src/exchange/ledger.ts",
    "!doc.getMap(kind.table).has(id)",
    roundTripTests,
  ),
  guard(
    "an import does not take what was said for what is there",
    "memory/src/exchange/planner.ts",
    "doc?.getMap(kind.table).has(known) === true",
    roundTripTests,
    on,
  ),
];
