/**
 * A founding that waits until its words are on paper or in a file. It lies in the store under a name of
 * its own, so that an end in between leaves something to go on with, and nobody lives here before that.
 */
import {
  assert,
  decode,
  deviceIds,
  encode,
  LogKind,
  type Reader,
  recordIds,
  type Result,
  userIds,
  vaultIds,
} from "@duro/crypto/types";
import type { LogName } from "@duro/protocol";
import type { CommitError, LocalStore, StoreReader, Write } from "../ports/localStore.ts";
import { factKey } from "../store/keys.ts";
import { type Founding, foundingWrites } from "./foundIdentity.ts";

const foundingKey = factKey("founding");
/** Three records, the largest with two boxes and two keys. */
const byteLengthMax = 65_536;
const recordCountMax = 8;
const recordByteLengthMin = 2;

export const keepFounding = (
  store: LocalStore,
  founding: Founding,
): Promise<Result<void, CommitError>> =>
  store.commit([
    { kind: "put", table: "facts", key: foundingKey, value: encodeFounding(founding) },
  ]);

export const readFounding = async (store: StoreReader): Promise<Founding | undefined> => {
  const bytes = await store.get("facts", foundingKey);
  if (bytes === undefined) return undefined;
  const founding = decode({ what: "founding", byteLengthMax }, bytes, decodeFounding);
  assert(founding.ok, "the store holds the founding that was written");
  return founding.value;
};

/** From here on somebody lives here. */
export const settleFounding = (
  store: LocalStore,
  founding: Founding,
  more: readonly Write[] = [],
): Promise<Result<void, CommitError>> =>
  store.commit([
    ...foundingWrites(founding),
    ...more,
    { kind: "delete", table: "facts", key: foundingKey },
  ]);

const encodeFounding = ({ user, vault, device, paper, sheetHead, records }: Founding): Uint8Array =>
  encode((to) => {
    userIds.write(to, user);
    vaultIds.write(to, vault);
    deviceIds.write(to, device);
    deviceIds.write(to, paper);
    to.varUint(sheetHead.index);
    recordIds.write(to, sheetHead.id);
    to.list(records, (_, { name, index, record }) => {
      to.bool(name.kind === LogKind.Vault);
      to.varUint(index);
      to.varBytes(record);
    });
  });

const decodeFounding = (from: Reader): Founding => {
  const user = userIds.read(from);
  const vault = vaultIds.read(from);
  const nameOf = (isVaults: boolean): LogName =>
    isVaults ? { kind: LogKind.Vault, log: vault } : { kind: LogKind.Identity, log: user };
  return {
    user,
    vault,
    device: deviceIds.read(from),
    paper: deviceIds.read(from),
    sheetHead: { index: from.varUint(), id: recordIds.read(from) },
    records: from.list(recordCountMax, recordByteLengthMin, () => ({
      name: nameOf(from.bool()),
      index: from.varUint(),
      record: from.varBytes(byteLengthMax),
    })),
  };
};
