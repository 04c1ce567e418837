/** A person's vault with many facts, as their daemon would have left it. */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import {
  createPhrase,
  ensureDevice,
  prepareFounding,
  settleFounding,
  systemClock,
  systemRandomBytes,
} from "../../../packages/client/src/index.ts";
import {
  createFileKeyStore,
  createNodeHttp,
  createNodeTransport,
  openSqliteLocalStore,
} from "../../../packages/client/src/node.ts";
import { openHome } from "../../../packages/cli/src/daemon/openHome.ts";
import { type DocName, remember } from "../../../packages/memory/src/index.ts";
import { progress } from "../relay/progress.ts";
import { createFacts } from "./facts.ts";

const random = { randomBytes: systemRandomBytes };
const dayMs = 86_400_000;
/** As many as somebody writes in one go: an import, a day of an agent. */
const batchCount = 250;

const must = <T>(
  result:
    { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: unknown },
): T => {
  if (!result.ok) throw new Error(`refused: ${JSON.stringify(result.error)}`);
  return result.value;
};

/** Where `duro --home` looks for them. */
export const fillHome = async (home: string, factCount: number): Promise<void> => {
  const data = join(home, "data");
  mkdirSync(data, { recursive: true, mode: 0o700 });
  const store = must(openSqliteLocalStore(join(data, "store.sqlite")));
  const keyStore = createFileKeyStore({ path: join(data, "device.seed"), ...random });
  const device = must(await ensureDevice(keyStore, random));
  must(await settleFounding(store, prepareFounding(random, device, createPhrase(random))));
  const nowMs = systemClock.nowMs();
  // The facts of a year.
  let atMs = nowMs - 365 * dayMs;
  const clock = { ...systemClock, nowMs: () => atMs };
  const opened = must(
    await openHome({
      store,
      keyStore,
      transport: createNodeTransport(),
      http: createNodeHttp({ clock }),
      clock,
      log: { info: () => {}, warn: console.error, error: console.error },
      indexFile: join(data, "index.sqlite"),
      version: "0.1.0",
      server: undefined,
      isPaused: false,
      isRemovedByRelay: () => false,
      onChange: () => {},
    }),
  );
  if (opened === undefined) throw new Error("nobody lives here");
  const facts = createFacts(factCount);
  for (let at = 0; at < facts.length; at += batchCount) {
    atMs = nowMs - Math.floor((365 * dayMs * (facts.length - at)) / facts.length);
    progress(`a vault of ${factCount} facts: ${at}`);
    const batch = facts.slice(at, at + batchCount);
    must(
      await opened.write((memory) => {
        const docs = new Set<DocName>();
        for (const { claim, tags, snippet } of batch) {
          const written = remember(memory, { claim, tags, evidence: { snippet } });
          if (!written.ok) return written;
          for (const doc of written.value.docs) docs.add(doc);
        }
        return { ok: true, value: { docs: [...docs] } };
      }),
    );
  }
  await opened[Symbol.asyncDispose]();
  await store.close();
};
