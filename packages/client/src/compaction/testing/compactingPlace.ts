/** Vault cores that look after checkpoints, with blobs in memory and without engine and relay. */
import type { DeviceKeys } from "@duro/crypto";
import { assert, EnvelopeKind, ok } from "@duro/crypto/types";
import { envelopeIdOf } from "@duro/crypto/verify";
import {
  base64urlToBytes,
  blobTokens,
  envelopesToRun,
  relayGenerations,
  type Run,
  runToEnvelopes,
} from "@duro/protocol";
import type { Http } from "../../ports/http.ts";
import { deps, docOf, openCore, type OpenedCore, type Place } from "../../testing/vaultPlace.ts";
import { createCheckpointShelf } from "../checkpointShelf.ts";
import { type Compactor, createCompactor } from "../compactor.ts";

const hashByteLength = 32;
const generation = relayGenerations.fromBytes(new Uint8Array(32).fill(7));
const token = blobTokens.fromBytes(new Uint8Array(32).fill(9));

export interface BlobKeeper extends Http {
  readonly chunks: Map<string, Uint8Array>;
}

/** Keeps every chunk, and asks for no token that would be refused. */
export const createBlobKeeper = (): BlobKeeper => {
  const chunks = new Map<string, Uint8Array>();
  const answer = (status: number, body: Uint8Array = new Uint8Array()) =>
    ok({ status, headers: new Map<string, string>(), body });
  return {
    chunks,
    request: async ({ method, url, body = new Uint8Array() }) => {
      if (!url.includes("/chunks/")) {
        const said = JSON.parse(new TextDecoder().decode(body)) as { chunkHashes: string };
        const hashes = base64urlToBytes(said.chunkHashes);
        assert(hashes !== undefined, "an announcement of our own");
        const missing = Array.from({ length: hashes.length / hashByteLength }, (_, at) => at);
        return answer(200, new TextEncoder().encode(JSON.stringify({ missing })));
      }
      if (method === "PUT") {
        chunks.set(url, body);
        return answer(204);
      }
      const chunk = chunks.get(url);
      const gone = new TextEncoder().encode(JSON.stringify({ refusal: "NotFound", facts: {} }));
      return chunk === undefined ? answer(404, gone) : answer(200, chunk);
    },
  };
};

export interface CompactingCore extends OpenedCore {
  readonly compactor: Compactor;
  /** What it asked for. */
  readonly wanted: readonly number[];
  /** How often it wanted its own chain ended. */
  readonly endCount: number;
}

export const openCompactingCore = async (
  place: Place,
  device: DeviceKeys,
  http: BlobKeeper,
  options?: Parameters<typeof openCore>[2],
): Promise<CompactingCore> => {
  const opened = await openCore(place, device, options);
  const { core } = opened;
  const wanted: number[] = [];
  let endCount = 0;
  await core.connected([], undefined);
  const compactor = createCompactor({
    memory: core.memory,
    shelf: createCheckpointShelf(core.memory.store, core.vault),
    transfer: {
      http,
      clock: opened.clock,
      relayUrl: "http://relay.test",
      tokenFor: async () => ok(token),
    },
    randomBytes: deps.randomBytes,
    job: (work) => core.job(work),
    isReady: () => true,
    generation: () => generation,
    breathe: () => Promise.resolve(),
    endOwnChain: () => {
      endCount += 1;
    },
    dropBlob: async (blob) => {
      for (const url of http.chunks.keys()) if (url.includes(blob)) http.chunks.delete(url);
      return true;
    },
    wantBodies: (chain, seqs) => {
      wanted.push(...seqs);
      // The relay has none of them.
      compactor.bodiesMissing(chain, seqs);
    },
  });
  return {
    ...opened,
    puts: opened.puts,
    compactor,
    wanted,
    get endCount() {
      return endCount;
    },
  };
};

/** Three envelopes after which a checkpoint is due. */
export const fill = async (core: OpenedCore): Promise<void> => {
  for (let doc = 1; doc <= 3; doc += 1) {
    await core.type("x".repeat(400_000), docOf(doc));
    await core.sealAll();
  }
};

export const give = async (to: OpenedCore, runs: readonly Run[]): Promise<void> => {
  for (const run of runs) await to.core.envelopes([run], 1);
};

/** As the relay has them once the bodies of edits are gone. */
export const withoutEdits = ({ vault }: Place, runs: readonly Run[]): readonly Run[] =>
  runs.map((run) =>
    envelopesToRun(
      runToEnvelopes(vault.state.vault, run, envelopeIdOf).map(({ head, signature, body }) => ({
        head,
        signature,
        body: head.kind === EnvelopeKind.Data ? undefined : body,
      })),
    ),
  );
