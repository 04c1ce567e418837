/** What a check can find, each with the sentence that says it. */
import type { BlobId, ChainId, DeviceId, UserId, VaultId } from "@duro/protocol";

export const findingSentences = {
  // Users
  IdentityLogBroken: "An identity log does not hold by its own rules.",
  DevicesDiffer: "The devices that may log in are not those of an identity log.",
  AccountWithoutLog: "A user has an account and no identity log.",
  DevicesWithoutAccount: "Devices may log in that belong to no account.",
  // Logs of either kind
  RecordUnreadable: "A record cannot be read.",
  RecordMisplaced: "A record stands under another log, index or id than its own.",
  // Vaults
  VaultLogBroken: "A vault's log does not hold by its own rules.",
  VaultHeadDiffers: "A vault names another newest record than its log has.",
  MembersDiffer: "Those who may open a vault are not those whom its log names.",
  PinnedUsersDiffer: "The identity logs kept for a vault are not those that its log relies on.",
  PayerUnknown: "A vault is paid for by nobody who has an account.",
  PositionsBroken: "Positions in a vault have a gap, or its counter is wrong.",
  UsedBytesDiffer: "A vault's count of used bytes is not what it stores.",
  // Chains
  ChainBroken: "A chain's links do not hold.",
  ChainRowDiffers: "A chain is said to end elsewhere, or to be another's, than its envelopes say.",
  ChainRowMissing: "A chain has envelopes and is not listed.",
  ChainForeign: "A chain's name does not follow from the device that opened it.",
  HeadUnreadable: "An envelope's head cannot be read.",
  HeadRowDiffers: "An envelope is listed with another kind, place or length than its head says.",
  SignatureWrong: "An envelope's signature is not its author's.",
  PlaceWrong: "An envelope was written under a record or epoch that cannot be.",
  BodyDiffers: "An envelope's body is not the one that its head names.",
  OpenBodyMissing: "The body of a chain's first envelope is missing, which is never dropped.",
  BodiesWithoutHead: "There are bodies without an envelope.",
  // What is read in clear
  CheckpointRowDiffers: "A checkpoint is listed otherwise than its envelope says.",
  AttestRowDiffers: "A verdict is listed otherwise than its envelope says.",
  ForkedHeadWrong: "A head that is kept as evidence proves nothing.",
  // Blobs
  BlobDiffers: "A blob's header or hashes are not those that it is named by.",
  BlobCountDiffers: "A blob's count of missing chunks is wrong.",
  ChunkDiffers: "A blob's chunk is not the one that was announced.",
  ChunksWithoutBlob: "There are chunks without a blob.",
  DropUnproved: "A blob is dropped without a signature that proves whose wish it was.",
  // The relay
  RelayKeyDiffers: "The database belongs to another key than the relay's key file.",
  RowsWithoutVault: "There are rows of a vault that does not exist.",
  PostgresUnreadable: "Postgres could not read some of its own files.",
} as const;
export type FindingType = keyof typeof findingSentences;

/** Names for a script and for whoever repairs; not for a screen, unless they were asked for. */
interface FindingPlace {
  readonly user?: UserId;
  readonly device?: DeviceId;
  readonly vault?: VaultId;
  readonly chain?: ChainId;
  readonly blob?: BlobId;
  readonly table?: string;
  /** Of a record in its log. */
  readonly index?: number;
  /** Of an envelope in its chain. */
  readonly seq?: number;
  /** Of a chunk. */
  readonly chunk?: number;
}

export interface Finding extends FindingPlace {
  readonly type: FindingType;
  /** What was wrong about it: a rule, an error's name, how many. */
  readonly what?: string | number;
}
