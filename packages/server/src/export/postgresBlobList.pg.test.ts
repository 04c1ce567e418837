import { createPerson, createVault } from "@duro/crypto/testing/people";
import { seededRandomBytes } from "@duro/crypto/testing/seededRandomBytes";
import type { BlobId } from "@duro/protocol";
import { expect, test } from "vitest";
import { createPostgresAccountStore } from "../postgres/postgresAccountStore.ts";
import { createPostgresBlobStore } from "../postgres/postgresBlobStore.ts";
import { createPostgresLogStore } from "../postgres/postgresLogStore.ts";
import { blobSample } from "../testing/blobSamples.ts";
import { openTestDatabase } from "../testing/testDatabase.ts";
import { registerPerson, storeVault } from "../testing/testVault.ts";
import { createPostgresBlobList } from "./postgresBlobList.ts";

test("every blob of a vault is listed once, in pages, those in the trash as well", async () => {
  const database = await openTestDatabase();
  const { sql } = database;
  const deps = { randomBytes: seededRandomBytes("blob list") };
  const stores = {
    accountStore: createPostgresAccountStore(sql),
    logStore: createPostgresLogStore(sql),
  };
  const blobStore = createPostgresBlobStore(sql);
  const person = createPerson(deps);
  await registerPerson(stores, person);
  const [vault, other] = [createVault(deps, person), createVault(deps, person)];
  await storeVault(stores, vault, person);
  await storeVault(stores, other, person);
  const uploader = person.device.id;
  const announce = async (of: typeof vault, number: number) => {
    const sample = blobSample(of.state.vault, { number, chunkCount: 1 });
    await blobStore.announce({ ...sample, uploader, nowMs: 1 }, () => true);
    return sample;
  };
  const samples = [];
  for (let number = 1; number <= 5; number++) samples.push(await announce(vault, number));
  await announce(other, 9);
  const [dropped, whole] = samples;
  if (dropped === undefined || whole === undefined) throw new Error("samples");
  const signature = person.records[0]?.signatures[0]?.signature;
  if (signature === undefined) throw new Error("a signature");
  await blobStore.drop(dropped, { device: uploader, saidAtMs: 1, signature }, 2);
  await blobStore.putChunk(whole, { index: 0, bytes: whole.chunks[0] ?? new Uint8Array() }, 2);

  const list = createPostgresBlobList(sql);
  const found = [];
  for (let after: BlobId | undefined; ;) {
    const page = await list.blobsOf(vault.state.vault, after, 2);
    expect(page.length).toBeLessThanOrEqual(2);
    after = page.at(-1)?.blob;
    if (after === undefined) break;
    found.push(...page);
  }
  expect(found.map(({ blob }) => blob)).toEqual(samples.map(({ blob }) => blob).toSorted());
  const byId = new Map(found.map((blob) => [blob.blob, blob]));
  expect(byId.get(dropped.blob)).toEqual({
    vault: vault.state.vault,
    blob: dropped.blob,
    header: dropped.header,
    uploader,
    missingCount: 1,
    isDropped: true,
  });
  expect(byId.get(whole.blob)).toMatchObject({ missingCount: 0, isDropped: false });
  await database.close();
});
