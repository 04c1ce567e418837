import { createHash } from "node:crypto";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import {
  createPerson,
  createVault,
  incarnationOf,
  type SealedEnvelope,
  type Vault,
  withDevice,
  withMember,
  withVaultRecord,
} from "@duro/crypto/testing/people";
import { grantOf } from "@duro/crypto/testing/team";
import { seededRandomBytes } from "@duro/crypto/testing/seededRandomBytes";
import { DeviceScope, encodeBlobHeader, EnvelopeKind } from "@duro/crypto/types";
import { chainIdOf, encodeEnvelope, encodeRecord, Role } from "@duro/crypto/verify";
import { routes } from "@duro/protocol";
import { afterEach, describe, expect, test } from "vitest";
import type { ChainStore } from "../ports/chainStore.ts";
import {
  type AccountApp,
  ask,
  createAccountApp,
  generation,
  loginHeader,
} from "../routes/testing/accountApp.ts";
import { blobSample } from "../testing/blobSamples.ts";
import { createChainWriter, registerPerson, storeVault } from "../testing/testVault.ts";
import { type BlobList, exportAccount, type ExportDeps } from "./exportAccount.ts";

const deps = { randomBytes: seededRandomBytes("export") };

const open: AccountApp[] = [];
afterEach(async () => {
  for (const { http } of open.splice(0)) await http.close();
});

interface ReadSection {
  readonly facts: Readonly<Record<string, unknown>>;
  readonly bytes: Buffer;
}

/** A reader that knows nothing but the format's three lines. */
const readExport = (file: Buffer): readonly ReadSection[] => {
  const sections: ReadSection[] = [];
  for (let at = 0; at < file.length;) {
    const end = file.indexOf("\n", at);
    const facts = JSON.parse(file.toString("utf8", at, end)) as { byteLength: number };
    const bytes = file.subarray(end + 1, end + 1 + facts.byteLength);
    if (file[end + 1 + facts.byteLength] !== 0x0a) throw new Error("no end of a section");
    sections.push({ facts, bytes });
    at = end + 2 + facts.byteLength;
  }
  return sections;
};

const bytesOf = (sections: readonly ReadSection[], kind: string): readonly string[] =>
  sections.filter(({ facts }) => facts["kind"] === kind).map(({ bytes }) => bytes.toString("hex"));
const vaultsIn = (sections: readonly ReadSection[]): readonly unknown[] =>
  sections.filter(({ facts }) => facts["kind"] === "vault").map(({ facts }) => facts["vault"]);

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");
const headByteLength = 236;

const storeEnvelopes = async (
  { chainStore }: { readonly chainStore: ChainStore },
  vault: Vault,
  envelopes: readonly SealedEnvelope[],
  hasBody: (envelope: SealedEnvelope) => boolean = () => true,
): Promise<void> => {
  const [first] = envelopes;
  const last = envelopes.at(-1);
  if (first === undefined || last === undefined) return;
  const name = { vault: vault.state.vault, chain: first.head.chain };
  await chainStore.append(
    { vaults: [name.vault], chains: [name], devices: [], hasQuota: false, isAlone: true },
    () => ({
      runs: [
        {
          ...name,
          firstPosition: 1,
          envelopes: envelopes.map((envelope) => {
            const bytes = encodeEnvelope(envelope);
            return {
              seq: envelope.head.seq,
              kind: envelope.head.kind,
              flags: 0,
              bodyByteLength: bytes.length - headByteLength,
              signedHead: bytes.slice(0, headByteLength),
              body: hasBody(envelope) ? bytes.slice(headByteLength) : undefined,
            };
          }),
        },
      ],
      chains: [],
      vaults: [{ vault: name.vault, position: envelopes.length, addedByteLength: 1 }],
      checkpoints: [],
      attests: [],
      forks: [],
    }),
  );
};

/** A person with a vault of their own, envelopes in it, and a place in a friend's vault. */
const createWorld = async (blobList?: BlobList) => {
  const app = createAccountApp(blobList === undefined ? {} : { blobList });
  open.push(app);
  const { person, device: phone } = withDevice(deps, createPerson(deps), DeviceScope.Viewer);
  const friend = createPerson(deps);
  await registerPerson(app.stores, person);
  await registerPerson(app.stores, friend);
  const own = createVault(deps, person);
  const shared = withMember(deps, createVault(deps, friend), friend, person, Role.Viewer);
  const foreign = createVault(deps, friend);
  await storeVault(app.stores, own, person);
  await storeVault(app.stores, shared, friend);
  await storeVault(app.stores, foreign, friend);
  return { app, person, phone, friend, own, shared, foreign };
};

const exportDepsOf = ({ stores, keys }: AccountApp): ExportDeps => ({
  ...stores,
  blobList: { blobsOf: async () => [] },
  relayKey: keys.signKey,
  generation,
  nowMs: () => 0,
});

const exportOf = async (app: AccountApp, device: Parameters<typeof loginHeader>[1]) => {
  const answer = await ask(app, routes.exportAccount, await loginHeader(app, device));
  expect(answer.statusCode).toBe(200);
  expect(answer.headers["content-type"]).toBe("application/octet-stream");
  return answer.rawPayload;
};

test("an export holds every byte that the relay has of somebody", async () => {
  const world = await createWorld();
  const { app, person, own, shared } = world;
  const envelopes = createChainWriter(deps, { person, vault: own }).take(600, 20);
  await storeEnvelopes(app.stores, own, envelopes, ({ head }) => head.seq % 100 !== 50);
  const sections = readExport(await exportOf(app, person.device));
  expect(sections[0]?.facts).toMatchObject({
    kind: "export",
    format: "duro-relay-export",
    version: 1,
    user: person.state.user,
  });
  expect(bytesOf(sections, "identityRecord")).toEqual(
    person.records.map((record) => hex(encodeRecord(record))),
  );
  expect(new Set(bytesOf(sections, "vaultRecord"))).toEqual(
    new Set([...own.records, ...shared.records].map((record) => hex(encodeRecord(record)))),
  );
  expect(bytesOf(sections, "envelope")).toEqual(
    envelopes.map((envelope) =>
      hex(
        encodeEnvelope(envelope).slice(
          0,
          envelope.head.seq % 100 === 50 ? headByteLength : undefined,
        ),
      ),
    ),
  );
});

test("an export names the vaults of its user and no other", async () => {
  const { app, person, own, shared, foreign } = await createWorld();
  const file = await exportOf(app, person.device);
  const vaults = [own.state.vault, shared.state.vault];
  expect(new Set(vaultsIn(readExport(file)))).toEqual(new Set(vaults));
  expect(file.includes(foreign.state.vault)).toBe(false);
});

test("a viewer device exports the vaults that it was granted", async () => {
  const { app, person, phone, own } = await createWorld();
  expect(vaultsIn(readExport(await exportOf(app, phone)))).toEqual([]);
  const granted = withVaultRecord(own, grantOf(deps, own, person, phone.id), [person]);
  const record = granted.records.at(-1);
  if (record === undefined) throw new Error("a vault with a grant");
  const access = {
    members: [{ user: person.state.user, role: Role.Owner }],
    viewers: [{ user: person.state.user, device: phone.id }],
  };
  const { index, id, previous } = record;
  await app.stores.logStore.appendVault(
    own.state.vault,
    { index, id, previous, bytes: encodeRecord(record), pinned: [person.state.user] },
    access,
    undefined,
  );
  expect(vaultsIn(readExport(await exportOf(app, phone)))).toEqual([own.state.vault]);
});

test("the last section proves that the file is whole", async () => {
  const { app, person } = await createWorld();
  const file = await exportOf(app, person.device);
  const end = readExport(file).at(-1);
  expect(end?.facts["kind"]).toBe("end");
  const before = file.subarray(0, file.lastIndexOf('{"kind":"end"'));
  expect(end?.facts["sha256"]).toBe(createHash("sha256").update(before).digest("hex"));
});

test("blobs come with their header and the chunks that are there", async () => {
  const listed: Awaited<ReturnType<BlobList["blobsOf"]>>[number][] = [];
  const blobList: BlobList = {
    blobsOf: async (vault, after) =>
      listed.filter((blob) => blob.vault === vault && (after === undefined || blob.blob > after)),
  };
  const { app, person, own } = await createWorld(blobList);
  const whole = blobSample(own.state.vault, { number: 1, chunkCount: 2 });
  const half = blobSample(own.state.vault, { number: 2, chunkCount: 3 });
  const { blobStore } = app.stores;
  for (const [sample, indexes] of [
    [whole, [0, 1]],
    [half, [0, 2]],
  ] as const) {
    await blobStore.announce({ ...sample, uploader: person.device.id, nowMs: 1 }, () => true);
    for (const index of indexes)
      await blobStore.putChunk(
        sample,
        { index, bytes: sample.chunks[index] ?? new Uint8Array() },
        1,
      );
    const stored = await blobStore.blob(sample);
    if (stored !== undefined) listed.push(stored);
  }
  listed.sort((a, b) => (a.blob < b.blob ? -1 : 1));
  const sections = readExport(await exportOf(app, person.device));
  expect(new Set(bytesOf(sections, "blob"))).toEqual(
    new Set([whole, half].map(({ header }) => hex(encodeBlobHeader(header)))),
  );
  const chunks = [...whole.chunks, half.chunks[0], half.chunks[2]];
  expect(new Set(bytesOf(sections, "blobChunk"))).toEqual(
    new Set(chunks.map((chunk) => hex(chunk ?? new Uint8Array()))),
  );
});

describe("a reader who is slow", () => {
  /** Two GiB in pages of one MiB, made when they are asked for. */
  const createEndless = async () => {
    const { app, person } = await createWorld();
    const device = await app.stores.accountStore.device(person.device.id);
    if (device === undefined) throw new Error("a device");
    let pageCount = 0;
    const chainStore: Pick<ChainStore, "page"> = {
      page: async ({ afterPosition }) => {
        pageCount += 1;
        const position = afterPosition + 1;
        const envelope = {
          seq: position,
          kind: EnvelopeKind.Data,
          flags: 0,
          bodyByteLength: 1_048_576,
          chain,
          position,
          signedHead: new Uint8Array(headByteLength),
          body: new Uint8Array(1_048_576),
        };
        return { envelopes: [envelope], toPosition: position, isEnd: position === 2_048 };
      },
    };
    const stream = exportAccount({ ...exportDepsOf(app), chainStore }, device);
    return { stream, pagesRead: () => pageCount };
  };
  const chain = chainIdOf(createPerson(deps).device.signKey, incarnationOf(1));

  test("is waited for: nothing is read ahead of them", async () => {
    const { stream, pagesRead } = await createEndless();
    await once(stream, "readable");
    await sleep(200);
    expect(pagesRead()).toBeLessThanOrEqual(2);
    for (let taken = 0; taken < 5_000_000;) {
      const chunk = stream.read() as Buffer | null;
      if (chunk === null) await once(stream, "readable");
      else taken += chunk.length;
    }
    await sleep(50);
    expect(pagesRead()).toBeLessThanOrEqual(8);
    stream.destroy();
  });

  test("and leaves, ends the reading", async () => {
    const { stream, pagesRead } = await createEndless();
    await once(stream, "readable");
    stream.destroy();
    await once(stream, "close");
    const read = pagesRead();
    await sleep(100);
    expect(pagesRead()).toBe(read);
  });
});

test("a device that is removed meanwhile gets no further vault, and no last section", async () => {
  const { app, person } = await createWorld();
  const device = await app.stores.accountStore.device(person.device.id);
  if (device === undefined) throw new Error("a device");
  let askedCount = 0;
  const stream = exportAccount(
    {
      ...exportDepsOf(app),
      accountStore: {
        ...app.stores.accountStore,
        device: async () => ({ ...device, isRevoked: (askedCount += 1) > 1 }),
      },
    },
    device,
  );
  const chunks: Buffer[] = [];
  const read = async (): Promise<void> => {
    for await (const chunk of stream) chunks.push(chunk as Buffer);
  };
  await expect(read()).rejects.toMatchObject({ name: "ExportStopped" });
  const sections = readExport(Buffer.concat(chunks));
  expect(vaultsIn(sections)).toHaveLength(1);
  expect(sections.at(-1)?.facts["kind"]).not.toBe("end");
});
