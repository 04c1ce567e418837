import { type VaultKey, vaultKeyFrom, secret } from "@duro/crypto";
import { seededRandomBytes } from "@duro/crypto/testing/seededRandomBytes";
import { blobIds, type BlobRef, ok, vaultIds } from "@duro/crypto/types";
import { BlobAction } from "@duro/protocol";
import { beforeEach, describe, expect, test } from "vitest";
import type { Clock } from "../ports/clock.ts";
import {
  answer,
  createFakeBlobRelay,
  type FakeBlobRelay,
  refuse,
  unreachable,
} from "../testing/fakeBlobRelay.ts";
import { createMemoryDisk, openMemoryLocalStore } from "../testing/memoryLocalStore.ts";
import { createStoreShelf } from "./blobShelf.ts";
import type { BlobContent } from "./contentParts.ts";
import { fetchBlob } from "./fetchBlob.ts";
import type { BlobProgress } from "./progress.ts";
import { sealToShelf } from "./sealToShelf.ts";
import { getBlob, putBlob } from "./transferBlob.ts";
import { uploadBlob } from "./uploadBlob.ts";

const vault = vaultIds.fromBytes(new Uint8Array(vaultIds.byteLength).fill(1));
const keyOf = (epoch: number): VaultKey =>
  vaultKeyFrom({ vault, epoch }, secret(new Uint8Array(32).fill(9)));
const vaultKey = keyOf(1);
const randomBytes = seededRandomBytes("blobs");

/** Three chunks, no two bytes in a row alike. */
const content = new Uint8Array(1_200_000).map((_, at) => at % 251);
const byteLengthMax = 2_000_000;

let relay: FakeBlobRelay;
beforeEach(() => {
  relay = createFakeBlobRelay();
});

const put = (what: BlobContent = content, onProgress?: (progress: BlobProgress) => void) =>
  putBlob({ ...relay, vaultKey, randomBytes }, what, onProgress);
const get = (ref: BlobRef) => getBlob({ ...relay, vaultKey }, ref, { byteLengthMax });

const putWhole = async (): Promise<BlobRef> => {
  const ref = await put();
  if (!ref.ok) throw new Error(`not put: ${ref.error.type}`);
  return ref.value;
};

async function* streamOf(bytes: Uint8Array, byteLength: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += byteLength) yield bytes.subarray(at, at + byteLength);
}

describe("there and back", () => {
  test.each([0, 1, 524_208, 524_209, 1_200_000])(
    "a content of %i bytes comes back as it was",
    async (byteLength) => {
      const ref = await put(content.subarray(0, byteLength));
      expect(ref.ok && (await get(ref.value))).toEqual(ok(content.slice(0, byteLength)));
    },
  );

  test.each([1_000, 524_216, 700_001])("so does a stream in parts of %i", async (partLength) => {
    const parts = streamOf(content, partLength);
    const ref = await put({ byteLength: content.length, parts });
    expect(ref.ok && (await get(ref.value))).toEqual(ok(content));
  });

  test("the relay sees nothing of the content, and one content never twice the same", async () => {
    const first = await putWhole();
    const sealed = [...relay.chunks.values()];
    relay.chunks.clear();
    const second = await putWhole();
    expect(second.id).not.toBe(first.id);
    const [run] = sealed.map((chunk) => new TextDecoder("latin1").decode(chunk));
    expect(run).not.toContain(new TextDecoder("latin1").decode(content.subarray(0, 16)));
  });

  test("progress is told chunk by chunk, both ways", async () => {
    const told: BlobProgress[] = [];
    const ref = await put(content, (progress) => told.push(progress));
    expect(told.map(({ doneChunkCount }) => doneChunkCount)).toEqual([0, 1, 2, 3]);
    if (!ref.ok) return;
    told.length = 0;
    const onProgress = (progress: BlobProgress) => told.push(progress);
    await getBlob({ ...relay, vaultKey }, ref.value, { byteLengthMax, onProgress });
    expect(told.map(({ doneChunkCount }) => doneChunkCount)).toEqual([1, 2, 3]);
    expect(told.every(({ chunkCount }) => chunkCount === 3)).toBe(true);
  });

  test.each([
    ["less", 1_199_999],
    ["more", 1_200_001],
  ])("a stream that has %s than it said is not put", async (_, got) => {
    const bytes = new Uint8Array(got);
    const ref = await put({ byteLength: 1_200_000, parts: streamOf(bytes, 500_000) });
    expect(ref).toEqual({
      ok: false,
      error: { type: "ContentLengthWrong", expected: 1_200_000, got },
    });
    expect(relay.asked).toEqual([]);
  });

  test("a blob that is longer than can be held is not fetched", async () => {
    const ref = await putWhole();
    relay.fault = () => unreachable;
    const got = await getBlob({ ...relay, vaultKey }, ref, { byteLengthMax: 1_199_999 });
    expect(got).toMatchObject({ ok: false, error: { type: "ContentTooLong" } });
  });
});

describe("tokens", () => {
  test("one is enough while it lasts, for writing or for reading", async () => {
    const ref = await putWhole();
    await get(ref);
    expect(relay.tokensGiven).toEqual([BlobAction.Write, BlobAction.Read]);
  });

  test("one that is over on the way is asked for anew, and nothing is lost", async () => {
    relay.fault = (asked) => {
      if (asked === "PUT 1" && relay.tokensGiven.length === 1) relay.endTokens();
      return undefined;
    };
    const ref = await putWhole();
    expect(relay.asked).toEqual(["PUT", "PUT 0", "PUT 1", "PUT 1", "PUT 2"]);
    relay.fault = (asked) => {
      if (asked === "GET 2" && relay.tokensGiven.length === 3) relay.endTokens();
      return undefined;
    };
    expect(await get(ref)).toEqual(ok(content));
    expect(relay.tokensGiven).toHaveLength(4);
  });

  test("one that is never taken is not asked for again and again", async () => {
    relay.fault = () => refuse("TokenInvalid");
    expect(await put()).toMatchObject({
      ok: false,
      error: { type: "BlobRefused", refusal: "TokenInvalid" },
    });
    expect(relay.tokensGiven).toHaveLength(1);
  });

  test("none is none", async () => {
    relay.refuseTokens();
    expect(await put()).toEqual({ ok: false, error: { type: "TokenNotGiven", cause: "no token" } });
    expect(relay.asked).toEqual([]);
  });
});

describe("a way that breaks off", () => {
  const shelves = () => createStoreShelf(openMemoryLocalStore(createMemoryDisk()));

  test("what fails for a moment is tried again, after pauses that grow", async () => {
    let failures = 3;
    relay.fault = (asked) => (asked === "PUT 1" && failures-- > 0 ? unreachable : undefined);
    expect((await put()).ok).toBe(true);
    expect(relay.pausesMs).toEqual([500, 2_000, 8_000]);
  });

  test.each([
    ["no network", unreachable],
    ["a relay that stops", refuse("ShuttingDown")],
    ["a gateway without a relay", answer(502, "<h1>Bad gateway</h1>")],
  ])("%s is waited for, and not for ever", async (_, fault) => {
    relay.fault = () => fault;
    expect((await put()).ok).toBe(false);
    expect(relay.asked).toHaveLength(5);
  });

  test("whoever gives up does not wait for what was paused", async () => {
    const giving = new AbortController();
    const clock: Clock = {
      nowMs: () => 0,
      after: () => {
        queueMicrotask(() => giving.abort());
        return () => {};
      },
    };
    relay.fault = (_, { signal }) => (signal?.aborted === true ? unreachable : answer(503));
    const deps = { ...relay, clock, vaultKey, randomBytes, signal: giving.signal };
    expect(await putBlob(deps, content)).toEqual(unreachable);
    expect(relay.asked).toHaveLength(2);
  });

  test("an upload goes on where it stopped, also in another process", async () => {
    const shelf = shelves();
    const sealed = await sealToShelf({ shelf, randomBytes }, vaultKey, content);
    if (!sealed.ok) throw new Error("sealed");
    relay.fault = (asked) => (asked === "PUT 2" ? unreachable : undefined);
    const first = await uploadBlob({ ...relay, shelf }, sealed.value);
    expect(first).toMatchObject({ ok: false, error: { type: "Unreachable" } });
    relay.fault = () => undefined;
    const before = relay.asked.length;
    expect(await uploadBlob({ ...relay, shelf }, sealed.value)).toEqual(ok(undefined));
    expect(relay.asked.slice(before)).toEqual(["PUT", "PUT 2"]);
    expect(await get(sealed.value)).toEqual(ok(content));
  });

  test("a download goes on where it stopped, and then needs no relay", async () => {
    const shelf = shelves();
    const ref = await putWhole();
    relay.fault = (asked) => (asked === "GET 2" ? unreachable : undefined);
    expect((await fetchBlob({ ...relay, vaultKey, shelf }, ref)).ok).toBe(false);
    relay.fault = () => undefined;
    const before = relay.asked.length;
    expect(await fetchBlob({ ...relay, vaultKey, shelf }, ref)).toEqual(ok(undefined));
    expect(relay.asked.slice(before)).toEqual(["GET 2"]);
    relay.fault = () => unreachable;
    const parts: Uint8Array[] = [];
    const take = (part: Uint8Array): void => {
      parts.push(part);
    };
    expect(await fetchBlob({ ...relay, vaultKey, shelf }, ref, { take })).toEqual(ok(undefined));
    expect(parts.reduce((sum, { length }) => sum + length, 0)).toBe(content.length);
  });

  test("a chunk that the disk has spoilt is fetched again", async () => {
    const shelf = shelves();
    const ref = await putWhole();
    await fetchBlob({ ...relay, vaultKey, shelf }, ref);
    await shelf.put(ref.header, 1, new Uint8Array(100));
    const before = relay.asked.length;
    expect(await fetchBlob({ ...relay, vaultKey, shelf }, ref)).toEqual(ok(undefined));
    expect(relay.asked.slice(before)).toEqual(["GET 1"]);
  });

  test("an upload whose chunks are gone from the shelf says so", async () => {
    const shelf = shelves();
    const sealed = await sealToShelf({ shelf, randomBytes }, vaultKey, content);
    if (!sealed.ok) throw new Error("sealed");
    await shelf.drop(sealed.value.header);
    expect(await uploadBlob({ ...relay, shelf }, sealed.value)).toEqual({
      ok: false,
      error: { type: "ChunkNotKept", index: 0 },
    });
  });

  test("a disk without room leaves nothing half sealed", async () => {
    const disk = createMemoryDisk();
    let commits = 0;
    const full = openMemoryLocalStore(disk, {
      refuse: () => (++commits === 2 ? { type: "StoreFull" } : undefined),
    });
    const sealed = await sealToShelf(
      { shelf: createStoreShelf(full), randomBytes },
      vaultKey,
      content,
    );
    expect(sealed).toEqual({ ok: false, error: { type: "StoreFull" } });
    expect(disk.tables.get("blobs")).toEqual([]);
  });
});

describe("what a relay may say", () => {
  test.each([
    ["QuotaExceeded", "PUT"],
    ["BlobTooLarge", "PUT"],
    ["BlobMismatch", "PUT 0"],
  ] as const)("%s is handed up by its name, and not tried again", async (name, when) => {
    relay.fault = (asked) => (asked === when ? refuse(name, { byteLength: "9" }) : undefined);
    expect(await put()).toEqual({
      ok: false,
      error: { type: "BlobRefused", refusal: name, facts: new Map([["byteLength", "9"]]) },
    });
    expect(relay.asked.filter((asked) => asked === when)).toHaveLength(1);
  });

  test.each(["BlobGone", "BlobIncomplete", "NotFound"] as const)(
    "%s of a chunk is handed up by its name",
    async (name) => {
      const ref = await putWhole();
      relay.fault = (asked) => (asked === "GET 1" ? refuse(name) : undefined);
      expect(await get(ref)).toMatchObject({
        ok: false,
        error: { type: "BlobRefused", refusal: name },
      });
    },
  );

  test.each([
    ["no JSON", "?"],
    ["no list", { missing: 5 }],
    ["an index beyond the last", { missing: [0, 3] }],
    ["an index twice", { missing: [1, 1] }],
    ["a fraction", { missing: [0.5] }],
    ["a text", { missing: ["0"] }],
  ])("a status with %s is not believed", async (_, body) => {
    relay.fault = (asked) => (asked === "PUT" ? answer(200, body) : undefined);
    expect(await put()).toEqual({ ok: false, error: { type: "AnswerUnreadable", status: 200 } });
  });

  test("a status that is neither hoped for nor a refusal is named as that", async () => {
    relay.fault = () => answer(302, "elsewhere");
    expect(await put()).toEqual({ ok: false, error: { type: "AnswerUnreadable", status: 302 } });
  });
});

describe("what a relay may not slip in", () => {
  const chunkAt = (index: number): Uint8Array => relay.chunks.get(index) ?? new Uint8Array();

  const flipBit = (): void => {
    const chunk = chunkAt(1);
    chunk[200] = (chunk[200] ?? 0) ^ 1;
  };
  const exchange = (): void => void relay.chunks.set(1, chunkAt(0));
  const shorten = (): void => void relay.chunks.set(1, chunkAt(1).subarray(1));

  test.each([
    ["a chunk with a flipped bit", flipBit],
    ["a chunk in another's place", exchange],
    ["a chunk that is too short", shorten],
  ])("%s", async (_, change) => {
    const ref = await putWhole();
    change();
    expect(await get(ref)).toMatchObject({ ok: false, error: { type: "ChunkBroken", index: 1 } });
  });

  test("a blob of one's own in place of the one that was named, though its chunks open", async () => {
    const ref = await putWhole();
    const shelf = createStoreShelf(openMemoryLocalStore(createMemoryDisk()));
    const other: BlobRef = {
      ...ref,
      id: blobIds.fromBytes(new Uint8Array(blobIds.byteLength).fill(3)),
    };
    const fetched = await fetchBlob({ ...relay, vaultKey, shelf }, other);
    expect(fetched).toMatchObject({ ok: false, error: { type: "BlobIdMismatch" } });
    expect(await shelf.get(ref.header, 0)).toBeUndefined();
  });

  test("a blob of another epoch is not even asked for", async () => {
    const ref = await putWhole();
    const before = relay.asked.length;
    const got = await getBlob({ ...relay, vaultKey: keyOf(2) }, ref, { byteLengthMax });
    expect(got).toMatchObject({ ok: false, error: { type: "WrongBlobKey" } });
    expect(relay.asked).toHaveLength(before);
  });
});
