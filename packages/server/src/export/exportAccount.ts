/** Reads out everything that the relay holds of one user, page by page and no faster than it is taken. */
import { Readable } from "node:stream";
import {
  bytesToHex,
  DeviceScope,
  encodeBlobHeader,
  LogKind,
  type SignPublicKey,
} from "@duro/crypto/types";
import { type BlobId, type LogName, type RelayGeneration, type VaultId } from "@duro/protocol";
import type { AccountStore } from "../ports/accountStore.ts";
import type { BlobStore, StoredBlob } from "../ports/blobStore.ts";
import type { ChainStore } from "../ports/chainStore.ts";
import type { DeviceRow, LogStore } from "../ports/logStore.ts";
import { encodeExport, section, type Section } from "./exportFormat.ts";

export interface ExportDeps {
  readonly accountStore: Pick<AccountStore, "device" | "devicesOf" | "usage" | "vaultsOf">;
  readonly logStore: Pick<LogStore, "read">;
  readonly chainStore: Pick<ChainStore, "page">;
  readonly blobStore: Pick<BlobStore, "readChunk">;
  readonly blobList: BlobList;
  readonly relayKey: SignPublicKey;
  readonly generation: RelayGeneration;
  readonly nowMs: () => number;
}

export interface BlobList {
  /** Rising by blob; those in the trash, too. */
  blobsOf(
    vault: VaultId,
    after: BlobId | undefined,
    countMax: number,
  ): Promise<readonly StoredBlob[]>;
}

/** A few of the largest, or many small ones. */
const pageByteLength = 1_048_576;
const pageCount = 256;

export const exportAccount = (deps: ExportDeps, device: DeviceRow): Readable =>
  Readable.from(encodeExport(sectionsOf(deps, device)), { objectMode: false });

async function* sectionsOf(deps: ExportDeps, device: DeviceRow): AsyncGenerator<Section> {
  const { user } = device;
  yield section("export", {
    format: "duro-relay-export",
    version: 1,
    user,
    relayKey: bytesToHex(deps.relayKey),
    generation: deps.generation,
    at: new Date(deps.nowMs()).toISOString(),
  });
  yield await accountSection(deps, device);
  yield* recordSections(deps, "identityRecord", { kind: LogKind.Identity, log: user });
  for (const { vault, isPaid } of await vaultsOf(deps, device)) {
    await stopIfRevoked(deps, device);
    yield section("vault", { vault, isPaid });
    yield* recordSections(deps, "vaultRecord", { kind: LogKind.Vault, log: vault });
    yield* envelopeSections(deps, vault);
    yield* blobSections(deps, vault);
  }
}

/** An export may run for long; whoever is removed meanwhile gets no further vault. */
const stopIfRevoked = async (
  { accountStore }: ExportDeps,
  { device }: DeviceRow,
): Promise<void> => {
  const now = await accountStore.device(device);
  if (now === undefined || now.isRevoked) throw new ExportStopped();
};

/** Ends the stream without its last section. */
class ExportStopped extends Error {
  override readonly name = "ExportStopped";
}

const accountSection = async (
  { accountStore }: ExportDeps,
  { user }: DeviceRow,
): Promise<Section> => {
  const usage = await accountStore.usage(user);
  const devices = await accountStore.devicesOf(user);
  return section("account", {
    usedByteLength: usage?.usedByteLength,
    quotaByteLength: usage?.quotaByteLength,
    deleteAfterMs: usage?.deleteAfterMs,
    devices: devices.map(({ device, scope, expiresAtMs, isRevoked }) => ({
      device,
      scope,
      expiresAtMs,
      isRevoked,
    })),
  });
};

interface ExportedVault {
  readonly vault: VaultId;
  /** By this user. */
  readonly isPaid: boolean;
}

/** Those that this device may open; and those the user pays for, unless it is one that only views. */
const vaultsOf = async (
  { accountStore }: ExportDeps,
  { user, device, scope }: DeviceRow,
): Promise<readonly ExportedVault[]> => {
  const opened = await accountStore.vaultsOf({ user, device, scope });
  const usage = await accountStore.usage(user);
  const paid = new Set((usage?.vaults ?? []).map(({ vault }) => vault));
  const all = scope === DeviceScope.Viewer ? opened : [...new Set([...opened, ...paid])];
  return all.toSorted().map((vault) => ({ vault, isPaid: paid.has(vault) }));
};

async function* recordSections(
  { logStore }: ExportDeps,
  kind: "identityRecord" | "vaultRecord",
  name: LogName,
): AsyncGenerator<Section> {
  const limit = { recordCountMax: pageCount, byteLengthMax: pageByteLength };
  for (let index = 0; ;) {
    const records = await logStore.read(name, index, limit);
    if (records.length === 0) return;
    for (const bytes of records) yield section(kind, { log: name.log, index: index++ }, bytes);
  }
}

async function* envelopeSections(
  { chainStore }: ExportDeps,
  vault: VaultId,
): AsyncGenerator<Section> {
  for (let afterPosition = 0; ;) {
    const page = await chainStore.page({
      vault,
      afterPosition,
      vector: [],
      wantsBodies: true,
      envelopeCountMax: pageCount,
      byteLengthMax: pageByteLength,
    });
    for (const { chain, seq, position, signedHead, body } of page.envelopes) {
      const facts = { vault, chain, seq, position, hasBody: body !== undefined };
      yield section("envelope", facts, signedHead, ...(body === undefined ? [] : [body]));
    }
    if (page.isEnd) return;
    afterPosition = page.toPosition;
  }
}

async function* blobSections(
  { blobStore, blobList }: ExportDeps,
  vault: VaultId,
): AsyncGenerator<Section> {
  for (let after: BlobId | undefined; ;) {
    const blobs = await blobList.blobsOf(vault, after, pageCount);
    for (const stored of blobs) {
      const { blob, header, missingCount, isDropped } = stored;
      yield section("blob", { vault, blob, missingCount, isDropped }, encodeBlobHeader(header));
      for (let index = 0; index < header.chunkCount; index++) {
        const bytes = await blobStore.readChunk(stored, index);
        if (bytes !== undefined) yield section("blobChunk", { blob, index }, bytes);
      }
    }
    after = blobs.at(-1)?.blob;
    if (after === undefined) return;
  }
}
