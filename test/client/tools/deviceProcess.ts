/**
 * One device as a program of its own, to be killed: writes into its documents, and says on its output
 * what it was promised to be durable. `quiet` on its input ends the writing, `list` asks for everything.
 */
import { writeSync } from "node:fs";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { deviceKeysFromSeed, secret, systemRandomBytes } from "@duro/crypto";
import { hexToBytes } from "@duro/crypto/types";
import { openEngine, type OpenDoc, systemClock, type Vault } from "@duro/client";
import {
  createNodeApplyGuard,
  createNodeHttp,
  createNodeTransport,
  openSqliteLocalStore,
} from "@duro/client/node";
import { vaultIds } from "@duro/protocol";
import { createChance } from "../../relay/tools/chance.ts";
import { docsOfRounds, type Order } from "./deviceOrder.ts";

const order = JSON.parse(process.argv[2] ?? "") as Order;
const chance = createChance(order.seed);

/** In one piece: whoever reads the other end sees a whole line or none. */
const say = (line: string): void => void writeSync(1, `${line}\n`);
const fail = (cause: unknown): never => {
  say(`failed ${cause instanceof Error ? (cause.stack ?? cause.message) : String(cause)}`);
  process.exit(1);
};

const store = openSqliteLocalStore(order.store);
const vaultId = vaultIds.parse(order.vault);
if (!store.ok || !vaultId.ok) fail("no store, or no vault");
else {
  const engine = await openEngine({
    store: store.value,
    transport: createNodeTransport(),
    http: createNodeHttp({ clock: systemClock }),
    clock: systemClock,
    guard: createNodeApplyGuard({ clock: systemClock }),
    randomBytes: systemRandomBytes,
    device: deviceKeysFromSeed(secret(hexToBytes(order.deviceSeed) ?? new Uint8Array())),
    relayUrl: order.relayUrl,
    program: "crash 1",
    onFailure: fail,
  });
  const vault = engine.ok ? engine.value.vault(vaultId.value) : undefined;
  if (!engine.ok || vault === undefined) fail("it is not set up");
  else {
    engine.value.connect();
    await work(vault);
  }
}

async function work(vault: Vault): Promise<void> {
  const docs: OpenDoc[] = [];
  for (const doc of docsOfRounds) docs.push(await vault.open(doc));
  const asked = { isQuiet: false };
  const answers: Record<string, () => void> = {
    quiet: () => {
      asked.isQuiet = true;
    },
    // Both are asked until both have everything.
    list: () => {
      const { isCaughtUp, pendingCount, heldCount } = vault.status;
      const words = docs.map(({ doc }) => doc.getArray<string>("words").toArray());
      const isSettled = isCaughtUp && pendingCount === 0 && heldCount === 0;
      // Longer than a pipe takes at once, so not by `say`; nobody kills while it is asked for.
      process.stdout.write(`list ${JSON.stringify({ isSettled, words })}\n`);
    },
  };
  createInterface(process.stdin).on("line", (line) => answers[line]?.());
  say("ready");
  for (let number = order.firstNumber; !asked.isQuiet; number += 1) {
    const opened = docs[chance.below(docs.length)];
    if (opened === undefined) continue;
    const words = opened.doc.getArray<string>("words");
    const word = `${order.name}:${number}`;
    words.insert(chance.below(words.length + 1), [word]);
    say(`made ${word}`);
    const saved = await opened.saved();
    say(saved.ok ? `saved ${word}` : `failed ${saved.error.type}`);
    await sleep(chance.below(order.pauseMsMax));
  }
  say("quiet");
}
